package org.latent4j.workbench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.latent4j.insight.LensReading;
import org.latent4j.workbench.Terminal.Colours;

class ReadTableTest {
    private static final List<String> HOSTILE = List.of(
            "\u001B[2J", "\u001B]0;owned\u0007", "a\nb", "\t", "\r", "\u0000", "\u009B31m", "שלום", " مرحبا",
            "\u202Eabc", "漢字かな", "🙂🙂", "e\u0301", "\u0301", "\u200B", "\uFFFD", "\uD800", "한국어", "👩‍🚀", "🇫🇷",
            "z" + "\u0336".repeat(50), "</script>", "");

    @ParameterizedTest
    @ValueSource(ints = {60, 80, 120, 200})
    void plainTablesAreAsTheyWere(int width) throws IOException {
        assertThat(table(Readings.capital(), width, Colours.NONE, null)).isEqualTo(golden("read-" + width + ".txt"));
    }

    @Test
    void mostTellingPositionsAreShownWhereNotAllFit() throws IOException {
        LensReading reading = Readings.longer(60, 12);
        assertThat(table(reading, 100, Colours.NONE, null)).isEqualTo(golden("read-60-positions.txt"));
    }

    @Test
    void tellingPositionsAreTheLastAndThoseWhoseAnswerMovesMost() {
        LensReading reading = Readings.longer(60, 12);
        ShownPositions positions = new ShownPositions(reading);
        for (int count = 1; count <= 61; count++) {
            int[] shown = positions.telling(count);
            assertThat(shown).hasSize(Math.min(count, 60)).isSorted().doesNotHaveDuplicates().contains(59);
            double least = Double.MAX_VALUE;
            double most = 0;
            for (int p = 0; p < 59; p++) {
                double rise = 0;
                for (int layer = 1; layer <= 12; layer++) {
                    rise += Math.abs(reading.cell(layer, p).answerProbability()
                            - reading.cell(layer - 1, p).answerProbability());
                }
                if (java.util.Arrays.binarySearch(shown, p) >= 0) {
                    least = Math.min(least, rise);
                } else {
                    most = Math.max(most, rise);
                }
            }
            assertThat(least).isGreaterThanOrEqualTo(most);
        }
    }

    @ParameterizedTest
    @EnumSource(Colours.class)
    void noLineIsWiderThanTheTerminal(Colours colours) {
        for (LensReading reading : List.of(Readings.capital(), Readings.longer(60, 12), hostile())) {
            for (int width = 48; width <= 220; width += 7) {
                for (String line : withoutColours(table(reading, width, colours, null)).split("\n")) {
                    assertThat(DisplayWidth.of(line)).as(line).isLessThanOrEqualTo(width);
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Colours.class)
    void rowsLineUpWhateverTheTokensAre(Colours colours) {
        for (int width : new int[]{60, 100, 160, 400}) {
            List<Integer> widths = new ArrayList<>();
            for (String line : withoutColours(table(hostile(), width, colours, null)).split("\n")) {
                if (line.startsWith(" embed") || line.startsWith(" resid_post.")) {
                    widths.add(DisplayWidth.of(line));
                }
            }
            assertThat(widths).hasSize(5);
            assertThat(widths).containsOnly(widths.getFirst());
        }
    }

    @ParameterizedTest
    @EnumSource(Colours.class)
    void tokensNeverReachTheTerminalRaw(Colours colours) {
        String table = table(hostile(), 400, colours, null);
        String rest = withoutColours(table);
        assertThat(rest.codePoints().filter(c -> c != '\n' && Character.isISOControl(c))).isEmpty();
        assertThat(rest).doesNotContain("\u202E").doesNotContain("\u200B").contains("␛[2J").contains("a⏎b");
        assertThat(colours == Colours.NONE).isEqualTo(!table.contains("\u001B"));
    }

    @Test
    void everyChosenPositionIsShownOnceInBandsThatFit() {
        LensReading reading = Readings.longer(40, 3);
        int[] all = new int[40];
        StringBuilder heads = new StringBuilder();
        for (int i = 0; i < 40; i++) {
            all[i] = i;
            heads.append(i).append(' ');
        }
        StringBuilder seen = new StringBuilder();
        for (String line : table(reading, 80, Colours.NONE, all).split("\n")) {
            if (line.strip().matches("[0-9 ]+( at 39)?") && line.startsWith("    ")) {
                seen.append(line.replace("at 39", "").strip().replaceAll(" +", " ")).append(' ');
            }
        }
        assertThat(seen.toString()).isEqualTo(heads.toString());
    }

    @Test
    void cutTextsAndModesAreNamed() {
        LensReading reading = Readings.capital();
        ReadSubject cut = new ReadSubject("llama", 30, 576, "F32", "here", Optional.empty(), 9000, Optional.empty(), SteeringTold.NOTHING);
        String table = new ReadTable(reading, cut, new Terminal(false, false, 100, Colours.NONE)).render(null, 3);
        assertThat(table).contains("raw mode, 5 tokens (cut from 9000), ids 14706 16215");
    }

    @Test
    void textOnEveryColourIsLegible() {
        for (Colours colours : List.of(Colours.TRUE_COLOUR)) {
            for (double p = 0.01; p <= 1; p += 0.01) {
                String[] codes = Ramp.of(colours).background(p).replace("m", "").split(";");
                double text = luminance(codes, 2);
                double behind = luminance(codes, 7);
                double contrast = (Math.max(text, behind) + 0.05) / (Math.min(text, behind) + 0.05);
                assertThat(contrast).as("at probability %s", p).isGreaterThan(4.5);
            }
        }
    }

    private static double luminance(String[] codes, int red) {
        return 0.2126 * linear(codes[red]) + 0.7152 * linear(codes[red + 1]) + 0.0722 * linear(codes[red + 2]);
    }

    private static double linear(String eightBits) {
        double v = Integer.parseInt(eightBits) / 255.0;
        return v <= 0.04045 ? v / 12.92 : Math.pow((v + 0.055) / 1.055, 2.4);
    }

    private static LensReading hostile() {
        List<String> answers = new ArrayList<>(HOSTILE.reversed());
        return Readings.of(HOSTILE, answers, 4, 3);
    }

    private static String table(LensReading reading, int width, Colours colours, int[] chosen) {
        Terminal terminal = new Terminal(true, true, width, colours);
        return new ReadTable(reading, Readings.subject(reading), terminal).render(chosen, 5);
    }

    /** Takes away the sequences that a {@link Ramp} writes, and no others. */
    private static String withoutColours(String text) {
        return text.replaceAll("\u001B\\[[0-9;]*m", "");
    }

    private static String golden(String name) throws IOException {
        try (InputStream in = Objects.requireNonNull(ReadTableTest.class.getResourceAsStream(name), name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}

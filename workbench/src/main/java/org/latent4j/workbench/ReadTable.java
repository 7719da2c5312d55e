package org.latent4j.workbench;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.latent4j.insight.LensReading;
import org.latent4j.insight.LensReading.Candidate;
import org.latent4j.insight.LensReading.Cell;

/**
 * A reading as a table for terminals: a row a layer, a column a position, in each cell the token that the hidden state
 * there would say. Columns are as wide as their tokens, shrink to the terminal, and go on in further tables below where
 * chosen ones don't fit side by side.
 */
final class ReadTable {
    private static final int WIDEST_CELL = 24;
    private static final int COSINE = 6; // "  0.93"
    private static final int NORM = 8; // "  1234.5"
    private static final int SIDE = COSINE + NORM;

    private final LensReading reading;
    private final ReadSubject subject;
    private final int width;
    private final boolean plain;
    private final Ramp ramp;
    private final int label;
    private final int gauge; // columns behind a token that tell its probability: a percentage, a bar, or colour alone
    private final StringBuilder out = new StringBuilder(1 << 14);

    ReadTable(LensReading reading, ReadSubject subject, Terminal terminal) {
        this.reading = reading;
        this.subject = subject;
        this.width = Math.clamp(terminal.width(), 40, 1000);
        this.plain = terminal.colours() == Terminal.Colours.NONE;
        this.ramp = Ramp.of(terminal.colours());
        int longest = 0;
        for (LensReading.Layer layer : reading.layers()) {
            longest = Math.max(longest, layer.site().length());
        }
        this.label = longest + 2;
        this.gauge = plain && width >= 100 ? 5 : 1;
    }

    /**
     * The whole answer.
     *
     * @param chosen positions to show, ascending; null for the most telling that fit
     * @param top how many next tokens to list
     */
    String render(int @Nullable [] chosen, int top) {
        int[] shown = chosen != null ? chosen : telling();
        heading();
        for (int[] band : bands(shown)) {
            table(band, band[band.length - 1] == shown[shown.length - 1]);
        }
        if (shown.length < reading.positions()) {
            note(shown, chosen != null);
        }
        next(top);
        new ReadLegend(out, width, plain, gauge > 1, ramp).append(subject, shown[shown.length - 1]);
        return out.toString();
    }

    /** What was read: model, mode, token ids. */
    private void heading() {
        String name = TokenText.visible(reading.model());
        strong(name);
        String about = ": " + subject.architecture() + ", " + subject.blocks() + " blocks, width " + subject.width()
                + ", " + subject.quantisation();
        Wrapped.append(out, about, DisplayWidth.of(name), 2, width);
        StringBuilder seen = new StringBuilder();
        seen.append(switch (reading.mode()) {
            case RAW -> "raw mode, ";
            case SPECIAL -> "raw mode with the model's begin and end tokens, ";
            case CHAT -> "chat mode, ";
        });
        int count = reading.positions();
        seen.append(count).append(count == 1 ? " token" : " tokens");
        if (subject.wholeTokens() > count) {
            seen.append(" (cut from ").append(subject.wholeTokens()).append(')');
        }
        if (!subject.steering().isEmpty()) {
            seen.append(", STEERED: ").append(TokenText.visible(subject.steering().summary()));
        }
        seen.append(", ids");
        int most = 4 * width; // three lines or so
        for (int i = 0; i < count; i++) {
            if (seen.length() > most) {
                seen.append(" … (all with --json)");
                break;
            }
            seen.append(' ').append(reading.ids()[i]);
        }
        Wrapped.append(out, seen.toString(), 0, 2, width);
        out.append('\n');
    }

    /** The most telling positions, as many as fit side by side. */
    private int[] telling() {
        ShownPositions positions = new ShownPositions(reading);
        int room = width - label - SIDE;
        int[] fitting = positions.telling(Math.max(1, room / comfortable()));
        while (fitting.length < reading.positions()) {
            int[] more = positions.telling(fitting.length + 1);
            if (taken(more, 0, room) < more.length) {
                break;
            }
            fitting = more;
        }
        return fitting;
    }

    /** Wide enough to read most tokens in. */
    private int comfortable() {
        return width < 100 ? 10 : 8 + gauge;
    }

    /** How many of the positions from {@code first} on fit side by side. */
    private int taken(int[] shown, int first, int room) {
        int sum = 0;
        int at = first;
        while (at < shown.length) {
            sum += Math.min(natural(shown[at]), comfortable());
            if (sum > room && at > first) {
                break;
            }
            at++;
        }
        return at - first;
    }

    private List<int[]> bands(int[] shown) {
        List<int[]> bands = new ArrayList<>();
        for (int first = 0; first < shown.length;) {
            int count = taken(shown, first, width - label - SIDE);
            int[] band = new int[count];
            System.arraycopy(shown, first, band, 0, count);
            bands.add(band);
            first += count;
        }
        return bands;
    }

    /** The width that a column would like: a mark, the widest token, with plain text the percentage. */
    private int natural(int position) {
        int widest = Math.max(DisplayWidth.of(TokenText.visible(reading.tokens().get(position))), 3);
        for (int layer = 0; layer < reading.layers().size(); layer++) {
            String token = reading.cell(layer, position).first().token();
            widest = Math.max(widest, DisplayWidth.of(TokenText.visible(token)));
        }
        return Math.min(1 + widest + gauge, WIDEST_CELL);
    }

    /** Column widths that use the room as evenly as their tokens need. */
    private int[] widths(int[] band) {
        int room = Math.max(width - label - SIDE, 6);
        int[] natural = new int[band.length];
        for (int i = 0; i < band.length; i++) {
            natural[i] = natural(band[i]);
        }
        int cap = WIDEST_CELL;
        while (cap > 6 && sum(natural, cap) > room) {
            cap--;
        }
        int spare = room - sum(natural, cap);
        int[] widths = new int[band.length];
        for (int i = 0; i < band.length; i++) {
            widths[i] = Math.min(natural[i], cap);
            if (natural[i] > cap && spare > 0) {
                widths[i]++;
                spare--;
            }
        }
        return widths;
    }

    private static int sum(int[] natural, int cap) {
        int sum = 0;
        for (int one : natural) {
            sum += Math.min(one, cap);
        }
        return sum;
    }

    private void table(int[] band, boolean side) {
        int[] widths = widths(band);
        int last = band[band.length - 1];
        columnHeads(band, widths, side);
        int blocks = reading.layers().size() - 1;
        for (int layer = 0; layer < reading.layers().size(); layer++) {
            @Nullable
            String group = LayerGroups.startingAt(layer, blocks);
            if (group != null) {
                rule(group, label + sum(widths, width) + (side ? SIDE : 0));
            }
            row(layer, band, widths);
            if (side) {
                side(reading.cell(layer, last));
            }
            out.append('\n');
        }
        out.append('\n');
    }

    private void columnHeads(int[] band, int[] widths, boolean side) {
        spaces(label);
        for (int i = 0; i < band.length; i++) {
            out.append(' ');
            TokenText.appendFitted(out, Integer.toString(band[i]), widths[i] - 1);
        }
        if (side) {
            right("at " + band[band.length - 1], SIDE);
        }
        out.append('\n');
        spaces(label);
        for (int i = 0; i < band.length; i++) {
            out.append(' ');
            start(Ramp.BOLD);
            TokenText.appendFitted(out, TokenText.visible(reading.tokens().get(band[i])), widths[i] - 1);
            end();
        }
        if (side) {
            right("cos", COSINE);
            right("norm", NORM);
        }
        out.append('\n');
    }

    private void rule(String group, int length) {
        start(Ramp.FAINT);
        out.append(' ').append(group).append(' ');
        for (int i = group.length() + 2; i < length; i++) {
            out.append('─');
        }
        end();
        out.append('\n');
    }

    private void row(int layer, int[] band, int[] widths) {
        out.append(' ');
        TokenText.appendFitted(out, reading.layers().get(layer).site(), label - 1);
        for (int i = 0; i < band.length; i++) {
            Cell cell = reading.cell(layer, band[i]);
            Candidate first = cell.first();
            String background = ramp.background(first.probability());
            boolean answer = cell.answerRank() == 1;
            out.append(background);
            start(answer ? Ramp.BOLD : "");
            out.append(answer ? '›' : ' ');
            TokenText.appendFitted(out, TokenText.visible(first.token()), widths[i] - 1 - gauge);
            if (plain) {
                right(gauge > 1 ? Decimals.percent(first.probability()) : Ramp.bar(first.probability()), gauge);
            } else {
                out.append(' ').append(Ramp.RESET);
            }
        }
    }

    private void side(Cell cell) {
        right(Decimals.fixed(cell.cosine(), 2), COSINE);
        right(Decimals.fixed(cell.norm(), cell.norm() < 9999.95 ? 1 : 0), NORM);
    }

    private void note(int[] shown, boolean chosen) {
        StringBuilder text = new StringBuilder();
        text.append(shown.length).append(" of ").append(reading.positions()).append(" positions");
        text.append(chosen
                ? "."
                : ": the last, and those where the probability of the final answer moves most. --positions all, or a "
                        + "list like 0,3,5-8,last, shows others.");
        Wrapped.append(out, text.toString(), 0, 0, width);
        out.append('\n');
    }

    /** The most likely next tokens, with bars. */
    private void next(int top) {
        strong("What comes next");
        out.append('\n');
        int count = Math.min(top, reading.next().size());
        int tokens = 1;
        for (int i = 0; i < count; i++) {
            tokens = Math.max(tokens, DisplayWidth.of(TokenText.visible(reading.next().get(i).token())));
        }
        tokens = Math.min(tokens, 20);
        int bar = Math.min(40, width - tokens - 13);
        for (int i = 0; i < count; i++) {
            Candidate candidate = reading.next().get(i);
            out.append("  ");
            TokenText.appendFitted(out, TokenText.visible(candidate.token()), tokens);
            right(Decimals.fixed(100 * candidate.probability(), 1) + " %", 9);
            out.append(' ');
            start(ramp.foreground());
            bar(candidate.probability(), bar);
            end();
            out.append('\n');
        }
        out.append('\n');
    }

    /** A bar in eighths of a column. */
    private void bar(double probability, int columns) {
        int eighths = (int) Math.round(Math.clamp(probability, 0, 1) * columns * 8);
        for (int i = 0; i < eighths / 8; i++) {
            out.append('█');
        }
        if (eighths % 8 != 0) {
            out.append((char) ('█' + 8 - eighths % 8));
        }
    }

    private void strong(String text) {
        start(Ramp.BOLD);
        out.append(text);
        end();
    }

    private void start(String style) {
        if (!plain) {
            out.append(style);
        }
    }

    private void end() {
        start(Ramp.RESET);
    }

    private void right(String text, int columns) {
        spaces(columns - text.length());
        out.append(text);
    }

    private void spaces(int count) {
        for (int i = 0; i < count; i++) {
            out.append(' ');
        }
    }
}

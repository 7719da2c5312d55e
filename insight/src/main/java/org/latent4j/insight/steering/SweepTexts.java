package org.latent4j.insight.steering;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;

/** Texts of the program's own: what sweeps begin with, what they measure side effects on. */
public final class SweepTexts {
    private SweepTexts() {}

    /**
     * A question with one right answer.
     *
     * @param answers the first is right
     */
    public record Question(String text, List<String> answers) {}

    /** Sixteen beginnings that could go on in any way. */
    public static List<String> prompts() {
        return lines("prompts.txt");
    }

    /** Sentences that say nothing to feel about. */
    public static List<String> neutral() {
        return lines("neutral.txt");
    }

    /** Questions that a small model can answer. */
    public static List<Question> questions() {
        return lines("questions.tsv").stream().map(line -> {
            List<String> cells = List.of(line.split("\t"));
            return new Question(cells.getFirst(), cells.subList(1, cells.size()));
        }).toList();
    }

    static List<String> lines(String name) {
        try (InputStream in = Objects.requireNonNull(SweepTexts.class.getResourceAsStream(name), name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().filter(line -> !line.isBlank()).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

package org.latent4j.workbench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.latent4j.insight.direction.Concept;
import org.latent4j.insight.direction.Samples;
import org.latent4j.kernel.LatentException;
import org.latent4j.model.Model;
import picocli.CommandLine.Option;

/** The options that say which texts a direction is found from. */
final class DirectionSamples {
    @Option(names = "--pairs", paramLabel = "FILE", description = "Pairs: .jsonl, .tsv or .csv with the columns positive and negative.")
    private @Nullable Path pairs;

    @Option(names = "--positive", paramLabel = "FILE", description = "Texts that the direction points to: .txt (one a line), .tsv, .csv, .jsonl.")
    private @Nullable Path positive;

    @Option(names = "--negative", paramLabel = "FILE", description = "Texts that it points from.")
    private @Nullable Path negative;

    @Option(names = "--concept", paramLabel = "WORD", description = "A word like formal or happy: texts are made from the program's own templates.")
    private @Nullable String concept;

    @Option(names = "--opposite", paramLabel = "WORD", description = "With --concept: its opposite (default: \"not at all WORD\").")
    private @Nullable String opposite;

    @Option(names = "--column", paramLabel = "NAME", description = "With --positive and --negative: the column that holds the texts.")
    private @Nullable String column;

    /** What was read, what the direction may be called, and the files with their hashes. */
    record Read(Samples samples, String name, Map<String, String> inputs) {}

    Read read(Model model) {
        int ways = (pairs != null ? 1 : 0) + (positive != null || negative != null ? 1 : 0) + (concept != null ? 1 : 0);
        if (ways != 1) {
            throw new LatentException(ways == 0
                    ? "from which texts? give --pairs FILE, or --positive FILE and --negative FILE, or --concept WORD"
                    : "give one of --pairs, --positive with --negative, --concept");
        }
        Map<String, String> inputs = new LinkedHashMap<>();
        if (concept != null) {
            inputs.put("concept", concept);
            return new Read(Concept.samples(concept, Optional.ofNullable(opposite), model), concept, inputs);
        }
        if (pairs != null) {
            List<String> left = new ArrayList<>();
            List<String> right = new ArrayList<>();
            readPairs(pairs, left, right);
            inputs.put("input", pairs.toString());
            inputs.put("input_sha256", HashedFile.hashOf(pairs));
            return new Read(new Samples(left, right, true), baseName(pairs), inputs);
        }
        if (positive == null || negative == null) {
            throw new LatentException("--positive and --negative go together");
        }
        for (Path file : List.of(positive, negative)) {
            inputs.put(file == positive ? "positive" : "negative", file.toString());
            inputs.put(file == positive ? "positive_sha256" : "negative_sha256", HashedFile.hashOf(file));
        }
        return new Read(new Samples(texts(positive), texts(negative), false), baseName(positive), inputs);
    }

    private static String baseName(Path file) {
        return String.valueOf(file.getFileName()).replaceFirst("\\.[^.]*$", "");
    }

    private static void readPairs(Path file, List<String> left, List<String> right) {
        try (TextRows rows = new TextRows.Source(file, Optional.of("positive"), Optional.empty()).open(_ -> {})) {
            for (TextRow row = rows.next(); row != null; row = rows.next()) {
                Object other = row.columns().get("negative");
                if (!(other instanceof String text)) {
                    throw new LatentException("%s has no text in a column 'negative'; pairs have the columns positive and negative"
                            .formatted(row.origin()));
                }
                for (String one : List.of(row.text(), text)) {
                    if (one.isEmpty()) {
                        throw new LatentException("%s has an empty text: it has no state; leave the pair out".formatted(row.origin()));
                    }
                }
                left.add(row.text());
                right.add(text);
            }
        }
        if (left.size() < 2) {
            throw new LatentException("%s has %d pairs: two are the least, twenty a beginning".formatted(file, left.size()));
        }
    }

    private List<String> texts(Path file) {
        List<String> texts = new ArrayList<>();
        boolean plain = file.toString().endsWith(".txt") || file.toString().endsWith(".json");
        try (TextRows rows = new TextRows.Source(file, plain ? Optional.empty() : Optional.ofNullable(column), Optional.empty())
                .open(_ -> {})) {
            for (TextRow row = rows.next(); row != null; row = rows.next()) {
                if (!row.text().isBlank()) {
                    texts.add(row.text());
                }
            }
        }
        return texts;
    }
}

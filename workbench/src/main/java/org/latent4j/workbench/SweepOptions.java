package org.latent4j.workbench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.latent4j.kernel.LatentException;
import picocli.CommandLine.Option;

/** The options of {@code latent steer --sweep}. */
final class SweepOptions {
    private static final String STRENGTHS = "-0.1,-0.05,0,0.025,0.05,0.1,0.2";
    private static final int MOST = 64;

    @Option(names = "--sweep", description = "Run many strengths at many layers, and hold them against controls.")
    private boolean sweep;

    @Option(names = "--strengths", paramLabel = "LIST", description = "In typical norms of the site's states, at each layer; 0 is the plain model (default: "
            + STRENGTHS
            + ").")
    private @Nullable String strengths;

    @Option(names = {"--layers-ranges",
        "--layer-ranges"}, paramLabel = "LIST", description = "Like 5-10,11-16,20 (default: five parts of those that the direction has).")
    private @Nullable String ranges;

    @Option(names = "--prompts", paramLabel = "FILE", description = "What texts begin with: .txt (one a line), .json, .jsonl, .tsv, .csv (default: sixteen of the program's own).")
    private @Nullable Path prompts;

    @Option(names = "--probe", paramLabel = "FILE[:CLASS]", description = "Measure the effect by a probe (latent probe … --save) that reads what was written.")
    private @Nullable String probe;

    @Option(names = "--data", paramLabel = "FILE", description = "Measure it by a classifier fitted to these texts: columns positive and negative, or text and label.")
    private @Nullable Path data;

    @Option(names = "--tokens", paramLabel = "LIST", description = "Measure it by the log-probability of these next tokens: happy,glad or happy,glad/sad,angry (less that of the others).")
    private @Nullable String tokens;

    @Option(names = "--words", paramLabel = "LIST", description = "Measure it by how many words of a list are written: happy,glad or a file with one a line.")
    private @Nullable String words;

    @Option(names = "--controls", paramLabel = "N", description = "How many random directions (default: 20).")
    private @Nullable Integer controls;

    @Option(names = "--control-cells", paramLabel = "N", description = "At how many strengths and layers they are run (default: 1).")
    private @Nullable Integer controlCells;

    @Option(names = "--html", paramLabel = "FILE", description = "Write a page. What is found is kept beside it until it is whole: the same command goes on.")
    private @Nullable Path html;

    @Option(names = "--svg", paramLabel = "FILE", description = "Write the effects and the controls as a picture.")
    private @Nullable Path svg;

    boolean wanted() {
        return sweep;
    }

    /** Options of a sweep without one are a mistake. */
    void requireUnused() {
        Object[] given = {strengths, ranges, prompts, probe, data, tokens, words, controls, controlCells, html, svg};
        String[] names = {"--strengths", "--layers-ranges", "--prompts", "--probe", "--data", "--tokens", "--words", "--controls",
            "--control-cells", "--html", "--svg"};
        for (int i = 0; i < given.length; i++) {
            if (given[i] != null) {
                throw new LatentException("%s is for --sweep: add that, or leave it out".formatted(names[i]));
            }
        }
    }

    /** Every strength but 0, which is the plain model, in order. */
    List<Double> strengths() {
        List<Double> all = new ArrayList<>();
        for (String part : (strengths == null ? STRENGTHS : strengths).split(",", -1)) {
            try {
                double value = Double.parseDouble(part.strip());
                if (!Double.isFinite(value)) {
                    throw new LatentException("--strengths: %s isn't a finite number".formatted(part));
                }
                all.add(value);
            } catch (NumberFormatException _) {
                throw new LatentException("--strengths: '%s' isn't a number; write a list like 0.1,0.2,0.4".formatted(part));
            }
        }
        List<Double> own = all.stream().filter(s -> s != 0).distinct().sorted().toList();
        if (own.isEmpty() || own.size() > MOST) {
            throw new LatentException("--strengths has %d strengths other than 0: give 1 to %d".formatted(own.size(), MOST));
        }
        return own;
    }

    /** The ranges as written; empty where none are. */
    List<String> ranges() {
        List<String> parts = ranges == null ? List.of() : Arrays.stream(ranges.split(",", -1)).map(String::strip).toList();
        if (parts.size() > MOST || parts.contains("")) {
            throw new LatentException("--layers-ranges '%s': write a list of at most %d ranges like 5-10,11-16,20".formatted(ranges, MOST));
        }
        return parts;
    }

    Optional<Path> prompts() {
        return Optional.ofNullable(prompts);
    }

    Optional<String> probe() {
        return Optional.ofNullable(probe);
    }

    Optional<Path> data() {
        return Optional.ofNullable(data);
    }

    Optional<String> tokens() {
        return Optional.ofNullable(tokens);
    }

    Optional<String> words() {
        return Optional.ofNullable(words);
    }

    Optional<Path> html() {
        return Optional.ofNullable(html);
    }

    Optional<Path> svg() {
        return Optional.ofNullable(svg);
    }

    int controls() {
        return number(controls, 20, "--controls", 1000);
    }

    int controlCells() {
        return number(controlCells, 1, "--control-cells", 1000);
    }

    private static int number(@Nullable Integer given, int usual, String name, int most) {
        if (given != null && (given < 0 || given > most)) {
            throw new LatentException("%s %d is out of range: give 0 to %d".formatted(name, given, most));
        }
        return given == null ? usual : given;
    }

    /** Everything that was given, for the question whether two sweeps are the same. */
    String told() {
        return String.join("|", Stream.of(strengths, ranges, prompts, probe, data, tokens, words, controls, controlCells)
                .map(String::valueOf).toList());
    }
}

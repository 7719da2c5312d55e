package org.latent4j.workbench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.latent4j.insight.direction.Direction;
import org.latent4j.insight.direction.DirectionLibrary;
import org.latent4j.insight.direction.Samples;
import org.latent4j.insight.probe.Probe;
import org.latent4j.insight.probe.ProbeStore;
import org.latent4j.insight.steering.Effect;
import org.latent4j.insight.steering.TextProbe;
import org.latent4j.kernel.LatentException;
import org.latent4j.model.Model;
import org.latent4j.model.PromptMode;
import org.latent4j.model.site.Sites;

/**
 * What a sweep measures, and the texts of two kinds that are known.
 *
 * @param effects the first decides
 * @param samples of which shuffled labels make a control
 * @param notes in words what measures
 */
record SweepEffects(List<Effect> effects, Optional<Samples> samples, List<String> notes) {
    private static final int MOST_WORDS = 100_000;

    static SweepEffects of(SweepOptions options, Direction direction, String named, Model model, BooleanSupplier interrupted) {
        List<Effect> effects = new ArrayList<>();
        List<String> notes = new ArrayList<>();
        Optional<Samples> samples = options.data().map(SweepEffects::samples);
        options.probe().ifPresent(p -> effects.add(probe(p, model)));
        boolean library = samples.isEmpty() && !Files.exists(Path.of(named))
                && DirectionLibrary.concepts().stream().anyMatch(c -> c.name().equals(named));
        if (library) {
            samples = Optional.of(DirectionLibrary.samples(named));
        }
        if (samples.isPresent()) {
            TextProbe fitted = TextProbe.fit(library ? "classifier: " + named : "classifier", samples.get(), model, interrupted);
            effects.add(fitted.effect());
            notes.add("the classifier reads the mean of the states at %s; it is right on %s of texts that it wasn't fitted to"
                    .formatted(fitted.effect().site(), Decimals.percent(fitted.accuracy())));
        }
        options.tokens().ifPresent(t -> effects.add(tokens(t, model)));
        options.words().ifPresent(w -> effects.add(new Effect.OfWords("words", words(w))));
        effects.add(new Effect.OwnReading(direction.bestSite()));
        if (effects.size() == 1) {
            notes.add("nothing but the direction itself tells what its effect is: the plain model reads the texts along it, and texts of "
                    + "random directions along those; give --data, --probe, --tokens or --words for a measure of its own");
        }
        return new SweepEffects(List.copyOf(effects), samples, notes);
    }

    private static Effect probe(String given, Model model) {
        int colon = given.lastIndexOf(':');
        boolean hasClass = colon > 1 && !Files.exists(Path.of(given));
        String file = hasClass ? given.substring(0, colon) : given;
        ProbeStore stored = ProbeStore.read(Path.of(file));
        stored.requireFits(model);
        List<String> classes = stored.probe().classes();
        int label = hasClass ? classes.indexOf(given.substring(colon + 1)) : Math.max(0, classes.size() - 1);
        if (label < 0 || (!hasClass && classes.size() > 2)) {
            throw new LatentException(
                    "the probe in %s has the classes %s: name one of them, %s:%s".formatted(file, classes, file, classes.getFirst()));
        }
        if (stored.probe().kind() == Probe.Kind.RIDGE && hasClass) {
            throw new LatentException("the probe in %s reads a number, it has no class".formatted(file));
        }
        String name = "probe" + (classes.isEmpty() ? "" : ": " + classes.get(label));
        return new Effect.OfProbe(name, stored.probe(), model.resolve(Sites.of(stored.site())).getFirst(),
                stored.positions().equals("mean"), label);
    }

    private static Effect tokens(String given, Model model) {
        String[] sides = ArgumentText.intact(given).split("/", -1);
        if (sides.length > 2 || sides[0].isBlank()) {
            throw new LatentException("--tokens '%s': write happy,glad or happy,glad/sad,angry".formatted(given));
        }
        List<Integer> wanted = firsts(sides[0], model);
        List<Integer> others = sides.length > 1 ? firsts(sides[1], model) : List.of();
        if (wanted.stream().anyMatch(others::contains)) {
            throw new LatentException(
                    "--tokens '%s': a word of the one side begins with the same token as one of the other".formatted(given));
        }
        return new Effect.OfTokens("tokens", wanted, others);
    }

    /** The first token of each word, as it stands behind another one. */
    private static List<Integer> firsts(String list, Model model) {
        return Arrays.stream(list.split(",", -1)).filter(w -> !w.isBlank()).map(w -> {
            int[] behind = model.tokens(" " + w.strip(), PromptMode.RAW);
            boolean joined = behind.length > 0 && !model.tokenizer().decode(new int[]{behind[0]}).isBlank(); // " good" is a token
            int[] ids = joined ? behind : model.tokens(w.strip(), PromptMode.RAW);
            if (ids.length == 0) {
                throw new LatentException("--tokens: '%s' has no token".formatted(w));
            }
            return ids[0];
        }).distinct().toList();
    }

    private static Set<String> words(String given) {
        Path file = Path.of(given);
        List<String> all = Files.isRegularFile(file) ? lines(file) : List.of(ArgumentText.intact(given).split(",", -1));
        Set<String> words = new HashSet<>();
        all.stream().map(w -> w.strip().toLowerCase(Locale.ROOT)).filter(w -> !w.isEmpty()).limit(MOST_WORDS).forEach(words::add);
        if (words.isEmpty()) {
            throw new LatentException("--words '%s' has no word".formatted(given));
        }
        return words;
    }

    private static List<String> lines(Path file) {
        try {
            if (Files.size(file) > 10_000_000) {
                throw new LatentException("%s is larger than a word list: 10 MB are the most".formatted(file));
            }
            return Files.readAllLines(file, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new LatentException("can't read %s: %s".formatted(file, e.getMessage()), e);
        }
    }

    /** Pairs in columns positive and negative, or texts with one of two labels, of which the later in the alphabet counts as positive. */
    static Samples samples(Path file) {
        try (TextRows rows = new TextRows.Source(file, column(file), Optional.empty()).open(_ -> {})) {
            List<String> positive = new ArrayList<>();
            List<String> negative = new ArrayList<>();
            List<String> texts = new ArrayList<>();
            List<String> labels = new ArrayList<>();
            for (TextRow row = rows.next(); row != null; row = rows.next()) {
                requireText(row.text(), row.origin());
                if (row.columns().get("negative") instanceof String other) {
                    requireText(other, row.origin());
                    positive.add(row.text());
                    negative.add(other);
                } else {
                    Object label = row.columns().get("label");
                    if (label == null) {
                        throw new LatentException(
                                "%s has neither columns positive and negative nor text and label (it has a text, and %s): name them so"
                                        .formatted(row.origin(),
                                                row.columns().isEmpty() ? "nothing else" : String.join(", ", row.columns().keySet())));
                    }
                    texts.add(row.text());
                    labels.add(String.valueOf(label));
                }
            }
            return texts.isEmpty() ? new Samples(positive, negative, true) : labelled(texts, labels, file);
        }
    }

    private static void requireText(String text, String origin) {
        if (text.isBlank()) {
            throw new LatentException("%s has an empty text: it has no state; leave the row out".formatted(origin));
        }
    }

    private static Samples labelled(List<String> texts, List<String> labels, Path file) {
        List<String> classes = labels.stream().distinct().sorted().toList();
        if (classes.size() != 2) {
            throw new LatentException("%s has %d label%s: two kinds of text are needed, positive and negative".formatted(
                    file, classes.size(), classes.size() == 1 ? " (" + classes.getFirst() + ")" : "s"));
        }
        List<String> positive = new ArrayList<>();
        List<String> negative = new ArrayList<>();
        for (int i = 0; i < texts.size(); i++) {
            (labels.get(i).equals(classes.get(1)) ? positive : negative).add(texts.get(i));
        }
        return new Samples(positive, negative, false);
    }

    private static Optional<String> column(Path file) {
        String start;
        try (var lines = Files.lines(file)) {
            start = lines.findFirst().orElse("");
        } catch (IOException | java.io.UncheckedIOException _) {
            return Optional.empty(); // told when it is read
        }
        return start.contains("positive") && start.contains("negative") && !start.contains("label")
                ? Optional.of("positive")
                : Optional.empty();
    }
}

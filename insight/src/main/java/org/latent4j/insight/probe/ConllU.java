package org.latent4j.insight.probe;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.latent4j.insight.probe.ProbeData.Item;
import org.latent4j.kernel.LatentException;

/**
 * Reads words with their annotation from CoNLL-U (universaldependencies.org/format.html). Texts are put together from the words as they
 * stand, so every word's place is known; where a written word is several syntactic ones (2-3), each is found in it or lies over all
 * of it. Empty nodes (8.1) are passed over.
 */
public final class ConllU {
    /** What is a word's label where one value is asked for and it has another or none. */
    public static final String OTHER = "other";

    private static final long MOST_BYTES = 1L << 30;
    private static final int COLUMNS = 10;

    private final Path file;
    private final Feature feature;
    private final List<String> texts = new ArrayList<>();
    private final List<Item> items = new ArrayList<>();
    private final StringBuilder text = new StringBuilder();
    private final List<Item> sentence = new ArrayList<>();
    private int rangeEnd;
    private int rangeFrom;
    private int rangeAt;
    private int line;

    private ConllU(Path file, Feature feature) {
        this.file = file;
        this.feature = feature;
    }

    /**
     * Which annotation is the label.
     *
     * @param name {@code upos}, {@code xpos}, {@code deprel}, {@code lemma}, or a feature's name: {@code Number}
     * @param value the one that is asked for, against {@value #OTHER}; empty: each value is a class, words without one are left out
     */
    public record Feature(String name, Optional<String> value) {
        /** Reads {@code upos}, {@code upos=PROPN}, {@code Number=Plur}. */
        public static Feature parse(String written) {
            int equals = written.indexOf('=');
            String name = (equals < 0 ? written : written.substring(0, equals)).strip();
            if (name.isEmpty() || equals == written.length() - 1) {
                throw new LatentException("feature '%s': write upos, upos=PROPN, deprel, Number, Number=Plur".formatted(written));
            }
            return new Feature(name, equals < 0 ? Optional.empty() : Optional.of(written.substring(equals + 1).strip()));
        }

        /** The label of a word, or null if it has none. */
        @Nullable
        String labelOf(String[] columns) {
            String found = found(columns);
            if (value.isPresent()) {
                return value.get().equals(found) ? value.get() : OTHER;
            }
            return found;
        }

        private @Nullable String found(String[] columns) {
            String plain = switch (name.toLowerCase(Locale.ROOT)) {
                case "upos", "pos" -> columns[3];
                case "xpos" -> columns[4];
                case "deprel" -> columns[7];
                case "lemma" -> columns[2];
                default -> null;
            };
            if (plain != null) {
                return plain.equals("_") ? null : plain;
            }
            for (String pair : (columns[5] + "|" + columns[9]).split("\\|", -1)) {
                int equals = pair.indexOf('=');
                if (equals > 0 && pair.substring(0, equals).equals(name)) {
                    return pair.substring(equals + 1);
                }
            }
            return null;
        }
    }

    /**
     * Reads a file.
     *
     * @throws LatentException if it isn't CoNLL-U, or no word has the feature
     */
    public static ProbeData read(Path file, Feature feature) {
        ConllU reading = new ConllU(file, feature);
        try {
            if (Files.size(file) > MOST_BYTES) {
                throw new LatentException("%s has more than %d bytes: divide it".formatted(file, MOST_BYTES));
            }
            try (BufferedReader in = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
                for (String next = in.readLine(); next != null; next = in.readLine()) {
                    reading.line++;
                    reading.take(next);
                }
                reading.endSentence();
            }
        } catch (NoSuchFileException e) {
            throw new LatentException("%s isn't there".formatted(file), e);
        } catch (IOException e) {
            throw new LatentException("%s can't be read: %s".formatted(file, e instanceof java.nio.charset.CharacterCodingException
                    ? "it isn't UTF-8"
                    : e.getMessage()), e);
        }
        long with = reading.items.stream().filter(item -> !item.label().equals(OTHER)).count();
        if (with == 0) {
            throw new LatentException("%s: none of %d words has the feature %s%s; write upos, deprel or a name of the sixth column"
                    .formatted(file, reading.items.size(), feature.name, feature.value.map(v -> "=" + v).orElse("")));
        }
        return new ProbeData(reading.texts, reading.items);
    }

    private void take(String next) {
        if (next.isBlank()) {
            endSentence();
            return;
        }
        if (next.startsWith("#")) {
            return;
        }
        String[] columns = next.split("\t", -1);
        if (columns.length != COLUMNS) {
            throw new LatentException("%s line %d has %d columns, CoNLL-U has %d, with tabs between them"
                    .formatted(file, line, columns.length, COLUMNS));
        }
        if (columns[0].contains(".")) {
            return;
        }
        if (columns[0].contains("-")) {
            rangeFrom = text.length();
            rangeAt = rangeFrom;
            rangeEnd = number(columns[0].substring(columns[0].indexOf('-') + 1));
            write(columns);
            return;
        }
        int number = number(columns[0]);
        if (number <= rangeEnd) {
            within(columns);
        } else {
            int from = text.length();
            write(columns);
            add(columns, from, from + columns[1].length());
        }
    }

    /** A syntactic word of a written one: where its form continues that, there; else all of it. */
    private void within(String[] columns) {
        int end = text.length();
        while (end > rangeFrom && text.charAt(end - 1) == ' ') {
            end--;
        }
        if (text.indexOf(columns[1], rangeAt) == rangeAt && rangeAt + columns[1].length() <= end) {
            add(columns, rangeAt, rangeAt + columns[1].length());
            rangeAt += columns[1].length();
        } else {
            add(columns, rangeFrom, end);
        }
    }

    private int number(String digits) {
        try {
            return Integer.parseInt(digits);
        } catch (NumberFormatException _) {
            throw new LatentException("%s line %d: '%s' is no word's number".formatted(file, line, digits));
        }
    }

    private void write(String[] columns) {
        text.append(columns[1]);
        if (!columns[9].contains("SpaceAfter=No")) {
            text.append(' ');
        }
    }

    private void add(String[] columns, int from, int to) {
        String label = feature.labelOf(columns);
        if (label != null) {
            sentence.add(new Item(texts.size(), from, to, label, columns[1].toLowerCase(Locale.ROOT), String.valueOf(texts.size())));
        }
    }

    private void endSentence() {
        if (!text.isEmpty()) {
            texts.add(text.toString().stripTrailing());
            items.addAll(sentence);
        }
        text.setLength(0);
        sentence.clear();
        rangeEnd = 0;
    }
}

package org.latent4j.store;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.latent4j.files.Json;
import org.latent4j.files.Safetensors;
import org.latent4j.kernel.LatentException;

/**
 * What a capture says of its texts in its metadata, beside their states: their beginnings, what their tokens say, and which positions
 * were taken. Earlier captures say less, then points have numbers instead.
 */
final class CaptureNotes {
    private static final String TEXTS = "text_strings";
    private static final String TOKENS = "token_strings";
    /** Around a token so many are shown to each side. */
    private static final int AROUND = 8;
    private static final String UNKNOWN = "\uFFFD";

    private final Map<Integer, String> texts;
    private final Map<Integer, String> tokens;
    private final String positions;
    private final String indices;
    private final boolean spaced;

    private CaptureNotes(Map<Integer, String> texts, Map<Integer, String> tokens, String positions, String indices) {
        this.texts = texts;
        this.tokens = tokens;
        this.positions = positions;
        this.indices = indices;
        this.spaced = tokens.values().stream().anyMatch(token -> token.startsWith(" "));
    }

    /** What the files of a capture say together. */
    static CaptureNotes of(Path file, List<Safetensors> files) {
        Map<Integer, String> texts = new HashMap<>();
        Map<Integer, String> tokens = new HashMap<>();
        for (Safetensors shard : files) {
            texts.putAll(numbered(file, shard.metadata().getOrDefault(TEXTS, "")));
            tokens.putAll(numbered(file, shard.metadata().getOrDefault(TOKENS, "")));
        }
        Map<String, String> metadata = files.getFirst().metadata();
        if (texts.isEmpty()) {
            List<String> given = given(file, metadata);
            for (int text = 0; text < given.size(); text++) {
                texts.put(text, given.get(text));
            }
        }
        return new CaptureNotes(texts, tokens, metadata.getOrDefault("positions", "all"), metadata.getOrDefault("position_indices", ""));
    }

    /** The other metadata: how the capture was made. */
    static Map<String, String> without(Map<String, String> metadata) {
        Map<String, String> others = new LinkedHashMap<>(metadata);
        others.keySet().removeAll(List.of(TEXTS, TOKENS));
        return others;
    }

    private static Map<Integer, String> numbered(Path file, String json) {
        Map<Integer, String> numbered = new HashMap<>();
        if (json.isEmpty()) {
            return numbered;
        }
        Json read = Json.of(file, json.getBytes(StandardCharsets.UTF_8));
        for (String key : read.keys()) {
            if (key.matches("\\d{1,9}")) {
                read.text(key).ifPresent(text -> numbered.put(Integer.parseInt(key), text));
            }
        }
        return numbered;
    }

    /** Texts that were given on the command line, which the manifest has as well. */
    private static List<String> given(Path file, Map<String, String> metadata) {
        String inputs = metadata.getOrDefault("inputs", "");
        if (!inputs.startsWith("[{\"texts\":") || !inputs.endsWith("}]")) {
            return List.of();
        }
        try {
            return Json.of(file, inputs.substring(1, inputs.length() - 1).getBytes(StandardCharsets.UTF_8)).texts("texts")
                    .orElse(List.of());
        } catch (LatentException _) {
            return List.of(); // files beside them: points keep their numbers
        }
    }

    /** A text, or the most of a long one. */
    Optional<String> text(int number) {
        return Optional.ofNullable(texts.get(number));
    }

    /** Whether it is known what tokens say. */
    boolean knowsTokens() {
        return !tokens.isEmpty();
    }

    /** What a token says. */
    String token(int id) {
        return tokens.getOrDefault(id, UNKNOWN);
    }

    /**
     * At which positions of a text its rows are.
     *
     * @param length the text's tokens
     * @return one for each row; empty where the capture doesn't tell
     */
    Optional<int[]> positions(int length, int rows) {
        int[] found = switch (positions) {
            case "all" -> indices(rows);
            case "last" -> new int[]{length - 1};
            default -> listed(length);
        };
        boolean inside = Arrays.stream(found).allMatch(position -> position >= 0 && position < length);
        return found.length == rows && inside ? Optional.of(found) : Optional.empty();
    }

    private static int[] indices(int count) {
        int[] indices = new int[count];
        Arrays.setAll(indices, i -> i);
        return indices;
    }

    /** The positions that were asked for by number, of which negative ones count from the end. */
    private int[] listed(int length) {
        if (!indices.matches("\\[-?\\d{1,9}(, ?-?\\d{1,9})*]")) {
            return new int[0];
        }
        return Arrays.stream(indices.substring(1, indices.length() - 1).split(", ?")).mapToInt(Integer::parseInt)
                .map(index -> index < 0 ? length + index : index).sorted().distinct().toArray();
    }

    /** Tokens of a text in it, each to be shown among its neighbours. */
    Context context(int text, int[] ids) {
        List<String> said = Arrays.stream(ids).mapToObj(this::token).toList();
        return new Context(said, text(text).orElse(""), text(text).flatMap(whole -> TokenPlaces.of(whole, said)).orElse(new int[0][]),
                spaced);
    }

    /**
     * A text and its tokens.
     *
     * @param said what each token says
     * @param places where the first ones lie in the text; the others are shown by what they say
     * @param spaced whether tokens have the spaces between words
     */
    @SuppressWarnings("ArrayRecordComponent") // handed on, never compared
    record Context(List<String> said, String text, int[][] places, boolean spaced) {
        /** A token in brackets, with some tokens around it. */
        String around(int position) {
            int from = Math.max(0, position - AROUND);
            int to = Math.min(said.size(), position + AROUND + 1);
            boolean placed = to <= places.length;
            String it = placed ? text.substring(places[position][0], places[position][1]) : said.get(position);
            String before = placed ? text.substring(places[from][0], places[position][0]) : joined(from, position);
            String behind = placed ? text.substring(places[position][1], places[to - 1][1]) : joined(position + 1, to);
            String between = placed || spaced ? "" : " ";
            String words = before + between + marked(it) + between + behind;
            return (from > 0 ? "… " : "") + words.strip() + (to < said.size() ? " …" : "");
        }

        private String joined(int from, int to) {
            return String.join(spaced ? "" : " ", said.subList(from, to));
        }

        /** White space before a word stays outside; alone it is shown as what can be seen. */
        private static String marked(String token) {
            int blank = token.length() - token.stripLeading().length();
            return blank == token.length()
                    ? "[" + token.replace(' ', '␣').replace('\n', '⏎').replace('\t', '⇥') + "]"
                    : token.substring(0, blank) + "[" + token.substring(blank) + "]";
        }
    }
}

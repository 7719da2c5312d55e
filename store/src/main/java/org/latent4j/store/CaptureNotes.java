package org.latent4j.store;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
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
            return Json.of(file, inputs.substring(1, inputs.length() - 1).getBytes(StandardCharsets.UTF_8)).texts("texts").orElse(List.of());
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

    /** A token in its text, in brackets, with some tokens around it. */
    String inContext(int[] ids, int position) {
        int from = Math.max(0, position - AROUND);
        int to = Math.min(ids.length, position + AROUND + 1);
        String it = token(ids[position]);
        int blank = it.length() - it.stripLeading().length();
        List<String> parts = new ArrayList<>();
        for (int at = from; at < to; at++) {
            parts.add(at == position ? it.substring(0, blank) + "[" + it.substring(blank) + "]" : token(ids[at]));
        }
        String words = String.join(spaced ? "" : " ", parts).strip();
        return (from > 0 ? "… " : "") + words + (to < ids.length ? " …" : "");
    }
}

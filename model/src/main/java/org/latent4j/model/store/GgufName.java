package org.latent4j.model.store;

import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;

/** What the names of GGUF files tell by convention: {@code NAME-Q4_K_M-00001-of-00003.gguf}. */
final class GgufName {
    private static final String ENDING = ".gguf";
    private static final int SPLIT = "-00001-of-00003".length();

    private GgufName() {}

    static boolean isGguf(String path) {
        return path.toLowerCase(Locale.ROOT).endsWith(ENDING);
    }

    /** Whether it is a part of a split model, but not the first. */
    static boolean isLaterPart(String path) {
        return part(path).orElse(1) != 1;
    }

    /** Whether it holds the image side of a model, as llama.cpp names it. */
    static boolean isProjector(String path) {
        return RepositoryPath.fileName(path).toLowerCase(Locale.ROOT).startsWith("mmproj");
    }

    private static OptionalInt part(String path) {
        String stem = stem(path);
        int from = stem.length() - SPLIT;
        if (from < 0 || stem.charAt(from) != '-' || !stem.startsWith("-of-", from + 6)) {
            return OptionalInt.empty();
        }
        int number = 0;
        for (int i = from + 1; i < from + 6; i++) {
            int digit = stem.charAt(i) - '0';
            if (digit < 0 || digit > 9) {
                return OptionalInt.empty();
            }
            number = 10 * number + digit;
        }
        return OptionalInt.of(number);
    }

    private static String stem(String path) {
        return isGguf(path) ? path.substring(0, path.length() - ENDING.length()) : path;
    }

    /** All parts of the model that a file begins, out of {@code paths}; just the file if it isn't split. */
    static List<String> parts(String first, List<String> paths) {
        if (part(first).isEmpty()) {
            return List.of(first);
        }
        String stem = stem(first);
        String begin = stem.substring(0, stem.length() - SPLIT);
        String end = stem.substring(stem.length() - "-of-00003".length()) + ENDING;
        return paths.stream()
                .filter(path -> path.length() == first.length() && path.startsWith(begin) && path.endsWith(end))
                .sorted()
                .toList();
    }

    /**
     * Whether a file is what someone means who wrote {@code selection} behind a repository's name: its path, its name, or the
     * quantisation in its name, {@code Q4_K_M} in {@code Model-Q4_K_M.gguf} but not in {@code Model-IQ4_K_M.gguf}.
     */
    static boolean isMeantBy(String selection, String path) {
        if (path.equals(selection) || RepositoryPath.fileName(path).equals(selection)) {
            return true;
        }
        String name = stem(RepositoryPath.fileName(path)).toLowerCase(Locale.ROOT);
        if (part(name).isPresent()) {
            name = name.substring(0, name.length() - SPLIT);
        }
        String wanted = selection.toLowerCase(Locale.ROOT);
        int before = name.length() - wanted.length() - 1;
        return name.endsWith(wanted) && (before < 0 || "-._".indexOf(name.charAt(before)) >= 0);
    }
}

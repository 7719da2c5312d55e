package org.latent4j.workbench;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.latent4j.kernel.LatentException;

/** The one text that a command is given: in words, by standard input, or in a file. */
final class ReadText {
    private ReadText() {}

    /**
     * The text.
     *
     * @param words what stands on the command line: nothing, one text, or {@code -} for standard input
     * @param file a file that is the text, or null
     * @param input standard input
     * @throws LatentException if there is no text, more than one, one of nothing but spaces, or one that isn't Unicode
     */
    static String of(List<String> words, @Nullable Path file, InputStream input) {
        if (file != null) {
            if (!words.isEmpty()) {
                throw new LatentException("there is a text and a --text-file: give one of them");
            }
            try (PromptReader reader = new TextInput.WholeFile(file).open()) {
                String text = reader.next() instanceof Prompt.Text(String _, String whole) ? whole : "";
                return checked(text, file.toString());
            }
        }
        if (words.isEmpty()) {
            throw new LatentException(
                    "there is no text: write it in quotes, latent read \"The capital of France is\", or - to read it "
                            + "from standard input");
        }
        if (words.size() > 1) {
            throw new LatentException("the text is in " + words.size() + " pieces: put it in quotes");
        }
        if (words.getFirst().equals("-")) {
            return checked(standardInput(input), "standard input");
        }
        return checked(ArgumentText.intact(words.getFirst()), "the text");
    }

    private static String standardInput(InputStream input) {
        StringBuilder text = new StringBuilder();
        char[] buffer = new char[1 << 13];
        Utf8Reader reader = new Utf8Reader("standard input", input);
        try {
            int count;
            while ((count = reader.read(buffer, 0, buffer.length)) > 0) {
                text.append(buffer, 0, count);
                if (text.length() > TextInput.LONGEST_TEXT) {
                    throw new LatentException("standard input is longer than " + TextInput.LONGEST_TEXT
                            + " characters, more than any model can read at once");
                }
            }
        } catch (IOException e) {
            throw new LatentException("can't read standard input: " + e.getMessage(), e);
        }
        return text.toString();
    }

    private static String checked(String text, String name) {
        if (text.isEmpty()) {
            throw new LatentException(name + " is empty: there is nothing to read");
        }
        if (text.isBlank()) {
            throw new LatentException(name + " is nothing but spaces and line ends: there is nothing to read");
        }
        int half = halfSurrogate(text);
        if (half >= 0) {
            throw new LatentException(name + " isn't Unicode: character " + half + " is half of a surrogate pair");
        }
        return text;
    }

    /** Where half a surrogate pair stands alone, or -1. */
    private static int halfSurrogate(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isHighSurrogate(c) && i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1))) {
                i++;
            } else if (Character.isSurrogate(c)) {
                return i;
            }
        }
        return -1;
    }
}

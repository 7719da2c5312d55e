package org.latent4j.workbench;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.LongConsumer;
import org.latent4j.kernel.LatentException;

/**
 * Where prompts come from. Opened as often as needed; read one prompt at a time, so that a file may be larger than
 * memory.
 */
sealed interface TextInput {
    /** The most characters of one text: no model's context comes near it, and a file without line ends is noticed. */
    int LONGEST_TEXT = 1 << 26;

    /** Texts written on the command line. */
    record Given(List<String> texts) implements TextInput {
        /** One text. */
        static Given of(String text) {
            return new Given(List.of(text));
        }
    }

    /** Something that lies in a file. */
    sealed interface InFile extends TextInput {
        /** The file. */
        Path file();
    }

    /** One text a line, ended by LF or CRLF; the last line may do without. */
    record Lines(Path file) implements InFile {}

    /** A JSON array of strings. */
    record JsonStrings(Path file) implements InFile {}

    /** One JSON object a line; the texts are one of its members. */
    record JsonLines(Path file, Optional<String> column) implements InFile {}

    /** Columns separated by tabs, their names in the first line; nothing is quoted or escaped. */
    record TabSeparated(Path file, Optional<String> column) implements InFile {}

    /** A file that is one text. */
    record WholeFile(Path file) implements InFile {}

    /** A JSON array of arrays of token ids. */
    record TokenIds(Path file) implements InFile {}

    /**
     * The texts of a file whose kind its name tells.
     *
     * @param column the column of a {@code .jsonl} or {@code .tsv} that holds the texts; empty: {@code text}, or the
     * only one
     * @throws LatentException if the name says nothing, or a column is asked for where there are none
     */
    static TextInput ofFile(Path file, Optional<String> column) {
        String name = String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
        if (name.endsWith(".jsonl") || name.endsWith(".ndjson")) {
            return new JsonLines(file, column);
        }
        if (name.endsWith(".tsv")) {
            return new TabSeparated(file, column);
        }
        if (column.isPresent()) {
            throw new LatentException("--column is for .jsonl and .tsv files; %s has no columns".formatted(file));
        }
        if (name.endsWith(".json")) {
            return new JsonStrings(file);
        }
        if (name.endsWith(".txt")) {
            return new Lines(file);
        }
        throw new LatentException(
                ("%s: its name must tell what it is: .txt (one text a line), .json (an array of strings), "
                        + ".jsonl or .tsv (with --column); a file that is one text goes with --text-file")
                        .formatted(file));
    }

    /** What messages call it. */
    default String label() {
        return switch (this) {
            case Given _ -> "the command line";
            case InFile input -> input.file().toString();
        };
    }

    /** Opens the input at its beginning. */
    default PromptReader open() {
        return open(bytes -> {});
    }

    /**
     * Opens the input at its beginning.
     *
     * @param progress hears now and then how many bytes have been read
     * @throws LatentException if the file can't be read
     */
    default PromptReader open(LongConsumer progress) {
        return switch (this) {
            case Given(List<String> texts) -> new GivenReader(texts);
            case InFile input -> open(input, progress);
        };
    }

    private static PromptReader open(InFile input, LongConsumer progress) {
        HashedFile file = HashedFile.open(input.file(), progress);
        Utf8Reader characters = new Utf8Reader(input.file().toString(), file);
        FileReader.Prompts prompts = switch (input) {
            case Lines _ -> new LineTexts(characters);
            case WholeFile _ -> new WholeText(characters);
            case TabSeparated(Path _, Optional<String> column) -> new TabSeparatedTexts(characters, column);
            case JsonLines(Path _, Optional<String> column) -> new JsonLineTexts(characters, column);
            case JsonStrings _ -> new JsonArrayPrompts(characters, JsonArrayPrompts::text);
            case TokenIds _ -> new JsonArrayPrompts(characters, JsonArrayPrompts::ids);
        };
        return new FileReader(prompts, file);
    }
}

package org.latent4j.workbench;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.latent4j.kernel.LatentException;

/**
 * The rows of a file of texts, one after the other, with all their columns: {@code .txt} (one text a line), {@code .tsv} and
 * {@code .csv} (names in the first line; in a .csv values may be quoted), {@code .jsonl} (an object a line), {@code .json} (an array
 * of strings).
 */
final class TextRows implements AutoCloseable {
    private static final List<String> NAMES = List.of("name", "id", "title");

    private final HashedFile file;
    private final Rows rows;

    /** One way to write rows into a file. */
    private interface Rows {
        @Nullable
        TextRow next() throws IOException;
    }

    /**
     * Which file, and which of its columns.
     *
     * @param column the one with the texts; empty: {@code text}, or the only one
     * @param name the one with the names; empty: {@code name}, {@code id} or {@code title} if there is one
     */
    record Source(Path file, Optional<String> column, Optional<String> name) {
        /**
         * Opens the file at its beginning.
         *
         * @throws LatentException if it can't be read, or its name doesn't tell what it is
         */
        TextRows open(LongConsumer progress) {
            return new TextRows(this, progress);
        }
    }

    private TextRows(Source source, LongConsumer progress) {
        String ending = String.valueOf(source.file.getFileName()).toLowerCase(Locale.ROOT).replaceFirst(".*\\.", "");
        file = HashedFile.open(source.file, progress);
        Utf8Reader in = new Utf8Reader(source.file.toString(), file);
        rows = switch (ending) {
            case "tsv" -> new Table(source, new TabSeparatedCells(in));
            case "csv" -> new Table(source, new CommaSeparatedCells(in));
            case "jsonl", "ndjson" -> new JsonObjects(source, in);
            case "txt" -> plain(source, new LineTexts(in));
            case "json" -> plain(source, new JsonArrayPrompts(in, JsonArrayPrompts::text));
            default -> throw new LatentException(
                    "%s: its name must tell what it is: .txt (one text a line), .tsv, .csv, .jsonl (with --column), .json (an array of strings)"
                            .formatted(source.file));
        };
    }

    private static Rows plain(Source source, FileReader.Prompts prompts) {
        if (source.column.isPresent() || source.name.isPresent()) {
            throw new LatentException("--column and --name-column are for .tsv, .csv and .jsonl files; %s has no columns"
                    .formatted(source.file));
        }
        return () -> switch (prompts.next()) {
            case null -> null;
            case Prompt.Text(String origin, String text) -> new TextRow(origin, text, Optional.empty(), Map.of());
            case Prompt.Ids ids -> throw new LatentException("%s holds token ids, not a text".formatted(ids.origin()));
        };
    }

    /** The next row, or null at the end. */
    @Nullable
    TextRow next() {
        try {
            return rows.next();
        } catch (IOException e) {
            throw file.unreadable(e);
        }
    }

    /** SHA-256 of the whole file, in hexadecimal digits; asked once, after the last row. */
    String sha256() {
        try {
            return file.sha256();
        } catch (IOException e) {
            throw file.unreadable(e);
        }
    }

    @Override
    public void close() {
        try {
            file.close();
        } catch (IOException e) {
            throw file.unreadable(e);
        }
    }

    /** The column with the names: the one that is asked for, or one that is called so. */
    private static Optional<String> nameColumn(Source source, List<String> columns, String texts) {
        if (source.name.isPresent()) {
            return Optional.of(Columns.choose(source.file.toString(), columns, source.name));
        }
        return NAMES.stream().filter(name -> columns.contains(name) && !name.equals(texts)).findFirst();
    }

    private static TextRow row(String origin, Map<String, Object> cells, String texts, Optional<String> names) {
        Map<String, Object> others = new LinkedHashMap<>(cells);
        String text = String.valueOf(others.remove(texts));
        Optional<String> name = names.map(cells::get).map(String::valueOf);
        names.filter(column -> !column.equals(texts)).ifPresent(others::remove);
        return new TextRow(origin, text, name, others);
    }

    /** The cells of a table, row by row. */
    interface Cells {
        /** The next row's, or null at the end. */
        @Nullable
        List<String> next() throws IOException;

        /** The row handed out last, for messages. */
        String origin();
    }

    /** A table whose first row has the names of the columns. */
    private static final class Table implements Rows {
        private final Source source;
        private final Cells cells;
        private List<String> columns = List.of();
        private String texts = "";
        private Optional<String> names = Optional.empty();

        Table(Source source, Cells cells) {
            this.source = source;
            this.cells = cells;
        }

        @Override
        public @Nullable TextRow next() throws IOException {
            if (columns.isEmpty()) {
                readNames();
            }
            List<String> row = cells.next();
            if (row == null) {
                return null;
            }
            if (row.size() != columns.size()) {
                throw new LatentException("%s has %d columns, the first line of the file has %d"
                        .formatted(cells.origin(), row.size(), columns.size()));
            }
            Map<String, Object> byName = new LinkedHashMap<>();
            for (int i = 0; i < row.size(); i++) {
                byName.put(columns.get(i), row.get(i));
            }
            return row(cells.origin(), byName, texts, names);
        }

        private void readNames() throws IOException {
            List<String> first = cells.next();
            if (first == null) {
                throw new LatentException("%s is empty; its first line should name the columns".formatted(source.file));
            }
            for (int i = 0; i < first.size(); i++) {
                if (first.indexOf(first.get(i)) != i) {
                    throw new LatentException(
                            "%s has two columns named '%s'; give them different names".formatted(source.file, first.get(i)));
                }
            }
            columns = first;
            texts = Columns.choose(source.file.toString(), columns, source.column);
            names = nameColumn(source, columns, texts);
        }
    }

    /** JSON objects, one a line; lines of white space are passed over. */
    private static final class JsonObjects implements Rows {
        private final Source source;
        private final LineTexts lines;
        private final JsonFactory json = Json.strict();
        private String texts = "";
        private Optional<String> names = Optional.empty();

        JsonObjects(Source source, Utf8Reader in) {
            this.source = source;
            this.lines = new LineTexts(in);
        }

        @Override
        public @Nullable TextRow next() throws IOException {
            String line = lines.nextLine();
            while (line != null && line.isBlank()) {
                line = lines.nextLine();
            }
            if (line == null) {
                return null;
            }
            try {
                Map<String, Object> members = members(line);
                if (texts.isEmpty()) {
                    texts = Columns.choose(lines.origin(), List.copyOf(members.keySet()), source.column);
                    names = nameColumn(source, List.copyOf(members.keySet()), texts);
                }
                Columns.choose(lines.origin(), List.copyOf(members.keySet()), Optional.of(texts)); // which tells if it is missing
                if (!(members.get(texts) instanceof String)) {
                    throw new LatentException("%s: '%s' is %s, not a string".formatted(lines.origin(), texts, members.get(texts)));
                }
                return row(lines.origin(), members, texts, names);
            } catch (JsonProcessingException e) {
                throw Json.broken(lines.origin(), e);
            }
        }

        private Map<String, Object> members(String line) throws IOException {
            Map<String, Object> members = new LinkedHashMap<>();
            try (JsonParser parser = json.createParser(line)) {
                if (parser.nextToken() != JsonToken.START_OBJECT) {
                    throw new LatentException("%s is %s, not an object".formatted(lines.origin(), Json.kind(parser.currentToken())));
                }
                while (parser.nextToken() == JsonToken.FIELD_NAME) {
                    String name = parser.currentName();
                    Object value = value(parser, parser.nextToken());
                    if (value != null) {
                        members.put(name, value);
                    }
                }
                if (parser.nextToken() != null) {
                    throw new LatentException("%s holds more than one object".formatted(lines.origin()));
                }
            }
            return members;
        }

        /** A string, a number, a truth value; lists and objects as the JSON that they are; null is nothing. */
        private @Nullable Object value(JsonParser parser, JsonToken token) throws IOException {
            return switch (token) {
                case VALUE_NULL -> null;
                case VALUE_STRING -> parser.getText();
                case VALUE_TRUE, VALUE_FALSE -> parser.getBooleanValue();
                case VALUE_NUMBER_INT ->
                    parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER ? parser.getText() : parser.getLongValue();
                case VALUE_NUMBER_FLOAT -> parser.getDoubleValue();
                default -> {
                    StringWriter text = new StringWriter();
                    try (var out = json.createGenerator(text)) {
                        out.copyCurrentStructure(parser);
                    }
                    yield text.toString();
                }
            };
        }
    }
}

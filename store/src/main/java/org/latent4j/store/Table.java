package org.latent4j.store;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.latent4j.files.Broken;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Progress;
import org.latent4j.space.Origin;

/**
 * Points as a table of text: {@code .csv} (RFC 4180, comma, or semicolon with decimal points or commas) or {@code .tsv}. Columns of numbers are coordinates, others
 * are names and fields; a column that is called as names are ({@code name}, {@code word}, {@code token}, {@code id}, {@code title},
 * {@code text}), {@code index}, {@code label}, {@code class} or {@code target}, or has no name among others that have, never is a
 * coordinate, whatever it holds; where columns are called {@code 0}, {@code 1} and so on, only they are. Whether the first row has the
 * columns' names is seen from it.
 *
 * <p>The Embedding Projector's pair is a table of numbers and, beside it, {@code metadata.tsv}.
 */
final class Table {
    static final int MOST_COLUMNS = 1 << 16;

    private static final Set<String> NEVER_COORDINATES = Set.of("", "name", "word", "token", "id", "title", "text", "index",
            "label", "labels", "class", "target", "unnamed: 0");
    private static final List<String> NAMES = List.of("name", "word", "token", "id", "title", "text", "label");

    private static final Pattern DECIMAL_COMMA = Pattern.compile("[+-]?\\d*,\\d+([eE][+-]?\\d+)?");

    private final Path file;
    private final ByteLines lines;
    private final byte separator;
    private final boolean quotes;
    /** The cells of the row: where they begin and end in the line's bytes; a quoted cell's text stands apart. */
    private int[] from = new int[64];
    private int[] to = new int[64];
    private final Map<Integer, String> quoted = new LinkedHashMap<>();
    private int cells;

    private Table(Path file, ByteLines lines, byte separator, boolean quotes) {
        this.file = file;
        this.lines = lines;
        this.separator = separator;
        this.quotes = quotes;
    }

    static Imported read(Path file, VectorFile kind, ImportOptions options, Progress progress) {
        byte separator = kind == VectorFile.TSV ? (byte) '\t' : separator(file);
        try (ByteLines lines = ByteLines.open(file, progress)) {
            Imported table = new Table(file, lines, separator, kind == VectorFile.CSV).read(options);
            return kind == VectorFile.TSV && table.names().isEmpty() && options.names().isEmpty() ? withMetadata(file, table) : table;
        }
    }

    private static byte separator(Path file) {
        try (ByteLines lines = ByteLines.open(file, Progress.NONE)) {
            if (!lines.next()) {
                throw Broken.file(file, "is empty; is it whole?");
            }
            String first = lines.text();
            return first.indexOf(';') >= 0 && Stream.of(first.split(";")).allMatch(Table::isOneCell) ? (byte) ';' : (byte) ',';
        }
    }

    private static boolean isOneCell(String text) {
        return text.indexOf(',') < 0 || DECIMAL_COMMA.matcher(text.strip()).matches();
    }

    /** Splits the line; false at the end of the file. Blank lines are left out. */
    private boolean row() {
        do {
            if (!lines.next()) {
                return false;
            }
        } while (lines.isBlank() && separator != '\t' || lines.start() == lines.end());
        quoted.clear();
        cells = 0;
        byte[] bytes = lines.bytes();
        int at = lines.start();
        while (true) {
            if (cells == MOST_COLUMNS) {
                throw lines.broken("has more than the %d columns that are read of a table; save so wide points as .npy or .safetensors",
                        MOST_COLUMNS);
            }
            if (cells == from.length) {
                from = Arrays.copyOf(from, 2 * cells);
                to = Arrays.copyOf(to, 2 * cells);
            }
            from[cells] = at;
            if (quotes && at < lines.end() && bytes[at] == '"') {
                at = quotedCell(at);
            } else {
                while (at < lines.end() && bytes[at] != separator) {
                    at++;
                }
                to[cells] = at;
            }
            cells++;
            if (at >= lines.end()) {
                return true;
            }
            at++;
        }
    }

    /** Reads a cell in quotes; returns where the separator behind it is, or the line's end. */
    private int quotedCell(int start) {
        byte[] bytes = lines.bytes();
        StringBuilder text = new StringBuilder();
        int at = start + 1;
        int begin = at;
        while (true) {
            while (at < lines.end() && bytes[at] != '"') {
                at++;
            }
            if (at >= lines.end()) {
                throw lines.broken("has a cell whose quotes don't end on it; cells with line ends can't be read");
            }
            text.append(lines.text(begin, at));
            if (at + 1 < lines.end() && bytes[at + 1] == '"') {
                text.append('"');
                at += 2;
                begin = at;
                continue;
            }
            break;
        }
        at++;
        if (at < lines.end() && bytes[at] != separator) {
            throw lines.broken("has something behind the quotes of column %d", cells + 1);
        }
        to[cells] = at;
        quoted.put(cells, text.toString());
        return at;
    }

    private String text(int column) {
        String apart = quoted.get(column);
        return apart != null ? apart : lines.text(from[column], to[column]);
    }

    private boolean isNumber(int column) {
        if (quoted.containsKey(column) || separator == ';') {
            byte[] bytes = written(column);
            return Numbers.isNumber(bytes, 0, bytes.length);
        }
        return Numbers.isNumber(lines.bytes(), trimmedFrom(column), trimmedTo(column));
    }

    /** A cell as numbers are written here: where semicolons separate, the comma is a decimal one. */
    private byte[] written(int column) {
        String text = text(column).strip();
        return (separator == ';' ? text.replace(',', '.') : text).getBytes(StandardCharsets.UTF_8);
    }

    private int trimmedFrom(int column) {
        int at = from[column];
        while (at < to[column] && lines.bytes()[at] == ' ') {
            at++;
        }
        return at;
    }

    private int trimmedTo(int column) {
        int at = to[column];
        while (at > from[column] && lines.bytes()[at - 1] == ' ') {
            at--;
        }
        return at;
    }

    private float number(int column, String called) {
        try {
            if (quoted.containsKey(column) || separator == ';') {
                byte[] bytes = written(column);
                return (float) Numbers.parse(bytes, 0, bytes.length);
            }
            return (float) Numbers.parse(lines.bytes(), trimmedFrom(column), trimmedTo(column));
        } catch (NumberFormatException e) {
            throw lines.broken("has '%s' in column %s, where the rows before have numbers", text(column), called);
        }
    }

    private List<String> texts() {
        List<String> texts = new ArrayList<>(cells);
        for (int column = 0; column < cells; column++) {
            texts.add(text(column).strip());
        }
        return texts;
    }

    private boolean[] numbers() {
        boolean[] numbers = new boolean[cells];
        for (int column = 0; column < cells; column++) {
            numbers[column] = isNumber(column);
        }
        return numbers;
    }

    private Imported read(ImportOptions options) {
        if (!row()) {
            throw Broken.file(file, "has no rows; is it whole?");
        }
        List<String> first = texts();
        boolean[] firstNumbers = numbers();
        boolean more = row();
        boolean header = false;
        if (more && cells == first.size()) {
            boolean[] second = numbers();
            for (int column = 0; column < cells; column++) {
                header |= second[column] && !firstNumbers[column];
            }
            header |= isNumbering(first, second) && !isNumbering(texts(), second);
        }
        if (!header && !anyOf(firstNumbers)) {
            throw Broken.file(file, more ? "has no columns of numbers; its first row is: %s" : "has one row and no number in it: %s",
                    String.join(", ", first.subList(0, Math.min(8, first.size()))));
        }
        List<String> names = header ? first : numbered(first.size());
        Columns columns = new Columns(names, header, header ? numbers() : firstNumbers, options);
        Gathered points = new Gathered(file, columns.coordinates.length, 1 << 10);
        if (header) {
            columns.take(points);
        } else {
            return fromStart(options, columns);
        }
        while (row()) {
            columns.take(points);
        }
        return columns.imported(points);
    }

    private static boolean anyOf(boolean[] these) {
        for (boolean one : these) {
            if (one) {
                return true;
            }
        }
        return false;
    }

    /** Without a header the first row is a point, and is read again. */
    private Imported fromStart(ImportOptions options, Columns columns) {
        try (ByteLines again = ByteLines.open(file, Progress.NONE)) {
            Table table = new Table(file, again, separator, quotes);
            Columns same = table.new Columns(columns.names, false, columns.numeric, options);
            Gathered points = new Gathered(file, same.coordinates.length, 1 << 10);
            while (table.row()) {
                same.take(points);
            }
            return same.imported(points);
        }
    }

    /** Whether the cells above numbers are 0, 1, 2 and so on: what pandas calls columns without names. */
    private static boolean isNumbering(List<String> first, boolean[] numeric) {
        int next = 0;
        for (int column = 0; column < numeric.length; column++) {
            if (numeric[column] && !first.get(column).equals(Integer.toString(next++))) {
                return false;
            }
        }
        return next > 1;
    }

    private static List<String> numbered(int count) {
        List<String> names = new ArrayList<>(count);
        for (int column = 0; column < count; column++) {
            names.add(Integer.toString(column));
        }
        return names;
    }

    /** Which column is what. */
    private final class Columns {
        private final List<String> names;
        private final boolean[] numeric;
        private final int[] coordinates;
        private final int[] others;
        private final int nameColumn;
        private final Map<String, List<Object>> fields = new LinkedHashMap<>();

        Columns(List<String> names, boolean header, boolean[] numeric, ImportOptions options) {
            this.names = names;
            this.numeric = numeric;
            Set<Integer> named = new HashSet<>();
            options.names().ifPresent(name -> column(name).ifPresent(named::add));
            options.labels().ifPresent(name -> column(name).ifPresent(named::add));
            List<Integer> points = new ArrayList<>();
            List<Integer> rest = new ArrayList<>();
            Set<Integer> numbered = header ? numbered() : Set.of();
            for (int column = 0; column < names.size(); column++) {
                boolean coordinate = numeric[column] && !named.contains(column)
                        && !(header && NEVER_COORDINATES.contains(names.get(column).toLowerCase(Locale.ROOT)))
                        && (numbered.size() < 2 || numbered.contains(column));
                (coordinate ? points : rest).add(column);
            }
            if (points.isEmpty()) {
                throw Broken.file(file, "has no columns of numbers left for coordinates; its columns are: %s",
                        String.join(", ", names.subList(0, Math.min(8, names.size()))));
            }
            this.coordinates = points.stream().mapToInt(Integer::intValue).toArray();
            this.others = rest.stream().mapToInt(Integer::intValue).toArray();
            // what is asked for and no column is a file with the names
            this.nameColumn = options.names().isPresent()
                    ? options.names().flatMap(this::column).orElse(-1)
                    : guessName(header, options);
            for (int column : others) {
                if (column != nameColumn) {
                    fields.put(options.labels().filter(name -> name.equals(names.get(column))).map(_ -> "label").orElse(names.get(column)),
                            new ArrayList<>());
                }
            }
        }

        /** Columns of numbers that are called 0, 1 and so on: coordinates that were exported, beside fields that may be numbers too. */
        private Set<Integer> numbered() {
            Set<Integer> numbered = new HashSet<>();
            for (int column = 0; column < names.size(); column++) {
                if (numeric[column] && names.get(column).equals(Integer.toString(numbered.size()))) {
                    numbered.add(column);
                }
            }
            return numbered;
        }

        private Optional<Integer> column(String name) {
            int column = names.indexOf(name);
            return column < 0 ? Optional.empty() : Optional.of(column);
        }

        private int guessName(boolean header, ImportOptions options) {
            if (header) {
                for (String name : NAMES) {
                    for (int column : others) {
                        boolean isLabel = options.labels().filter(names.get(column)::equals).isPresent();
                        if (names.get(column).equalsIgnoreCase(name) && !isLabel && !(name.equals("label") && numeric[column])) {
                            return column;
                        }
                    }
                }
                return -1;
            }
            for (int column : others) {
                if (!numeric[column]) {
                    return column;
                }
            }
            return -1;
        }

        void take(Gathered points) {
            if (cells != names.size()) {
                throw lines.broken("has %d columns, the rows before have %d", cells, names.size());
            }
            int at = points.row();
            for (int i = 0; i < coordinates.length; i++) {
                points.data()[at + i] = number(coordinates[i], names.get(coordinates[i]));
            }
            if (nameColumn >= 0) {
                points.names.add(text(nameColumn));
            }
            int field = 0;
            for (List<Object> values : fields.values()) {
                while (others[field] == nameColumn) {
                    field++;
                }
                values.add(value(others[field++]));
            }
        }

        private Object value(int column) {
            String text = text(column);
            if (numeric[column] && text.matches("-?\\d{1,18}")) {
                return Long.parseLong(text);
            }
            return numeric[column] && isNumber(column) ? (Object) (double) number(column, names.get(column)) : text;
        }

        Imported imported(Gathered points) {
            return new Imported(points.matrix(), nameColumn < 0 ? Optional.empty() : Optional.of(points.names), fields,
                    Origin.of(file.toString()));
        }
    }

    /** The Embedding Projector's other half: {@code metadata.tsv} beside {@code vectors.tsv}, {@code X.metadata.tsv} beside {@code X.vectors.tsv}. */
    private static Imported withMetadata(Path file, Imported table) {
        String name = String.valueOf(file.getFileName());
        Path metadata = file.resolveSibling(
                name.contains("vectors")
                        ? name.replace("vectors", "metadata")
                        : name.contains("tensors") ? name.replace("tensors", "metadata") : "metadata.tsv");
        if (metadata.equals(file) || !Files.isRegularFile(metadata)) {
            return table;
        }
        List<List<String>> rows = new ArrayList<>();
        try (ByteLines lines = ByteLines.open(metadata, Progress.NONE)) {
            Table split = new Table(metadata, lines, (byte) '\t', false);
            while (split.row()) {
                rows.add(split.texts());
            }
        }
        int points = table.vectors().rows();
        int width = rows.isEmpty() ? 0 : rows.getFirst().size();
        boolean header = rows.size() == points + 1; // the Projector's rule: one column has no header, more have one
        if (!header && rows.size() != points) {
            throw Broken.file(metadata, "has %d lines, %s has %d points; one for each, and a header, is needed", rows.size(), name, points);
        }
        List<String> columns = header ? rows.getFirst() : numbered(width);
        List<List<String>> values = header ? rows.subList(1, rows.size()) : rows;
        Map<String, List<Object>> fields = new LinkedHashMap<>();
        for (int column = 1; column < width; column++) {
            fields.put(columns.get(column), new ArrayList<>());
        }
        List<String> names = new ArrayList<>();
        for (List<String> row : values) {
            if (row.size() != width) {
                throw new LatentException("%s: has a row of %d columns among others of %d".formatted(metadata, row.size(), width));
            }
            names.add(row.getFirst());
            for (int column = 1; column < width; column++) {
                List<Object> field = fields.get(columns.get(column));
                if (field != null) {
                    field.add(row.get(column));
                }
            }
        }
        return table.with(names).withColumns(fields);
    }
}

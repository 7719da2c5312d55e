package org.latent4j.store;

import dev.hardwood.InputFile;
import dev.hardwood.metadata.PhysicalType;
import dev.hardwood.reader.ColumnReader;
import dev.hardwood.reader.ParquetFileReader;
import dev.hardwood.schema.ColumnSchema;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.latent4j.files.Broken;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Matrix;
import org.latent4j.space.Origin;

/**
 * Points as Parquet: a column of lists of numbers, or columns of numbers; columns of text are names and fields. A nested column is
 * called by its first name.
 */
final class ParquetVectors {
    private static final int MOST_COLUMNS = Table.MOST_COLUMNS;
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final List<String> NAMES = List.of("name", "word", "words", "token", "id", "title", "text");

    /** Held, so that it keeps its level: the library tells which instructions it uses. */
    private static final Logger LIBRARY = Logger.getLogger("dev.hardwood");

    static {
        LIBRARY.setLevel(Level.WARNING);
    }

    private final Path file;
    private final ParquetFileReader parquet;

    private final AtomicLong batches;

    private ParquetVectors(Path file, ParquetFileReader parquet, AtomicLong batches) {
        this.file = file;
        this.parquet = parquet;
        this.batches = batches;
    }

    private boolean next(ColumnReader reader) {
        batches.incrementAndGet();
        return reader.nextBatch();
    }

    /** Works with an opened file; what its library throws becomes a line. */
    private interface Work<T> {
        T of(ParquetVectors parquet) throws IOException;
    }

    /**
     * Works in a thread of its own, because the library waits for ever for the pages of some damaged files: who brings nothing for a
     * while is given up.
     */
    private static <T> T with(Path file, Duration patience, Work<T> work) {
        if (!Files.isRegularFile(file)) {
            throw Broken.file(file, Files.exists(file) ? "is not a regular file" : "there is no such file; check the path");
        }
        AtomicLong batches = new AtomicLong();
        FutureTask<T> task = new FutureTask<>(() -> {
            try (ParquetFileReader parquet = ParquetFileReader.open(InputFile.of(file))) {
                return work.of(new ParquetVectors(file, parquet, batches));
            }
        });
        Thread.ofPlatform().daemon().name("parquet").start(task);
        try {
            long before = -1;
            while (batches.get() != before) {
                before = batches.get();
                try {
                    return task.get(patience.toMillis(), TimeUnit.MILLISECONDS);
                } catch (TimeoutException _) {
                    // looked at again, as long as something comes
                }
            }
            task.cancel(true);
            throw Broken.file(file, "is no Parquet file that can be read: nothing came of it for %d s; is it damaged?",
                    patience.toSeconds());
        } catch (InterruptedException e) {
            task.cancel(true);
            Thread.currentThread().interrupt();
            throw Broken.because(e, file, "was interrupted while it was read");
        } catch (ExecutionException e) { // of damaged files the library says so in many ways
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw cause instanceof LatentException told
                    ? told
                    : Broken.because(cause, file, "is no Parquet file that can be read: %s", reason(cause));
        }
    }

    /** What lies at the bottom: the library wraps it. */
    private static String reason(Throwable error) {
        Throwable root = error;
        for (int depth = 0; root.getCause() != null && depth < 10; depth++) {
            root = root.getCause();
        }
        return root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage();
    }

    static Imported read(Path file, ImportOptions options) {
        return read(file, options, PATIENCE);
    }

    /** Gives up when nothing came for as long. */
    static Imported read(Path file, ImportOptions options, Duration patience) {
        return with(file, patience, parquet -> parquet.read(options));
    }

    /** The first column of text, or the one that is named. */
    static List<String> texts(Path file, Optional<String> name) {
        return with(file, PATIENCE, parquet -> {
            ColumnSchema column = parquet.columns().stream()
                    .filter(each -> isText(each) && name.map(called(each)::equals).orElse(true)).findFirst()
                    .orElseThrow(() -> Broken.file(file, "has no column of text%s", name.map(text -> " '" + text + "'").orElse("")));
            return parquet.values(column).stream().map(String::valueOf).toList();
        });
    }

    private List<ColumnSchema> columns() {
        List<ColumnSchema> columns = parquet.getFileSchema().getColumns();
        if (columns.size() > MOST_COLUMNS) {
            throw Broken.file(file, "has %d columns, at most %d are read", columns.size(), MOST_COLUMNS);
        }
        return columns;
    }

    private static String called(ColumnSchema column) {
        return column.fieldPath().topLevelName();
    }

    private static boolean isText(ColumnSchema column) {
        return column.type() == PhysicalType.BYTE_ARRAY && column.maxRepetitionLevel() == 0;
    }

    private static boolean isNumber(ColumnSchema column) {
        return switch (column.type()) {
            case FLOAT, DOUBLE, INT32, INT64 -> true;
            default -> false;
        };
    }

    private static boolean isFraction(ColumnSchema column) {
        return column.type() == PhysicalType.FLOAT || column.type() == PhysicalType.DOUBLE;
    }

    private Imported read(ImportOptions options) {
        List<ColumnSchema> lists = columns().stream().filter(column -> column.maxRepetitionLevel() == 1 && isFraction(column))
                .filter(column -> options.array().map(called(column)::equals).orElse(true)).toList();
        if (options.array().isPresent() && lists.isEmpty()) {
            throw Broken.file(file, "has no column '%s' of lists of numbers; it has %s", options.array().get(), listed());
        }
        if (lists.size() > 1) {
            throw Broken.file(file, "has several columns of lists of numbers; name one with --array: %s",
                    String.join(", ", lists.stream().map(ParquetVectors::called).toList()));
        }
        List<ColumnSchema> flat = columns().stream().filter(column -> column.maxRepetitionLevel() == 0).toList();
        List<ColumnSchema> coordinates = lists.isEmpty()
                ? flat.stream().filter(column -> isFraction(column) && !options.names().map(called(column)::equals).orElse(false)
                        && !options.labels().map(called(column)::equals).orElse(false)).toList()
                : lists;
        if (coordinates.isEmpty()) {
            throw Broken.file(file, "has no columns of numbers; it has %s", listed());
        }
        Matrix vectors = lists.isEmpty() ? columns(coordinates) : lists(lists.getFirst());
        return named(vectors, flat.stream().filter(column -> !coordinates.contains(column)).toList(), options);
    }

    private String listed() {
        return String.join(", ", columns().stream().limit(8).map(ParquetVectors::called).toList());
    }

    private Imported named(Matrix vectors, List<ColumnSchema> others, ImportOptions options) {
        Map<String, List<Object>> fields = new LinkedHashMap<>();
        // what is asked for and no column is a file with the names
        Optional<String> nameColumn = options.names().isPresent()
                ? options.names().filter(name -> others.stream().anyMatch(column -> called(column).equals(name)))
                : NAMES.stream().filter(name -> others.stream()
                        .anyMatch(column -> called(column).equalsIgnoreCase(name) && isText(column))).findFirst();
        List<String> names = null;
        for (ColumnSchema column : others) {
            if (!isText(column) && !isNumber(column)) {
                continue;
            }
            List<Object> values = values(column);
            if (nameColumn.filter(called(column)::equalsIgnoreCase).isPresent()) {
                names = values.stream().map(String::valueOf).toList();
            } else {
                fields.put(options.labels().filter(called(column)::equals).map(_ -> "label").orElse(called(column)), values);
            }
        }
        return new Imported(vectors, Optional.ofNullable(names), fields, Origin.of(file.toString()));
    }

    private Matrix lists(ColumnSchema column) {
        float[] data = new float[1 << 16];
        int filled = 0;
        int rows = 0;
        int width = -1;
        int current = 0;
        try (ColumnReader reader = parquet.columnReader(column.columnIndex())) {
            while (next(reader)) {
                int[] offsets = reader.getLayerOffsets(reader.getLayerCount() - 1);
                double[] wide = column.type() == PhysicalType.DOUBLE ? reader.getDoubles() : new double[0];
                float[] narrow = column.type() == PhysicalType.FLOAT ? reader.getFloats() : new float[0];
                int records = reader.getRecordCount();
                for (int record = 0; record < records; record++) {
                    current = offsets[record + 1] - offsets[record];
                    width = width < 0 ? current : width;
                    if (current != width || width == 0) {
                        throw Broken.file(file, "row %d has %d numbers in '%s', the rows before have %d", rows, current, called(column),
                                width);
                    }
                    if ((long) filled + width > Integer.MAX_VALUE - 8) {
                        throw Broken.file(file, "has more numbers than fit in memory");
                    }
                    if (filled + width > data.length) {
                        data = Arrays.copyOf(data,
                                (int) Math.min(Integer.MAX_VALUE - 8, Math.max(data.length * 2L, (long) filled + width)));
                    }
                    for (int i = offsets[record]; i < offsets[record + 1]; i++) {
                        if (reader.getLeafValidity().isNull(i)) {
                            throw Broken.file(file, "row %d has an empty value in '%s'; points need numbers", rows, called(column));
                        }
                        data[filled++] = column.type() == PhysicalType.FLOAT ? narrow[i] : (float) wide[i];
                    }
                    rows++;
                }
            }
        }
        return Matrix.of(rows, Math.max(0, width), Arrays.copyOf(data, filled));
    }

    private Matrix columns(List<ColumnSchema> coordinates) {
        Matrix vectors = null;
        for (int i = 0; i < coordinates.size(); i++) {
            List<Object> values = values(coordinates.get(i));
            if (vectors == null) {
                if ((long) values.size() * coordinates.size() > Integer.MAX_VALUE - 8) {
                    throw Broken.file(file, "has more numbers than fit in memory");
                }
                vectors = Matrix.zeros(values.size(), coordinates.size());
            }
            for (int row = 0; row < vectors.rows(); row++) {
                if (!(values.get(row) instanceof Number number)) {
                    throw Broken.file(file, "row %d has an empty value in '%s'; points need numbers", row, called(coordinates.get(i)));
                }
                vectors.data()[row * vectors.columns() + i] = number.floatValue();
            }
        }
        return vectors == null ? Matrix.zeros(0, 0) : vectors;
    }

    /** The values of a flat column; what is empty becomes an empty text. */
    private List<Object> values(ColumnSchema column) {
        List<Object> values = new ArrayList<>();
        try (ColumnReader reader = parquet.columnReader(column.columnIndex())) {
            while (next(reader)) {
                int records = reader.getRecordCount();
                switch (column.type()) {
                    case FLOAT -> {
                        float[] batch = reader.getFloats();
                        for (int i = 0; i < records; i++) {
                            values.add(reader.getLeafValidity().isNull(i) ? "" : (Object) (double) batch[i]);
                        }
                    }
                    case DOUBLE -> {
                        double[] batch = reader.getDoubles();
                        for (int i = 0; i < records; i++) {
                            values.add(reader.getLeafValidity().isNull(i) ? "" : (Object) batch[i]);
                        }
                    }
                    case INT32 -> {
                        int[] batch = reader.getInts();
                        for (int i = 0; i < records; i++) {
                            values.add(reader.getLeafValidity().isNull(i) ? "" : (Object) (long) batch[i]);
                        }
                    }
                    case INT64 -> {
                        long[] batch = reader.getLongs();
                        for (int i = 0; i < records; i++) {
                            values.add(reader.getLeafValidity().isNull(i) ? "" : (Object) batch[i]);
                        }
                    }
                    default -> {
                        String[] batch = reader.getStrings();
                        for (int i = 0; i < records; i++) {
                            values.add(batch[i] == null ? "" : batch[i]);
                        }
                    }
                }
            }
        }
        return values;
    }
}

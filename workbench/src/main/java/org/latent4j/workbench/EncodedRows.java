package org.latent4j.workbench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Matrix;
import org.latent4j.kernel.Progress;
import org.latent4j.model.encoder.Encoder;
import org.latent4j.space.Items;
import org.latent4j.space.Origin;
import org.latent4j.space.Space;

/** Rows of a file as points in memory: what is added to a space at once. */
final class EncodedRows {
    /** As many as are encoded together. */
    private static final int BATCH = 256;
    private static final int MOST = 10_000_000;

    private EncodedRows() {}

    /**
     * Reads and encodes a file's texts; a row's other columns are its fields, and its text the field {@code text}.
     *
     * @throws LatentException if the rows have no names, or a name twice
     */
    static Space of(Encoder encoder, TextRows.Source source, Origin origin, Progress progress) {
        List<TextRow> rows = new ArrayList<>();
        try (TextRows all = source.open(_ -> {})) {
            for (TextRow row = all.next(); row != null; row = all.next()) {
                if (row.name().isEmpty()) {
                    throw new LatentException("%s has no name, by which it could be updated and deleted; name the column with --name-column"
                            .formatted(row.origin()));
                }
                if (rows.size() == MOST) {
                    throw new LatentException("%s has more than %d rows; add it in parts".formatted(source.file(), MOST));
                }
                rows.add(row);
            }
        }
        if (rows.isEmpty()) {
            throw new LatentException("%s holds no text".formatted(source.file()));
        }
        Matrix vectors = Matrix.zeros(rows.size(), encoder.width());
        for (int from = 0; from < rows.size(); from += BATCH) {
            int to = Math.min(rows.size(), from + BATCH);
            Matrix some = encoder.encode(rows.subList(from, to).stream().map(TextRow::text).toList());
            System.arraycopy(some.data(), 0, vectors.data(), from * encoder.width(), some.data().length);
            progress.report("Encoding", to, rows.size(), Progress.Unit.STEPS);
        }
        return Space.of(vectors, items(rows), origin.called(source.file().toString()));
    }

    private static Items items(List<TextRow> rows) {
        TreeSet<String> fields = new TreeSet<>();
        rows.forEach(row -> fields.addAll(row.columns().keySet()));
        Map<String, List<@Nullable Object>> columns = new LinkedHashMap<>();
        fields.forEach(field -> columns.put(field, column(rows, field)));
        List<@Nullable Object> texts = new ArrayList<>();
        rows.forEach(row -> texts.add(row.text()));
        columns.put("text", texts);
        return Items.of(rows.stream().map(row -> row.name().orElseThrow()).toList(), columns);
    }

    private static List<@Nullable Object> column(List<TextRow> rows, String field) {
        List<@Nullable Object> column = new ArrayList<>();
        rows.forEach(row -> column.add(row.columns().get(field)));
        return column;
    }
}

package org.latent4j.workbench;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
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
     * Reads and encodes a file's texts; a row's other columns are its fields, and its text the field {@code text}. Where the texts of the
     * space were cut into pieces, these are as well.
     *
     * @param origin of the space
     * @throws LatentException if the rows have no names, or a name twice
     */
    static Space of(Encoder encoder, TextRows.Source source, Origin origin, Progress progress) {
        List<TextPiece> pieces = pieces(encoder, source, origin.details());
        Matrix vectors = Matrix.zeros(pieces.size(), encoder.width());
        for (int from = 0; from < pieces.size(); from += BATCH) {
            int to = Math.min(pieces.size(), from + BATCH);
            Matrix some = encoder.encode(pieces.subList(from, to).stream().map(TextPiece::content).toList());
            System.arraycopy(some.data(), 0, vectors.data(), from * encoder.width(), some.data().length);
            progress.report("Encoding", to, pieces.size(), Progress.Unit.STEPS);
        }
        return Space.of(vectors, items(pieces), origin.called(source.file().toString()));
    }

    private static List<TextPiece> pieces(Encoder encoder, TextRows.Source source, Map<String, String> made) {
        OptionalInt chunk = number(made, "chunk");
        int overlap = number(made, "overlap").orElse(0);
        List<TextPiece> pieces = new ArrayList<>();
        try (TextRows all = source.open(_ -> {})) {
            int text = 0;
            for (TextRow row = all.next(); row != null; row = all.next(), text++) {
                if (row.name().isEmpty()) {
                    throw new LatentException("%s has no name, by which it could be updated and deleted; name the column with --name-column"
                            .formatted(row.origin()));
                }
                List<String> contents = chunk.isPresent()
                        ? encoder.chunks(row.text(), chunk.getAsInt(), overlap)
                        : List.of(row.text());
                for (int number = 0; number < contents.size(); number++) {
                    pieces.add(new TextPiece(text, number, contents.size(), row, contents.get(number)));
                }
                if (pieces.size() > MOST) {
                    throw new LatentException("%s has more than %d texts; add it in parts".formatted(source.file(), MOST));
                }
            }
        }
        if (pieces.isEmpty()) {
            throw new LatentException("%s holds no text".formatted(source.file()));
        }
        return pieces;
    }

    private static OptionalInt number(Map<String, String> made, String name) {
        String said = made.getOrDefault(name, "");
        return said.matches("[0-9]{1,9}") ? OptionalInt.of(Integer.parseInt(said)) : OptionalInt.empty();
    }

    /**
     * The pieces that a space has of the texts that are added, and that these don't supersede: a text that is shorter now has fewer.
     *
     * @param added what {@link #of} made of the texts
     */
    static List<String> leftOver(Space space, Space added) {
        Set<String> names = new HashSet<>(added.names());
        Set<String> texts = new LinkedHashSet<>();
        for (int point = 0; point < added.size(); point++) {
            texts.add(String.valueOf(added.items().fields(point).getOrDefault("document", added.name(point))));
        }
        List<String> leftOver = new ArrayList<>();
        for (String text : texts) {
            if (!names.contains(text) && space.find(text).isPresent()) {
                leftOver.add(text);
            }
            String piece = TextPiece.called(text, 0);
            for (int number = 1; space.find(piece).isPresent(); number++) {
                if (!names.contains(piece) && text.equals(space.items().fields(space.require(piece)).get("document"))) {
                    leftOver.add(piece);
                }
                piece = TextPiece.called(text, number);
            }
        }
        return leftOver;
    }

    private static Items items(List<TextPiece> pieces) {
        List<String> names = new ArrayList<>();
        Map<String, List<@Nullable Object>> columns = new LinkedHashMap<>();
        for (int point = 0; point < pieces.size(); point++) {
            String text = pieces.get(point).row().name().orElseThrow();
            names.add(pieces.get(point).called(text));
            int filled = point;
            pieces.get(point).fields(text).forEach((field, value) -> {
                List<@Nullable Object> column = columns.computeIfAbsent(field, _ -> new ArrayList<>());
                column.addAll(Collections.nCopies(filled - column.size(), null));
                column.add(value);
            });
        }
        columns.values().forEach(column -> column.addAll(Collections.nCopies(pieces.size() - column.size(), null)));
        return Items.of(names, columns);
    }
}

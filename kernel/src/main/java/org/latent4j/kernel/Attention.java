package org.latent4j.kernel;

import java.util.Arrays;
import java.util.List;
import org.latent4j.kernel.Operations.AttentionShape;

/**
 * Softmax attention over sequences packed end to end. A worker takes one head of a block of queries: scores by
 * {@link Kernels#tile} against the stored keys, an exact softmax of each row, then the mix of values in order
 * of position.
 */
final class Attention {
    /** Queries that are worked on together; a multiple of {@link Kernels#TILE_ROWS}. */
    private static final int BLOCK = 48;

    private final WorkerPool pool;
    private final Kernels kernels;
    private final Buffers[] buffers;

    private static final class Buffers {
        float[] queries = {};
        float[] scores = {};
        float[] sums = {};
        final KeyValues.Unpacked unpacked = new KeyValues.Unpacked();
    }

    Attention(WorkerPool pool, Kernels kernels) {
        this.pool = pool;
        this.kernels = kernels;
        this.buffers = new Buffers[pool.threads()];
        for (int i = 0; i < buffers.length; i++) {
            buffers[i] = new Buffers();
        }
    }

    /**
     * A worker's task: the queries {@code from} to {@code to} of a sequence, counted from its first row in the batch, of
     * {@code together} heads. A single query is worked on for all the heads that share its keys.
     *
     * @param start the sequence's first row in the batch
     * @param before the positions of the sequence that came in earlier batches
     * @param positions all positions of the sequence by now
     */
    private record Piece(int sequence, int start, int before, int positions, int from, int to, int head, int together) {
        int rows() {
            return (to - from) * together;
        }

        /** A row's place in the batch. */
        int batchRow(int row) {
            return start + from + row / together;
        }

        /** A row's position in its sequence. */
        int position(int row) {
            return before + from + row / together;
        }

        int head(int row) {
            return head + row % together;
        }
    }

    void attend(
            Matrix query,
            Matrix key,
            Matrix value,
            AttentionShape shape,
            int[] starts,
            List<KeyValues> stored,
            PatternRows patterns,
            Matrix out) {
        int sequences = starts.length - 1;
        pool.run(sequences, (s, _) -> stored.get(s).append(key, value, starts[s], starts[s + 1]));
        int[] firstPiece = new int[sequences + 1];
        for (int s = 0; s < sequences; s++) {
            int blocks = (starts[s + 1] - starts[s] + BLOCK - 1) / BLOCK;
            firstPiece[s + 1] = firstPiece[s] + blocks * (shape.heads() / together(starts, s, shape));
        }
        pool.run(firstPiece[sequences], (item, worker) -> {
            int found = Arrays.binarySearch(firstPiece, item);
            int sequence = found >= 0 ? lastWith(firstPiece, found) : -found - 2;
            int together = together(starts, sequence, shape);
            int parts = shape.heads() / together;
            int within = item - firstPiece[sequence];
            int queries = starts[sequence + 1] - starts[sequence];
            int positions = stored.get(sequence).positions();
            int from = within / parts * BLOCK;
            var piece = new Piece(
                    sequence, starts[sequence], positions - queries, positions, from, Math.min(from + BLOCK, queries),
                    within % parts * together, together);
            attendPiece(buffers[worker], query, stored.get(sequence), shape, piece, patterns, out);
        });
    }

    private static int together(int[] starts, int sequence, AttentionShape shape) {
        return starts[sequence + 1] - starts[sequence] == 1 ? shape.heads() / shape.keyValueHeads() : 1;
    }

    /** Empty sequences share their first piece with the next one: the last of equals is the one that has pieces. */
    private static int lastWith(int[] firstPiece, int found) {
        int last = found;
        while (last + 1 < firstPiece.length && firstPiece[last + 1] == firstPiece[found]) {
            last++;
        }
        return last;
    }

    private void attendPiece(
            Buffers own, Matrix query, KeyValues stored, AttentionShape shape, Piece piece, PatternRows patterns, Matrix out) {
        int firstKey = firstSeen(piece.position(0), shape);
        int keys = endSeen(piece.position(piece.rows() - 1), shape, piece) - firstKey;
        int columns = kernels.tileColumns();
        int keysPadded = (keys + columns - 1) / columns * columns;
        int keyValueHead = piece.head() / (shape.heads() / shape.keyValueHeads());
        KeyValues.View view = stored.view(keyValueHead, firstKey, keys, own.unpacked);
        layOut(own, query, shape, piece, keysPadded);
        score(own, view, shape, piece, firstKey, keysPadded);
        for (int row = 0; row < piece.rows(); row += Kernels.TILE_ROWS) {
            int last = Math.min(row + Kernels.TILE_ROWS, piece.rows()) - 1;
            int middle = Math.min(row + 1, last);
            for (int r = row; r <= last; r++) {
                weigh(own, shape, piece, r, last, firstKey, keysPadded, patterns);
            }
            if (stored.finite()) {
                kernels.mix(
                        own.scores, row * keysPadded, middle * keysPadded, last * keysPadded,
                        endSeen(piece.position(last), shape, piece) - firstKey, view.values(), view.valuesAt(), paddedHead(shape),
                        shape.headWidth(), out.data(), outAt(piece, shape, row, out), outAt(piece, shape, middle, out),
                        outAt(piece, shape, last, out));
            } else {
                for (int r = row; r <= last; r++) {
                    mixAlone(own, view, shape, piece, r, firstKey, keysPadded, out);
                }
            }
        }
    }

    /** Mixes what a row sees and nothing else: zero times what isn't finite would be NaN for rows that are masked from it. */
    private void mixAlone(
            Buffers own, KeyValues.View view, AttentionShape shape, Piece piece, int row, int firstKey, int keysPadded, Matrix out) {
        int position = piece.position(row);
        int begin = firstSeen(position, shape) - firstKey;
        int scores = row * keysPadded + begin;
        int at = outAt(piece, shape, row, out);
        kernels.mix(
                own.scores, scores, scores, scores, endSeen(position, shape, piece) - firstKey - begin, view.values(),
                view.valuesAt() + begin * paddedHead(shape), paddedHead(shape), shape.headWidth(), out.data(), at, at, at);
    }

    private static int firstSeen(int position, AttentionShape shape) {
        return Math.max(0, position - (shape.window() - 1));
    }

    /** One more than the last position that a position sees: itself, or without a causal mask as far ahead as the window reaches. */
    private static int endSeen(int position, AttentionShape shape, Piece piece) {
        return shape.causal() ? position + 1 : (int) Math.min(piece.positions(), (long) position + shape.window());
    }

    private static int outAt(Piece piece, AttentionShape shape, int row, Matrix out) {
        return piece.batchRow(row) * out.columns() + piece.head(row) * shape.headWidth();
    }

    /** Copies the piece's queries side by side, scaled, each padded with zeros to whole vectors. */
    private void layOut(Buffers own, Matrix query, AttentionShape shape, Piece piece, int keysPadded) {
        int padded = paddedHead(shape);
        int rows = piece.rows();
        own.queries = atLeast(own.queries, rows * padded);
        own.scores = atLeast(own.scores, Math.multiplyExact(rows, keysPadded));
        own.sums = atLeast(own.sums, Kernels.TILE_ROWS * kernels.tileColumns() * kernels.lanes());
        int width = shape.headWidth();
        for (int r = 0; r < rows; r++) {
            int from = piece.batchRow(r) * query.columns() + piece.head(r) * width;
            for (int d = 0; d < width; d++) {
                own.queries[r * padded + d] = query.data()[from + d] * shape.scale();
            }
            Arrays.fill(own.queries, r * padded + width, (r + 1) * padded, 0);
        }
    }

    KeyValues store(int heads, int headWidth, boolean half) {
        int lanes = kernels.lanes();
        return new KeyValues(heads, headWidth, (headWidth + lanes - 1) / lanes * lanes, half);
    }

    private int paddedHead(AttentionShape shape) {
        int lanes = kernels.lanes();
        return (shape.headWidth() + lanes - 1) / lanes * lanes;
    }

    private static float[] atLeast(float[] buffer, int length) {
        return buffer.length >= length ? buffer : new float[length];
    }

    /** Query times key, tile by tile, as far as the mask lets the last row of a tile see. */
    private void score(Buffers own, KeyValues.View view, AttentionShape shape, Piece piece, int firstKey, int keysPadded) {
        int padded = paddedHead(shape);
        int columns = kernels.tileColumns();
        int rowSums = columns * kernels.lanes();
        for (int row = 0; row < piece.rows(); row += Kernels.TILE_ROWS) {
            int last = Math.min(row + Kernels.TILE_ROWS, piece.rows()) - 1;
            int seen = endSeen(piece.position(last), shape, piece) - firstKey;
            for (int k = 0; k < seen; k += columns) {
                kernels.tile(
                        own.queries, row * padded, Math.min(row + 1, last) * padded, last * padded, view.keys(),
                        view.keysAt() + k * padded, padded, padded, own.sums, 0, true);
                for (int r = row; r <= last; r++) {
                    kernels.finish(own.sums, (r - row) * rowSums, own.scores, r * keysPadded + k, columns);
                }
            }
        }
    }

    /** Turns a row of scores into weights: softmax over what it sees, zero for the rest of its tile. */
    private void weigh(
            Buffers own, AttentionShape shape, Piece piece, int row, int lastOfTile, int firstKey, int keysPadded, PatternRows patterns) {
        int at = row * keysPadded;
        int position = piece.position(row);
        int begin = firstSeen(position, shape) - firstKey;
        int end = endSeen(position, shape, piece) - firstKey;
        if (shape.softCap() > 0) {
            Exponential.softCap(own.scores, at + begin, end - begin, shape.softCap());
        }
        if (shape.bias() != null) {
            shape.bias().add(piece.head(row), position, own.scores, at + begin, firstKey + begin, end - begin);
        }
        kernels.softmax(own.scores, at + begin, end - begin);
        Arrays.fill(own.scores, at, at + begin, 0);
        Arrays.fill(own.scores, at + end, at + endSeen(piece.position(lastOfTile), shape, piece) - firstKey, 0);
        if (patterns != PatternRows.NONE) {
            patterns.row(piece.sequence(), piece.head(row), position, own.scores, at + begin, firstKey + begin, end - begin);
        }
    }
}

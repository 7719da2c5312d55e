package org.latent4j.kernel;

import java.util.Arrays;
import java.util.List;
import org.latent4j.kernel.Operations.AttentionShape;

/**
 * Softmax attention over sequences packed end to end. A worker takes one head of a block of queries: scores by
 * {@link Kernels#panelTile} against the stored keys, an exact softmax of each row, then the mix of values in order
 * of position.
 */
final class Attention {
    /** Queries that are worked on together; a multiple of {@link Kernels#MIXED_ROWS}. */
    private static final int BLOCK = 48;

    private final WorkerPool pool;
    private final Kernels kernels;
    private final Buffers[] buffers;

    private static final class Buffers {
        float[] queries = {};
        float[] scores = {};
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
        int panel = kernels.panelRows();
        int firstKey = firstSeen(piece.position(0), shape) / panel * panel;
        int keys = endSeen(piece.position(piece.rows() - 1), shape, piece) - firstKey;
        int keysPadded = (keys + panel - 1) / panel * panel;
        int keyValueHead = piece.head() / (shape.heads() / shape.keyValueHeads());
        KeyValues.View view = stored.view(keyValueHead, firstKey, keys, own.unpacked);
        layOut(own, query, shape, piece, keysPadded);
        score(own, view, shape, piece, firstKey, keysPadded);
        for (int row = 0; row < piece.rows(); row += Kernels.MIXED_ROWS) {
            int last = Math.min(row + Kernels.MIXED_ROWS, piece.rows()) - 1;
            int middle = Math.min(row + 1, last);
            for (int r = row; r <= last; r++) {
                weigh(own, shape, piece, r, last, firstKey, keysPadded, patterns);
            }
            if (stored.finite()) {
                kernels.mix(
                        own.scores, row * keysPadded, middle * keysPadded, last * keysPadded,
                        endSeen(piece.position(last), shape, piece) - firstKey, view.values(), view.valuesAt(), padded(shape.headWidth()),
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
                view.valuesAt() + begin * padded(shape.headWidth()), padded(shape.headWidth()), shape.headWidth(), out.data(), at, at, at);
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

    /** Copies the piece's queries side by side, scaled, and makes room for their scores and for those of one more. */
    private void layOut(Buffers own, Matrix query, AttentionShape shape, Piece piece, int keysPadded) {
        int width = shape.headWidth();
        int rows = piece.rows();
        own.queries = atLeast(own.queries, rows * width);
        own.scores = atLeast(own.scores, Math.multiplyExact(rows + 1, keysPadded));
        float[] queries = own.queries;
        float scale = shape.scale();
        for (int r = 0; r < rows; r++) {
            int to = r * width;
            System.arraycopy(query.data(), piece.batchRow(r) * query.columns() + piece.head(r) * width, queries, to, width);
            for (int d = to; d < to + width; d++) {
                queries[d] *= scale;
            }
        }
    }

    KeyValues store(int heads, int headWidth, boolean half) {
        return new KeyValues(heads, headWidth, padded(headWidth), kernels.panelRows(), half);
    }

    private int padded(int headWidth) {
        int lanes = kernels.lanes();
        return (headWidth + lanes - 1) / lanes * lanes;
    }

    private static float[] atLeast(float[] buffer, int length) {
        return buffer.length >= length ? buffer : new float[length];
    }

    /** Query times key, two queries and a panel of keys at a time, as far as the mask lets the second one see. */
    private void score(Buffers own, KeyValues.View view, AttentionShape shape, Piece piece, int firstKey, int keysPadded) {
        int width = shape.headWidth();
        for (int k = 0; k < keysPadded; k += kernels.panelRows()) {
            for (int row = 0; row < piece.rows(); row += 2) {
                int second = Math.min(row + 1, piece.rows() - 1); // an odd one is there twice, and its copy's scores are nobody's
                if (k < endSeen(piece.position(second), shape, piece) - firstKey) {
                    kernels.panelTile(
                            own.queries, row * width, (second - row) * width, 1, view.keys(), view.keysAt() + k * width, width,
                            own.scores, row * keysPadded + k, keysPadded, true);
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

package org.latent4j.kernel;

import java.util.Arrays;
import org.latent4j.kernel.Operations.AttentionShape;
import org.latent4j.kernel.Operations.PatternSink;

/**
 * Softmax attention over sequences packed end to end. A worker takes one head of a block of queries: scores by
 * {@link Kernels#tile} against the keys laid side by side, an exact softmax of each row, then the mix of values in order
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
        float[] keys = {};
        float[] scores = {};
        float[] sums = {};
    }

    Attention(WorkerPool pool, Kernels kernels) {
        this.pool = pool;
        this.kernels = kernels;
        this.buffers = new Buffers[pool.threads()];
        for (int i = 0; i < buffers.length; i++) {
            buffers[i] = new Buffers();
        }
    }

    /** One head of the queries {@code from} to {@code to} (positions in their sequence) of the sequence that begins at row {@code start}. */
    private record Piece(int sequence, int start, int positions, int from, int to, int head) {}

    void attend(
            Matrix query, Matrix key, Matrix value, AttentionShape shape, int[] starts, PatternSink patterns, Matrix out) {
        int sequences = starts.length - 1;
        int[] firstPiece = new int[sequences + 1];
        for (int s = 0; s < sequences; s++) {
            int blocks = (starts[s + 1] - starts[s] + BLOCK - 1) / BLOCK;
            firstPiece[s + 1] = firstPiece[s] + blocks * shape.heads();
        }
        pool.run(firstPiece[sequences], (item, worker) -> {
            int found = Arrays.binarySearch(firstPiece, item);
            int sequence = found >= 0 ? lastWith(firstPiece, found) : -found - 2;
            int within = item - firstPiece[sequence];
            int positions = starts[sequence + 1] - starts[sequence];
            int from = within / shape.heads() * BLOCK;
            var piece = new Piece(
                    sequence, starts[sequence], positions, from, Math.min(from + BLOCK, positions), within % shape.heads());
            attendPiece(buffers[worker], query, key, value, shape, piece, patterns.patternOf(sequence), out);
        });
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
            Buffers own, Matrix query, Matrix key, Matrix value, AttentionShape shape, Piece piece, float[] pattern, Matrix out) {
        int firstKey = firstSeen(piece.from(), shape);
        int keys = endSeen(piece.to() - 1, shape, piece) - firstKey;
        int columns = kernels.tileColumns();
        int keysPadded = (keys + columns - 1) / columns * columns;
        layOut(own, query, key, shape, piece, firstKey, keys, keysPadded);
        score(own, shape, piece, keysPadded);
        int valueStride = value.columns();
        int keyValueHead = piece.head() / (shape.heads() / shape.keyValueHeads());
        int valueAt = (piece.start() + firstKey) * valueStride + keyValueHead * shape.headWidth();
        for (int row = piece.from(); row < piece.to(); row += Kernels.TILE_ROWS) {
            int last = Math.min(row + Kernels.TILE_ROWS, piece.to()) - 1;
            for (int r = row; r <= last; r++) {
                weigh(own, shape, piece, r, last, firstKey, keysPadded, pattern);
            }
            int p0 = (row - piece.from()) * keysPadded;
            int p1 = (Math.min(row + 1, last) - piece.from()) * keysPadded;
            int p2 = (last - piece.from()) * keysPadded;
            int o0 = outAt(piece, shape, row, out);
            int o1 = outAt(piece, shape, Math.min(row + 1, last), out);
            int o2 = outAt(piece, shape, last, out);
            kernels.mix(
                    own.scores, p0, p1, p2, endSeen(last, shape, piece) - firstKey, value.data(), valueAt, valueStride, shape.headWidth(),
                    out.data(), o0, o1,
                    o2);
        }
    }

    private static int firstSeen(int position, AttentionShape shape) {
        return Math.max(0, position - (shape.window() - 1));
    }

    /** One more than the last position that a position sees: itself, or without a causal mask as far ahead as the window reaches. */
    private static int endSeen(int position, AttentionShape shape, Piece piece) {
        return shape.causal() ? position + 1 : (int) Math.min(piece.positions(), (long) position + shape.window());
    }

    private static int outAt(Piece piece, AttentionShape shape, int row, Matrix out) {
        return (piece.start() + row) * out.columns() + piece.head() * shape.headWidth();
    }

    /** Copies the head's queries and keys side by side, each padded with zeros to whole vectors. */
    private void layOut(
            Buffers own, Matrix query, Matrix key, AttentionShape shape, Piece piece, int firstKey, int keys, int keysPadded) {
        int padded = paddedHead(shape);
        int rows = piece.to() - piece.from();
        own.queries = atLeast(own.queries, rows * padded);
        own.keys = atLeast(own.keys, keysPadded * padded);
        own.scores = atLeast(own.scores, Math.multiplyExact(rows, keysPadded));
        own.sums = atLeast(own.sums, Kernels.TILE_ROWS * kernels.tileColumns() * kernels.lanes());
        int width = shape.headWidth();
        for (int r = 0; r < rows; r++) {
            int from = (piece.start() + piece.from() + r) * query.columns() + piece.head() * width;
            for (int d = 0; d < width; d++) {
                own.queries[r * padded + d] = query.data()[from + d] * shape.scale();
            }
            Arrays.fill(own.queries, r * padded + width, (r + 1) * padded, 0);
        }
        int keyValueHead = piece.head() / (shape.heads() / shape.keyValueHeads());
        for (int k = 0; k < keys; k++) {
            int from = (piece.start() + firstKey + k) * key.columns() + keyValueHead * width;
            System.arraycopy(key.data(), from, own.keys, k * padded, width);
            Arrays.fill(own.keys, k * padded + width, (k + 1) * padded, 0);
        }
        Arrays.fill(own.keys, keys * padded, keysPadded * padded, 0);
    }

    private int paddedHead(AttentionShape shape) {
        int lanes = kernels.lanes();
        return (shape.headWidth() + lanes - 1) / lanes * lanes;
    }

    private static float[] atLeast(float[] buffer, int length) {
        return buffer.length >= length ? buffer : new float[length];
    }

    /** Query times key, tile by tile, as far as the mask lets the last row of a tile see. */
    private void score(Buffers own, AttentionShape shape, Piece piece, int keysPadded) {
        int padded = paddedHead(shape);
        int columns = kernels.tileColumns();
        int rowSums = columns * kernels.lanes();
        int rows = piece.to() - piece.from();
        int firstKey = firstSeen(piece.from(), shape);
        for (int row = 0; row < rows; row += Kernels.TILE_ROWS) {
            int last = Math.min(row + Kernels.TILE_ROWS, rows) - 1;
            int seen = endSeen(piece.from() + last, shape, piece) - firstKey;
            for (int k = 0; k < seen; k += columns) {
                kernels.tile(
                        own.queries, row * padded, Math.min(row + 1, last) * padded, last * padded, own.keys, k * padded, padded, padded,
                        own.sums, 0, true);
                for (int r = row; r <= last; r++) {
                    kernels.finish(own.sums, (r - row) * rowSums, own.scores, r * keysPadded + k, columns);
                }
            }
        }
    }

    /** Turns a row of scores into weights: softmax over what it sees, zero for the rest of its tile. */
    private void weigh(
            Buffers own, AttentionShape shape, Piece piece, int row, int lastOfTile, int firstKey, int keysPadded, float[] pattern) {
        int at = (row - piece.from()) * keysPadded;
        int begin = firstSeen(row, shape) - firstKey;
        int end = endSeen(row, shape, piece) - firstKey;
        if (shape.softCap() > 0) {
            Exponential.softCap(own.scores, at + begin, end - begin, shape.softCap());
        }
        kernels.softmax(own.scores, at + begin, end - begin);
        Arrays.fill(own.scores, at, at + begin, 0);
        Arrays.fill(own.scores, at + end, at + endSeen(lastOfTile, shape, piece) - firstKey, 0);
        if (pattern.length > 0) {
            int to = (piece.head() * piece.positions() + row) * piece.positions();
            System.arraycopy(own.scores, at + begin, pattern, to + firstKey + begin, end - begin);
        }
    }
}

package org.latent4j.model.transformer;

import java.util.List;
import org.latent4j.kernel.Precision;

/**
 * Token sequences packed end to end, without padding: the rows of a forward pass.
 *
 * @param ids the tokens of all sequences, {@code [rows]}
 * @param positions each token's position in its sequence, {@code [rows]}
 * @param starts where each sequence begins; one more entry ends the last
 * @param caches what each sequence continues; empty if all begin here and end here
 * @param precision how exactly products with packed weights are computed
 */
public record Batch(int[] ids, int[] positions, int[] starts, List<Cache> caches, Precision precision) {
    /** Packs whole sequences, none of them empty. */
    public static Batch of(List<int[]> sequences) {
        return of(sequences, List.of());
    }

    /** Packs pieces, none of them empty, each of which continues what its cache holds. */
    public static Batch of(List<int[]> pieces, List<Cache> caches) {
        int[] starts = new int[pieces.size() + 1];
        for (int s = 0; s < pieces.size(); s++) {
            starts[s + 1] = Math.addExact(starts[s], pieces.get(s).length);
        }
        int rows = starts[pieces.size()];
        int[] ids = new int[rows];
        int[] positions = new int[rows];
        for (int s = 0; s < pieces.size(); s++) {
            int[] piece = pieces.get(s);
            int before = caches.isEmpty() ? 0 : caches.get(s).length();
            System.arraycopy(piece, 0, ids, starts[s], piece.length);
            for (int p = 0; p < piece.length; p++) {
                positions[starts[s] + p] = before + p;
            }
        }
        return new Batch(ids, positions, starts, caches, Precision.F32);
    }

    /** The same, computed otherwise. */
    public Batch with(Precision other) {
        return new Batch(ids, positions, starts, caches, other);
    }

    /** The number of rows, over all sequences. */
    public int rows() {
        return ids.length;
    }

    /** The number of sequences. */
    public int sequences() {
        return starts.length - 1;
    }

    /** The number of rows of a sequence. */
    public int length(int sequence) {
        return starts[sequence + 1] - starts[sequence];
    }

    /** The position of a sequence's first row. */
    public int before(int sequence) {
        return positions[starts[sequence]];
    }
}

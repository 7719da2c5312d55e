package org.latent4j.model.transformer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.latent4j.kernel.Precision;

/**
 * Token sequences packed end to end, without padding: the rows of a forward pass.
 *
 * @param ids the tokens of all sequences, {@code [rows]}
 * @param positions each token's position in its sequence, {@code [rows]}
 * @param starts where each sequence begins; one more entry ends the last
 * @param caches what each sequence continues; empty if all begin here and end here
 * @param trunks the rows of this batch that each sequence goes on from, as pairs of a first and an end, in order; empty if none does
 * @param precision how exactly products with packed weights are computed
 */
public record Batch(int[] ids, int[] positions, int[] starts, List<Cache> caches, List<int[]> trunks, Precision precision) {
    /** Packs whole sequences, none of them empty. */
    public static Batch of(List<int[]> sequences) {
        return of(sequences, List.of());
    }

    /** Packs pieces, none of them empty, each of which continues what its cache holds. */
    public static Batch of(List<int[]> pieces, List<Cache> caches) {
        int[] before = new int[pieces.size()];
        for (int s = 0; s < caches.size(); s++) {
            before[s] = caches.get(s).length();
        }
        return packed(pieces, before, starts(pieces), caches, List.of());
    }

    /**
     * Packs pieces of texts that begin alike, none of them empty, each of which goes on from one before it or from nothing. The texts'
     * keys have to be turned alike.
     *
     * @param parents the number of the piece that each goes on from, negative for none
     */
    public static Batch branching(List<int[]> pieces, int[] parents) {
        int[] starts = starts(pieces);
        int[] before = new int[parents.length];
        List<int[]> trunks = new ArrayList<>();
        for (int s = 0; s < parents.length; s++) {
            int parent = parents[s];
            if (parent < 0) {
                trunks.add(new int[0]);
                continue;
            }
            int[] above = trunks.get(parent);
            int[] trunk = Arrays.copyOf(above, above.length + 2);
            trunk[above.length] = starts[parent];
            trunk[above.length + 1] = starts[parent + 1];
            trunks.add(trunk);
            before[s] = before[parent] + pieces.get(parent).length;
        }
        return packed(pieces, before, starts, List.of(), trunks);
    }

    private static int[] starts(List<int[]> pieces) {
        int[] starts = new int[pieces.size() + 1];
        for (int s = 0; s < pieces.size(); s++) {
            starts[s + 1] = Math.addExact(starts[s], pieces.get(s).length);
        }
        return starts;
    }

    private static Batch packed(List<int[]> pieces, int[] before, int[] starts, List<Cache> caches, List<int[]> trunks) {
        int rows = starts[pieces.size()];
        int[] ids = new int[rows];
        int[] positions = new int[rows];
        for (int s = 0; s < pieces.size(); s++) {
            int[] piece = pieces.get(s);
            System.arraycopy(piece, 0, ids, starts[s], piece.length);
            for (int p = 0; p < piece.length; p++) {
                positions[starts[s] + p] = before[s] + p;
            }
        }
        return new Batch(ids, positions, starts, caches, trunks, Precision.F32);
    }

    /** The same, computed otherwise. */
    public Batch with(Precision other) {
        return new Batch(ids, positions, starts, caches, trunks, other);
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

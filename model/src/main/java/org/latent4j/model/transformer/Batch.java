package org.latent4j.model.transformer;

import java.util.List;

/**
 * Token sequences packed end to end, without padding: the rows of a forward pass.
 *
 * @param ids the tokens of all sequences, {@code [rows]}
 * @param positions each token's position in its sequence, {@code [rows]}
 * @param starts where each sequence begins; one more entry ends the last
 */
public record Batch(int[] ids, int[] positions, int[] starts) {
    /** Packs sequences, none of them empty. */
    public static Batch of(List<int[]> sequences) {
        int[] starts = new int[sequences.size() + 1];
        for (int s = 0; s < sequences.size(); s++) {
            starts[s + 1] = Math.addExact(starts[s], sequences.get(s).length);
        }
        int rows = starts[sequences.size()];
        int[] ids = new int[rows];
        int[] positions = new int[rows];
        for (int s = 0; s < sequences.size(); s++) {
            int[] sequence = sequences.get(s);
            System.arraycopy(sequence, 0, ids, starts[s], sequence.length);
            for (int p = 0; p < sequence.length; p++) {
                positions[starts[s] + p] = p;
            }
        }
        return new Batch(ids, positions, starts);
    }

    /** The number of rows, over all sequences. */
    public int rows() {
        return ids.length;
    }

    /** The number of sequences. */
    public int sequences() {
        return starts.length - 1;
    }

    /** The number of positions of a sequence. */
    public int length(int sequence) {
        return starts[sequence + 1] - starts[sequence];
    }
}

package org.latent4j.model.format;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.latent4j.kernel.PackedMatrix;
import org.latent4j.model.transformer.TransformerWeights.Linear;

/**
 * Takes apart a projection whose parts alternate head by head: a head of part 0, the same head of part 1, and so on, then
 * the next head. Rows are copied once, as they are packed, when the model is opened.
 */
final class Regrouping {
    private Regrouping() {}

    /** The parts, each with its heads side by side. */
    static List<Linear> of(Linear all, int parts, int headWidth, Arena arena) {
        List<Linear> apart = new ArrayList<>();
        for (int part = 0; part < parts; part++) {
            apart.add(part(all, part, parts, headWidth, arena));
        }
        return apart;
    }

    private static Linear part(Linear all, int part, int parts, int headWidth, Arena arena) {
        PackedMatrix from = all.weight();
        int rows = from.rows() / parts;
        long headBytes = headWidth * from.rowBytes();
        MemorySegment to = arena.allocate(rows * from.rowBytes(), Long.BYTES);
        float[] bias = all.bias() == null ? null : new float[rows];
        for (int head = 0; head < rows / headWidth; head++) {
            int source = head * parts + part;
            MemorySegment.copy(from.data(), source * headBytes, to, head * headBytes, headBytes);
            if (all.bias() != null && bias != null) {
                System.arraycopy(all.bias(), source * headWidth, bias, head * headWidth, headWidth);
            }
        }
        return new Linear(new PackedMatrix(from.packing(), rows, from.columns(), to), bias);
    }
}

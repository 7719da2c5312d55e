package org.latent4j.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * The steps of {@link PlanarSteps}, a point a lane. A chain of steps waits for itself (some forty cycles each); as many as there are
 * lanes wait no longer.
 */
final class VectorPlanarSteps {
    private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
    private static final int LANES = FLOATS.length();

    private VectorPlanarSteps() {}

    /** {@link Kernels#planarSteps}. */
    static void run(PlanarSteps.Forces forces, float[] xs, float[] ys, float[] met, int edges, float step, int[] places, float[] looked) {
        float[] attraction = forces.attraction().values();
        float[] repulsion = forces.repulsion().values();
        float largest = forces.largest();
        FloatVector x = FloatVector.fromArray(FLOATS, xs, 0);
        FloatVector y = FloatVector.fromArray(FLOATS, ys, 0);
        int at = 0;
        for (int edge = 0; edge < edges; edge++) {
            for (int encounter = -forces.pulls(); encounter < forces.samples(); encounter++) {
                float[] table = encounter < 0 ? attraction : repulsion;
                FloatVector dx = FloatVector.fromArray(FLOATS, met, at).sub(x);
                FloatVector dy = FloatVector.fromArray(FLOATS, met, at + LANES).sub(y);
                FloatVector square = dx.mul(dx).add(dy.mul(dy));
                FloatVector strength = strength(square, table, places, looked);
                VectorMask<Float> together = square.compare(VectorOperators.GT, 0).not();
                x = strength.mul(dx).min(largest).max(-largest).mul(-step).add(x).blend(x, together);
                y = strength.mul(dy).min(largest).max(-largest).mul(-step).add(y).blend(y, together);
                at += encounter < -1 ? 0 : 2 * LANES;
            }
        }
        x.intoArray(xs, 0);
        y.intoArray(ys, 0);
    }

    /** {@link ForceTable#at}. Values are read one by one: a load of scattered lanes isn't compiled to one on every machine. */
    private static FloatVector strength(FloatVector square, float[] table, int[] places, float[] looked) {
        IntVector bits = square.reinterpretAsInts();
        bits.lanewise(VectorOperators.LSHR, ForceTable.SHIFT).sub(ForceTable.FIRST).max(0).min(table.length - 2).intoArray(places, 0);
        for (int lane = 0; lane < LANES; lane++) {
            int place = places[lane];
            looked[lane] = table[place];
            looked[LANES + lane] = table[place + 1];
        }
        FloatVector below = FloatVector.fromArray(FLOATS, looked, 0);
        FloatVector above = FloatVector.fromArray(FLOATS, looked, LANES);
        FloatVector share = (FloatVector) bits.and(ForceTable.BELOW).convert(VectorOperators.I2F, 0);
        return above.sub(below).mul(share.mul(ForceTable.FRACTION)).add(below);
    }
}

package org.latent4j.kernel;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * {@link DoubleSums} with four vectors of four chains each. Wider vectors would halve the steps, but what takes time is turning floats into
 * doubles, and one loop for every machine is one to get right.
 */
final class VectorDoubleSums {
    private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_128;
    private static final VectorSpecies<Double> DOUBLES = DoubleVector.SPECIES_256;
    private static final int LANES = DOUBLES.length();
    private static final VectorShuffle<Double> SWAP_HALVES = VectorShuffle.fromOp(DOUBLES, l -> l ^ 2);
    private static final VectorShuffle<Double> SWAP_LAST = VectorShuffle.fromOp(DOUBLES, l -> l ^ 1);

    private VectorDoubleSums() {}

    static double product(float[] x, int xAt, float[] y, int yAt, int length) {
        DoubleVector a = DoubleVector.zero(DOUBLES);
        DoubleVector b = a;
        DoubleVector c = a;
        DoubleVector d = a;
        int k = 0;
        for (; k <= length - DoubleSums.CHAINS; k += DoubleSums.CHAINS) {
            a = ((DoubleVector) FloatVector.fromArray(FLOATS, x, xAt + k).convertShape(VectorOperators.F2D, DOUBLES, 0))
                    .fma(((DoubleVector) FloatVector.fromArray(FLOATS, y, yAt + k).convertShape(VectorOperators.F2D, DOUBLES, 0)), a);
            b = ((DoubleVector) FloatVector.fromArray(FLOATS, x, xAt + k + LANES).convertShape(VectorOperators.F2D, DOUBLES, 0)).fma(
                    ((DoubleVector) FloatVector.fromArray(FLOATS, y, yAt + k + LANES).convertShape(VectorOperators.F2D, DOUBLES, 0)), b);
            c = ((DoubleVector) FloatVector.fromArray(FLOATS, x, xAt + k + 2 * LANES).convertShape(VectorOperators.F2D, DOUBLES, 0)).fma(
                    ((DoubleVector) FloatVector.fromArray(FLOATS, y, yAt + k + 2 * LANES).convertShape(VectorOperators.F2D, DOUBLES, 0)),
                    c);
            d = ((DoubleVector) FloatVector.fromArray(FLOATS, x, xAt + k + 3 * LANES).convertShape(VectorOperators.F2D, DOUBLES, 0)).fma(
                    ((DoubleVector) FloatVector.fromArray(FLOATS, y, yAt + k + 3 * LANES).convertShape(VectorOperators.F2D, DOUBLES, 0)),
                    d);
        }
        double rest = 0;
        for (; k < length; k++) {
            rest = Math.fma((double) x[xAt + k], (double) y[yAt + k], rest);
        }
        return total(a.add(c).add(b.add(d))) + rest;
    }

    static double squaredDistance(float[] x, int xAt, float[] y, int yAt, int length) {
        DoubleVector a = DoubleVector.zero(DOUBLES);
        DoubleVector b = a;
        DoubleVector c = a;
        DoubleVector d = a;
        int k = 0;
        for (; k <= length - DoubleSums.CHAINS; k += DoubleSums.CHAINS) {
            DoubleVector e = ((DoubleVector) FloatVector.fromArray(FLOATS, x, xAt + k).convertShape(VectorOperators.F2D, DOUBLES, 0))
                    .sub(((DoubleVector) FloatVector.fromArray(FLOATS, y, yAt + k).convertShape(VectorOperators.F2D, DOUBLES, 0)));
            a = e.fma(e, a);
            DoubleVector f = ((DoubleVector) FloatVector.fromArray(FLOATS, x, xAt + k + LANES).convertShape(VectorOperators.F2D, DOUBLES,
                    0))
                    .sub(((DoubleVector) FloatVector.fromArray(FLOATS, y, yAt + k + LANES).convertShape(VectorOperators.F2D, DOUBLES, 0)));
            b = f.fma(f, b);
            DoubleVector g = ((DoubleVector) FloatVector.fromArray(FLOATS, x, xAt + k + 2 * LANES).convertShape(VectorOperators.F2D,
                    DOUBLES, 0))
                    .sub(((DoubleVector) FloatVector.fromArray(FLOATS, y, yAt + k + 2 * LANES).convertShape(VectorOperators.F2D, DOUBLES,
                            0)));
            c = g.fma(g, c);
            DoubleVector h = ((DoubleVector) FloatVector.fromArray(FLOATS, x, xAt + k + 3 * LANES).convertShape(VectorOperators.F2D,
                    DOUBLES, 0))
                    .sub(((DoubleVector) FloatVector.fromArray(FLOATS, y, yAt + k + 3 * LANES).convertShape(VectorOperators.F2D, DOUBLES,
                            0)));
            d = h.fma(h, d);
        }
        double rest = 0;
        for (; k < length; k++) {
            double difference = (double) x[xAt + k] - y[yAt + k];
            rest = Math.fma(difference, difference, rest);
        }
        return total(a.add(c).add(b.add(d))) + rest;
    }

    private static double total(DoubleVector sums) {
        DoubleVector halves = sums.add(sums.rearrange(SWAP_HALVES));
        return halves.add(halves.rearrange(SWAP_LAST)).lane(0);
    }
}

package org.latent4j.kernel;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * {@link DoubleSums} with four vectors of four chains each. Wider vectors would halve the steps, but what takes time is turning floats into
 * doubles, and one loop for every machine is one to get right.
 *
 * <p>Two steps are spelled out, which makes these methods too long for C2 to take into their callers: there it gives up on some of the vectors,
 * and a sum takes twenty times as long.
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
        for (; k <= length - 2 * DoubleSums.CHAINS; k += 2 * DoubleSums.CHAINS) {
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
            a = ((DoubleVector) FloatVector.fromArray(FLOATS, x, xAt + k + 4 * LANES).convertShape(VectorOperators.F2D, DOUBLES, 0)).fma(
                    ((DoubleVector) FloatVector.fromArray(FLOATS, y, yAt + k + 4 * LANES).convertShape(VectorOperators.F2D, DOUBLES, 0)),
                    a);
            b = ((DoubleVector) FloatVector.fromArray(FLOATS, x, xAt + k + 5 * LANES).convertShape(VectorOperators.F2D, DOUBLES, 0)).fma(
                    ((DoubleVector) FloatVector.fromArray(FLOATS, y, yAt + k + 5 * LANES).convertShape(VectorOperators.F2D, DOUBLES, 0)),
                    b);
            c = ((DoubleVector) FloatVector.fromArray(FLOATS, x, xAt + k + 6 * LANES).convertShape(VectorOperators.F2D, DOUBLES, 0)).fma(
                    ((DoubleVector) FloatVector.fromArray(FLOATS, y, yAt + k + 6 * LANES).convertShape(VectorOperators.F2D, DOUBLES, 0)),
                    c);
            d = ((DoubleVector) FloatVector.fromArray(FLOATS, x, xAt + k + 7 * LANES).convertShape(VectorOperators.F2D, DOUBLES, 0)).fma(
                    ((DoubleVector) FloatVector.fromArray(FLOATS, y, yAt + k + 7 * LANES).convertShape(VectorOperators.F2D, DOUBLES, 0)),
                    d);
        }
        if (k <= length - DoubleSums.CHAINS) {
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
            k += DoubleSums.CHAINS;
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
        DoubleVector d0, d1, d2, d3, d4, d5, d6, d7;
        int k = 0;
        for (; k <= length - 2 * DoubleSums.CHAINS; k += 2 * DoubleSums.CHAINS) {
            d0 = ((DoubleVector) FloatVector.fromArray(FLOATS, x, xAt + k).convertShape(VectorOperators.F2D, DOUBLES, 0))
                    .sub(((DoubleVector) FloatVector.fromArray(FLOATS, y, yAt + k).convertShape(VectorOperators.F2D, DOUBLES, 0)));
            a = d0.fma(d0, a);
            d1 = ((DoubleVector) FloatVector.fromArray(FLOATS, x, xAt + k + LANES).convertShape(VectorOperators.F2D, DOUBLES, 0))
                    .sub(((DoubleVector) FloatVector.fromArray(FLOATS, y, yAt + k + LANES).convertShape(VectorOperators.F2D, DOUBLES, 0)));
            b = d1.fma(d1, b);
            d2 = ((DoubleVector) FloatVector.fromArray(FLOATS, x, xAt + k + 2 * LANES).convertShape(VectorOperators.F2D, DOUBLES, 0)).sub(
                    ((DoubleVector) FloatVector.fromArray(FLOATS, y, yAt + k + 2 * LANES).convertShape(VectorOperators.F2D, DOUBLES, 0)));
            c = d2.fma(d2, c);
            d3 = ((DoubleVector) FloatVector.fromArray(FLOATS, x, xAt + k + 3 * LANES).convertShape(VectorOperators.F2D, DOUBLES, 0)).sub(
                    ((DoubleVector) FloatVector.fromArray(FLOATS, y, yAt + k + 3 * LANES).convertShape(VectorOperators.F2D, DOUBLES, 0)));
            d = d3.fma(d3, d);
            d4 = ((DoubleVector) FloatVector.fromArray(FLOATS, x, xAt + k + 4 * LANES).convertShape(VectorOperators.F2D, DOUBLES, 0)).sub(
                    ((DoubleVector) FloatVector.fromArray(FLOATS, y, yAt + k + 4 * LANES).convertShape(VectorOperators.F2D, DOUBLES, 0)));
            a = d4.fma(d4, a);
            d5 = ((DoubleVector) FloatVector.fromArray(FLOATS, x, xAt + k + 5 * LANES).convertShape(VectorOperators.F2D, DOUBLES, 0)).sub(
                    ((DoubleVector) FloatVector.fromArray(FLOATS, y, yAt + k + 5 * LANES).convertShape(VectorOperators.F2D, DOUBLES, 0)));
            b = d5.fma(d5, b);
            d6 = ((DoubleVector) FloatVector.fromArray(FLOATS, x, xAt + k + 6 * LANES).convertShape(VectorOperators.F2D, DOUBLES, 0)).sub(
                    ((DoubleVector) FloatVector.fromArray(FLOATS, y, yAt + k + 6 * LANES).convertShape(VectorOperators.F2D, DOUBLES, 0)));
            c = d6.fma(d6, c);
            d7 = ((DoubleVector) FloatVector.fromArray(FLOATS, x, xAt + k + 7 * LANES).convertShape(VectorOperators.F2D, DOUBLES, 0)).sub(
                    ((DoubleVector) FloatVector.fromArray(FLOATS, y, yAt + k + 7 * LANES).convertShape(VectorOperators.F2D, DOUBLES, 0)));
            d = d7.fma(d7, d);
        }
        if (k <= length - DoubleSums.CHAINS) {
            d0 = ((DoubleVector) FloatVector.fromArray(FLOATS, x, xAt + k).convertShape(VectorOperators.F2D, DOUBLES, 0))
                    .sub(((DoubleVector) FloatVector.fromArray(FLOATS, y, yAt + k).convertShape(VectorOperators.F2D, DOUBLES, 0)));
            a = d0.fma(d0, a);
            d1 = ((DoubleVector) FloatVector.fromArray(FLOATS, x, xAt + k + LANES).convertShape(VectorOperators.F2D, DOUBLES, 0))
                    .sub(((DoubleVector) FloatVector.fromArray(FLOATS, y, yAt + k + LANES).convertShape(VectorOperators.F2D, DOUBLES, 0)));
            b = d1.fma(d1, b);
            d2 = ((DoubleVector) FloatVector.fromArray(FLOATS, x, xAt + k + 2 * LANES).convertShape(VectorOperators.F2D, DOUBLES, 0)).sub(
                    ((DoubleVector) FloatVector.fromArray(FLOATS, y, yAt + k + 2 * LANES).convertShape(VectorOperators.F2D, DOUBLES, 0)));
            c = d2.fma(d2, c);
            d3 = ((DoubleVector) FloatVector.fromArray(FLOATS, x, xAt + k + 3 * LANES).convertShape(VectorOperators.F2D, DOUBLES, 0)).sub(
                    ((DoubleVector) FloatVector.fromArray(FLOATS, y, yAt + k + 3 * LANES).convertShape(VectorOperators.F2D, DOUBLES, 0)));
            d = d3.fma(d3, d);
            k += DoubleSums.CHAINS;
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

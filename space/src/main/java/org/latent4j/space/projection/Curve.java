package org.latent4j.space.projection;

import org.latent4j.kernel.LatentException;

/**
 * The smooth curve {@code 1 / (1 + a d^(2b))} by which UMAP's map turns distances into strengths of edges.
 *
 * @param a the first parameter
 * @param b the second
 */
record Curve(double a, double b) {
    private static final int SAMPLES = 300;
    private static final int MOST_ROUNDS = 200;

    /**
     * The curve that fits best (least squares at 300 distances up to three times the spread, by Levenberg and Marquardt) one that is 1 up to the least
     * distance and then declines exponentially.
     */
    static Curve fitted(double leastDistance, double spread) {
        if (!(leastDistance >= 0) || !(spread > 0) || leastDistance > 3 * spread || spread > 1e6) {
            throw new LatentException(
                    "a least distance of %s with a spread of %s; give a least distance from 0 up to the spread, such as 0.1 and 1"
                            .formatted(leastDistance, spread));
        }
        double[] x = new double[SAMPLES];
        double[] y = new double[SAMPLES];
        for (int i = 0; i < SAMPLES; i++) {
            x[i] = 3 * spread * i / (SAMPLES - 1);
            y[i] = x[i] < leastDistance ? 1 : Math.exp(-(x[i] - leastDistance) / spread);
        }
        Curve best = new Curve(1, 1);
        double error = best.error(x, y);
        double damping = 1e-3;
        for (int round = 0; round < MOST_ROUNDS && damping < 1e12; round++) {
            Curve next = best.step(x, y, damping);
            double nextError = next.error(x, y);
            if (nextError < error) {
                boolean still = error - nextError < 1e-15 * error;
                best = next;
                error = nextError;
                damping /= 10;
                if (still) {
                    break;
                }
            } else {
                damping *= 10;
            }
        }
        return best;
    }

    double at(double distance) {
        return distance == 0 ? 1 : 1 / (1 + a * Math.pow(distance, 2 * b));
    }

    private double error(double[] x, double[] y) {
        if (!(a > 0) || !(b > 0)) {
            return Double.POSITIVE_INFINITY;
        }
        double sum = 0;
        for (int i = 0; i < x.length; i++) {
            double off = at(x[i]) - y[i];
            sum += off * off;
        }
        return sum;
    }

    private Curve step(double[] x, double[] y, double damping) {
        double aa = 0;
        double ab = 0;
        double bb = 0;
        double ra = 0;
        double rb = 0;
        for (int i = 1; i < x.length; i++) { // at 0 the curve is 1 whatever its parameters
            double power = Math.pow(x[i], 2 * b);
            double value = 1 / (1 + a * power);
            double byA = -power * value * value;
            double byB = -2 * a * power * Math.log(x[i]) * value * value;
            double off = y[i] - value;
            aa += byA * byA;
            ab += byA * byB;
            bb += byB * byB;
            ra += byA * off;
            rb += byB * off;
        }
        double dampedA = aa * (1 + damping);
        double dampedB = bb * (1 + damping);
        double determinant = dampedA * dampedB - ab * ab;
        return new Curve(a + (ra * dampedB - rb * ab) / determinant, b + (rb * dampedA - ra * ab) / determinant);
    }
}

package org.latent4j.insight.probe;

import java.util.ArrayDeque;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/**
 * Minimises a smooth function with a limited memory of its curvature (Liu and Nocedal 1989), steps found by bisection until they
 * meet the weak Wolfe conditions (Lewis and Overton 2013). Deterministic.
 */
final class Lbfgs {
    private static final int MEMORY = 10;
    private static final int MOST_TRIALS = 30;
    private static final double DECREASE = 1e-4;
    private static final double CURVATURE = 0.9;

    private Lbfgs() {}

    /** A function and its gradient. */
    interface Function {
        /** The value at {@code x}; {@code gradient} receives the derivatives. */
        double at(double[] x, double[] gradient);
    }

    /** What is known beforehand of how a function curves. */
    interface Scaling {
        /** Multiplies with the inverse of about the second derivatives, in place: symmetric and positive. */
        void undo(double[] q);
    }

    private record Pair(double[] step, double[] change, double inverse) {}

    /**
     * Minimises, beginning at {@code x}, which becomes the minimum.
     *
     * @param tolerance it ends when no derivative is larger than this
     * @param rounds the most steps
     * @param scaling null where nothing is known
     * @return how many steps were made
     */
    static int minimise(Function function, double[] x, double tolerance, int rounds, @Nullable Scaling scaling) {
        double[] gradient = new double[x.length];
        double value = function.at(x, gradient);
        ArrayDeque<Pair> memory = new ArrayDeque<>();
        double[] trial = new double[x.length];
        double[] trialGradient = new double[x.length];
        int round = 0;
        for (; round < rounds && largest(gradient) > tolerance; round++) {
            double[] direction = direction(gradient, memory, scaling);
            double slope = dot(gradient, direction);
            if (slope >= 0) { // rounding has spoilt the memory
                memory.clear();
                direction = direction(gradient, memory, null);
                slope = dot(gradient, direction);
            }
            double low = 0;
            double high = Double.POSITIVE_INFINITY;
            double t = memory.isEmpty() && scaling == null ? Math.min(1, 1 / norm(gradient)) : 1;
            double found = Double.NaN;
            for (int i = 0; i < MOST_TRIALS; i++) {
                for (int j = 0; j < x.length; j++) {
                    trial[j] = x[j] + t * direction[j];
                }
                found = function.at(trial, trialGradient);
                if (!(found <= value + DECREASE * t * slope)) {
                    high = t;
                } else if (dot(trialGradient, direction) < CURVATURE * slope) {
                    low = t;
                } else {
                    break;
                }
                t = Double.isInfinite(high) ? 2 * low : (low + high) / 2;
            }
            if (!(found < value)) {
                break; // as far as the numbers reach
            }
            double[] step = new double[x.length];
            double[] change = new double[x.length];
            for (int j = 0; j < x.length; j++) {
                step[j] = trial[j] - x[j];
                change[j] = trialGradient[j] - gradient[j];
            }
            double curvature = dot(step, change);
            if (curvature > 1e-14 * dot(change, change)) {
                memory.addLast(new Pair(step, change, 1 / curvature));
                if (memory.size() > MEMORY) {
                    memory.removeFirst();
                }
            }
            System.arraycopy(trial, 0, x, 0, x.length);
            System.arraycopy(trialGradient, 0, gradient, 0, x.length);
            value = found;
        }
        return round;
    }

    /** The two loops of the paper. */
    private static double[] direction(double[] gradient, ArrayDeque<Pair> memory, @Nullable Scaling scaling) {
        double[] q = new double[gradient.length];
        for (int j = 0; j < q.length; j++) {
            q[j] = -gradient[j];
        }
        double[] alphas = new double[memory.size()];
        int i = alphas.length;
        for (Iterator<Pair> newest = memory.descendingIterator(); newest.hasNext();) {
            Pair pair = newest.next();
            alphas[--i] = pair.inverse * dot(pair.step, q);
            add(q, -alphas[i], pair.change);
        }
        scale(q, memory.peekLast(), scaling);
        for (Pair pair : memory) {
            add(q, alphas[i++] - pair.inverse * dot(pair.change, q), pair.step);
        }
        return q;
    }

    /** By what is known of the curvature, made as large as the last step found it to be. */
    private static void scale(double[] q, @Nullable Pair last, @Nullable Scaling scaling) {
        double along = 1;
        if (last != null) {
            double[] change = last.change.clone();
            if (scaling != null) {
                scaling.undo(change);
            }
            along = 1 / (last.inverse * dot(last.change, change));
        }
        if (scaling != null) {
            scaling.undo(q);
        }
        for (int j = 0; j < q.length; j++) {
            q[j] *= along;
        }
    }

    private static void add(double[] x, double factor, double[] y) {
        for (int j = 0; j < x.length; j++) {
            x[j] += factor * y[j];
        }
    }

    private static double dot(double[] x, double[] y) {
        double sum = 0;
        for (int j = 0; j < x.length; j++) {
            sum += x[j] * y[j];
        }
        return sum;
    }

    private static double norm(double[] x) {
        return Math.sqrt(dot(x, x));
    }

    private static double largest(double[] x) {
        double largest = 0;
        for (double value : x) {
            largest = Math.max(largest, Math.abs(value));
        }
        return largest;
    }
}

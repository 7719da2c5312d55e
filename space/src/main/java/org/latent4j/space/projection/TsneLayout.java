package org.latent4j.space.projection;

import java.util.Arrays;
import java.util.function.IntConsumer;
import org.latent4j.kernel.WorkerPool;

/** The descent of a t-SNE map, with momentum and a gain for each coordinate. */
final class TsneLayout {
    private static final double LEAST_GAIN = 0.01;
    private static final double LARGEST_STEP = 5;
    private static final int CHUNK = 256;

    private final Graph joint;
    private final double[] places;
    private final int dims;
    private final Repulsion repulsion;
    private final WorkerPool pool;
    private final int n;
    private final int chunks;
    private final double[] push;
    private final Step steps;

    TsneLayout(Graph joint, double[] places, int dims, Repulsion repulsion, WorkerPool pool) {
        this.joint = joint;
        this.places = places;
        this.dims = dims;
        this.repulsion = repulsion;
        this.pool = pool;
        this.n = joint.points();
        this.chunks = (n + CHUNK - 1) / CHUNK;
        this.push = new double[n * dims];
        this.steps = new Step(n * dims);
    }

    /** Where coordinates were going, and how eagerly each goes. */
    static final class Step {
        private final double[] update;
        private final double[] gains;

        Step(int coordinates) {
            update = new double[coordinates];
            gains = new double[coordinates];
            Arrays.fill(gains, 1);
        }

        /** Moves the coordinates of one point along its gradient, no farther than {@code largest}. */
        void take(double[] places, int at, double[] gradient, double rate, double momentum, double largest) {
            int dims = gradient.length;
            double square = 0;
            for (int d = 0; d < dims; d++) {
                double slope = gradient[d];
                double before = update[at + d];
                gains[at + d] = Math.signum(before) != Math.signum(slope) ? gains[at + d] + 0.2 : gains[at + d] * 0.8 + LEAST_GAIN;
                update[at + d] = momentum * before - rate * gains[at + d] * slope;
                square += update[at + d] * update[at + d];
            }
            double factor = square > largest * largest ? largest / Math.sqrt(square) : 1;
            for (int d = 0; d < dims; d++) {
                update[at + d] *= factor;
                places[at + d] += update[at + d];
            }
        }
    }

    /** Takes steps, telling how many are done. */
    void run(int count, double exaggeration, double momentum, IntConsumer told) {
        double rate = n / exaggeration;
        for (int step = 0; step < count; step++) {
            double sum = Math.max(repulsion.push(places, push), Double.MIN_NORMAL);
            // Pulls first, into the pushes' place, for all points; only then may points move.
            pool.run(chunks, (chunk, _) -> pull(chunk, exaggeration, sum));
            double[][] means = new double[chunks][dims];
            pool.run(chunks, (chunk, _) -> move(chunk, rate, momentum, means[chunk]));
            double[] mean = new double[dims];
            for (double[] some : means) {
                for (int d = 0; d < dims; d++) {
                    mean[d] += some[d] / n;
                }
            }
            for (int i = 0; i < places.length; i++) {
                places[i] -= mean[i % dims];
            }
            if (step % 10 == 9 || step == count - 1) {
                told.accept(step + 1);
            }
        }
    }

    private void pull(int chunk, double exaggeration, double sum) {
        double[] pull = new double[dims];
        for (int i = chunk * CHUNK; i < Math.min(n, (chunk + 1) * CHUNK); i++) {
            if (dims == 2) {
                pullPlanar(i, pull);
            } else {
                pullGeneral(i, pull);
            }
            for (int d = 0; d < dims; d++) {
                push[i * dims + d] = 4 * (exaggeration * pull[d] - push[i * dims + d] / sum);
            }
        }
    }

    private void pullPlanar(int i, double[] pull) {
        double x = places[2 * i];
        double y = places[2 * i + 1];
        double px = 0;
        double py = 0;
        for (int e = joint.starts()[i]; e < joint.starts()[i + 1]; e++) {
            int end = 2 * joint.ends()[e];
            double dx = x - places[end];
            double dy = y - places[end + 1];
            double force = joint.weights()[e] / (1 + dx * dx + dy * dy);
            px += force * dx;
            py += force * dy;
        }
        pull[0] = px;
        pull[1] = py;
    }

    private void pullGeneral(int i, double[] pull) {
        Arrays.fill(pull, 0);
        for (int e = joint.starts()[i]; e < joint.starts()[i + 1]; e++) {
            int end = joint.ends()[e] * dims;
            double force = joint.weights()[e] / (1 + square(i, joint.ends()[e]));
            for (int d = 0; d < dims; d++) {
                pull[d] += force * (places[i * dims + d] - places[end + d]);
            }
        }
    }

    private double square(int i, int j) {
        double square = 0;
        for (int d = 0; d < dims; d++) {
            double off = places[i * dims + d] - places[j * dims + d];
            square += off * off;
        }
        return square;
    }

    private void move(int chunk, double rate, double momentum, double[] sums) {
        double[] gradient = new double[dims];
        for (int i = chunk * CHUNK; i < Math.min(n, (chunk + 1) * CHUNK); i++) {
            System.arraycopy(push, i * dims, gradient, 0, dims);
            steps.take(places, i * dims, gradient, rate, momentum, LARGEST_STEP);
            for (int d = 0; d < dims; d++) {
                sums[d] += places[i * dims + d];
            }
        }
    }

    /** {@code sum p ln (p / q)} of the map as it is, over the pairs that have a p. */
    double divergence() {
        double all = repulsion.push(places, push);
        double[] sums = new double[chunks];
        pool.run(chunks, (chunk, _) -> {
            for (int i = chunk * CHUNK; i < Math.min(n, (chunk + 1) * CHUNK); i++) {
                for (int e = joint.starts()[i]; e < joint.starts()[i + 1]; e++) {
                    double p = joint.weights()[e];
                    sums[chunk] += p * Math.log(p * (1 + square(i, joint.ends()[e])) * all);
                }
            }
        });
        double sum = 0;
        for (double some : sums) {
            sum += some;
        }
        return sum;
    }
}

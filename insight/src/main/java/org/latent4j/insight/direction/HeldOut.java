package org.latent4j.insight.direction;

import java.util.Arrays;
import org.latent4j.insight.probe.Splits;
import org.latent4j.kernel.Matrix;
import org.latent4j.kernel.SeededRandom;
import org.latent4j.model.site.Site;

/** Measures at one site how well directions separate what they weren't found from. */
final class HeldOut {
    private static final int FOLDS = 5;
    private static final int SAMPLES = 500;
    private static final int DRAWS = 5; // of labels by chance: one alone may agree with itself by luck

    private final Method method;
    private final boolean paired;
    private final long seed;

    HeldOut(Method method, boolean paired, long seed) {
        this.method = method;
        this.paired = paired;
        this.seed = seed;
    }

    SiteReport of(Site site, Matrix positive, Matrix negative) {
        Projections own = projections(positive, negative);
        double[] interval = own.interval(paired, seed);
        double separation = 0;
        double agreement = 0;
        for (int draw = 0; draw < DRAWS; draw++) {
            Matrix[] mixed = shuffled(positive, negative, draw);
            separation += projections(mixed[0], mixed[1]).separation() / DRAWS;
            agreement += agreement(mixed[0], mixed[1]) / DRAWS;
        }
        return new SiteReport(site, own.separation(), interval[0], interval[1], agreement(positive, negative), separation, agreement);
    }

    /** Where held-out states lie: 0 is the middle of the two means of the fitted part, 1 their distance. */
    record Projections(double[] positive, double[] negative) {
        /** The area under the curve: pairs in order over all pairs, ties counted half (Mann and Whitney 1947). */
        double separation() {
            int[] once = new int[positive.length];
            Arrays.fill(once, 1);
            int[] onceToo = new int[negative.length];
            Arrays.fill(onceToo, 1);
            return new Ranked(positive, negative).area(once, onceToo);
        }

        double[] interval(boolean paired, long seed) {
            Ranked ranked = new Ranked(positive, negative);
            double[] areas = new double[SAMPLES];
            for (int s = 0; s < SAMPLES; s++) {
                SeededRandom random = new SeededRandom(seed, 1_000_000 + s);
                int[] first = drawn(positive.length, random, 0);
                areas[s] = ranked.area(first, paired ? first : drawn(negative.length, random, positive.length));
            }
            // Samples of pairs meet their own partners too often, which shifts their mean but not their spread.
            double mean = Arrays.stream(areas).average().orElse(Double.NaN);
            double spread = Math.sqrt(Arrays.stream(areas).map(a -> (a - mean) * (a - mean)).average().orElse(Double.NaN));
            double middle = separation();
            return new double[]{Math.max(0, middle - 1.96 * spread), Math.min(1, middle + 1.96 * spread)};
        }

        private static int[] drawn(int count, SeededRandom random, int from) {
            int[] times = new int[count];
            for (int i = 0; i < count; i++) {
                times[(int) (random.at(from + i) * count)]++;
            }
            return times;
        }
    }

    /** Projections in order, so that the area of a weighted sample is one walk. */
    private static final class Ranked {
        private final double[] values;
        private final int[] items; // positive ones from 0, negative ones from -1 down

        Ranked(double[] positive, double[] negative) {
            int count = positive.length + negative.length;
            Integer[] order = new Integer[count];
            Arrays.setAll(order, i -> i);
            Arrays.sort(order, (a, b) -> Double.compare(at(positive, negative, a), at(positive, negative, b)));
            values = new double[count];
            items = new int[count];
            for (int i = 0; i < count; i++) {
                values[i] = at(positive, negative, order[i]);
                items[i] = order[i] < positive.length ? order[i] : positive.length - 1 - order[i];
            }
        }

        private static double at(double[] positive, double[] negative, int i) {
            return i < positive.length ? positive[i] : negative[i - positive.length];
        }

        double area(int[] positive, int[] negative) {
            double below = 0;
            double area = 0;
            double all = 0;
            for (int from = 0, to; from < values.length; from = to) {
                double here = 0;
                double over = 0;
                for (to = from; to < values.length && Double.compare(values[to], values[from]) == 0; to++) { // NaN equals itself here
                    here += items[to] < 0 ? negative[-1 - items[to]] : 0;
                    over += items[to] >= 0 ? positive[items[to]] : 0;
                }
                area += over * (below + here / 2);
                below += here;
                all += over;
            }
            return area / (all * below);
        }
    }

    private Projections projections(Matrix positive, Matrix negative) {
        int folds = Math.min(FOLDS, Math.min(positive.rows(), negative.rows()));
        int[] first = folds(positive.rows(), folds, 1);
        int[] second = paired ? first : folds(negative.rows(), folds, 2);
        double[] along = new double[positive.rows()];
        double[] against = new double[negative.rows()];
        for (int fold = 0; fold < folds; fold++) {
            int left = fold;
            Matrix here = rows(positive, first, f -> f != left);
            Matrix there = rows(negative, second, f -> f != left);
            float[] direction = Fitting.fit(method, here, there);
            double up = Linear.dot(direction, Fitting.mean(here));
            double down = Linear.dot(direction, Fitting.mean(there));
            double distance = Math.max(Math.abs(up - down), 1e-30);
            project(positive, first, fold, direction, (up + down) / 2, distance, along);
            project(negative, second, fold, direction, (up + down) / 2, distance, against);
        }
        return new Projections(along, against);
    }

    private static void project(
            Matrix x, int[] folds, int fold, float[] direction, double middle, double distance, double[] out) {
        for (int i = 0; i < folds.length; i++) {
            if (folds[i] == fold) {
                out[i] = (Linear.dot(direction, x.row(i)) - middle) / distance;
            }
        }
    }

    private int[] folds(int count, int folds, int stream) {
        int[] fold = new int[count];
        int[] order = Splits.order(count, new SeededRandom(seed, stream));
        for (int i = 0; i < count; i++) {
            fold[order[i]] = i % folds;
        }
        return fold;
    }

    private double agreement(Matrix positive, Matrix negative) {
        if (Math.min(positive.rows(), negative.rows()) < 4) {
            return Double.NaN;
        }
        int[] first = folds(positive.rows(), 2, 3);
        int[] second = paired ? first : folds(negative.rows(), 2, 4);
        return Linear.cosine(
                Fitting.fit(method, rows(positive, first, f -> f == 0), rows(negative, second, f -> f == 0)),
                Fitting.fit(method, rows(positive, first, f -> f == 1), rows(negative, second, f -> f == 1)));
    }

    /** The same states with labels by chance: partners change places, or all are dealt out anew. */
    private Matrix[] shuffled(Matrix positive, Matrix negative, int draw) {
        int width = positive.columns();
        Matrix first = positive.rows(0, positive.rows());
        Matrix second = negative.rows(0, negative.rows());
        if (paired) {
            SeededRandom coin = new SeededRandom(seed, 5 + draw);
            for (int i = 0; i < positive.rows(); i++) {
                if (coin.at(i) < 0.5) {
                    System.arraycopy(negative.data(), i * width, first.data(), i * width, width);
                    System.arraycopy(positive.data(), i * width, second.data(), i * width, width);
                }
            }
            return new Matrix[]{first, second};
        }
        int[] order = Splits.order(positive.rows() + negative.rows(), new SeededRandom(seed, 5 + draw));
        for (int i = 0; i < order.length; i++) {
            Matrix to = i < positive.rows() ? first : second;
            int at = i < positive.rows() ? i : i - positive.rows();
            Matrix from = order[i] < positive.rows() ? positive : negative;
            int row = order[i] < positive.rows() ? order[i] : order[i] - positive.rows();
            System.arraycopy(from.data(), row * width, to.data(), at * width, width);
        }
        return new Matrix[]{first, second};
    }

    private static Matrix rows(Matrix x, int[] folds, java.util.function.IntPredicate kept) {
        int count = (int) Arrays.stream(folds).filter(kept).count();
        Matrix out = Matrix.zeros(count, x.columns());
        int to = 0;
        for (int i = 0; i < folds.length; i++) {
            if (kept.test(folds[i])) {
                System.arraycopy(x.data(), i * x.columns(), out.data(), to++ * x.columns(), x.columns());
            }
        }
        return out;
    }
}

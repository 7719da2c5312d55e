package org.latent4j.insight.steering;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.latent4j.insight.steering.SweepReport.Shift;
import org.latent4j.kernel.SeededRandom;

/** The statistics of sweeps. */
final class Statistics {
    private Statistics() {}

    /** The mean difference of pairs and its 95 percent interval; pairs that aren't numbers are left out. */
    static Shift shift(double[] own, double[] plain) {
        double[] differences = IntStream.range(0, Math.min(own.length, plain.length)).mapToDouble(i -> own[i] - plain[i])
                .filter(Double::isFinite).toArray();
        int n = differences.length;
        if (n == 0) {
            return new Shift(Double.NaN, Double.NaN, Double.NaN);
        }
        double mean = IntStream.range(0, n).mapToDouble(i -> differences[i]).sum() / n;
        double deviation = deviation(differences, mean);
        double half = n < 2 ? Double.POSITIVE_INFINITY : quantile(0.975, n - 1) * deviation / Math.sqrt(n);
        return new Shift(mean, mean - half, mean + half);
    }

    private static double deviation(double[] x, double mean) {
        double sum = 0;
        for (double value : x) {
            sum += (value - mean) * (value - mean);
        }
        return x.length < 2 ? 0 : Math.sqrt(sum / (x.length - 1));
    }

    /** (1 + controls that reach it) / (1 + controls). */
    static double rankP(double own, List<Double> controls) {
        long reached = controls.stream().filter(c -> !(c < own)).count();
        return (1.0 + reached) / (1 + controls.size());
    }

    /** How probable it is that one more draw from where the controls come from is as large, if they are normal: Student's prediction. */
    static double studentP(double own, List<Double> controls) {
        int n = controls.size();
        double[] x = controls.stream().mapToDouble(Double::doubleValue).toArray();
        double mean = java.util.Arrays.stream(x).sum() / Math.max(1, n);
        double deviation = deviation(x, mean);
        if (n < 2 || Double.isNaN(own)) {
            return 1;
        }
        if (deviation == 0) {
            return own > mean ? 0 : 1;
        }
        return upper((own - mean) / (deviation * Math.sqrt(1 + 1.0 / n)), n - 1);
    }

    /** Holm's correction (1979), in the order given. */
    static double[] holm(List<Double> p) {
        List<Integer> order = new ArrayList<>(IntStream.range(0, p.size()).boxed().toList());
        order.sort(Comparator.comparingDouble(p::get));
        double[] corrected = new double[p.size()];
        double most = 0;
        for (int rank = 0; rank < order.size(); rank++) {
            most = Math.max(most, Math.min(1, p.get(order.get(rank)) * (p.size() - rank)));
            corrected[order.get(rank)] = most;
        }
        return corrected;
    }

    /** P(T > t) of Student's distribution, by the regularised incomplete beta function. */
    static double upper(double t, int freedom) {
        double x = freedom / (freedom + t * t);
        double tail = incompleteBeta(x, freedom / 2.0, 0.5) / 2;
        return t >= 0 ? tail : 1 - tail;
    }

    private static double quantile(double p, int freedom) {
        double low = 0;
        double high = 1e4;
        for (int i = 0; i < 100; i++) {
            double middle = (low + high) / 2;
            if (upper(middle, freedom) > 1 - p) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return (low + high) / 2;
    }

    /** I_x(a, b) by its continued fraction (Lentz 1976), as DLMF 8.17.22 gives it. */
    private static double incompleteBeta(double x, double a, double b) {
        if (x <= 0 || x >= 1) {
            return x <= 0 ? 0 : 1;
        }
        if (x > (a + 1) / (a + b + 2)) {
            return 1 - incompleteBeta(1 - x, b, a);
        }
        double front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x)) / a;
        double c = 1;
        double d = 1 / notZero(1 - (a + b) * x / (a + 1));
        double fraction = d;
        for (int m = 1; m < 300; m++) {
            double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
            d = 1 / notZero(1 + even * d);
            c = notZero(1 + even / c);
            fraction *= d * c;
            double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
            d = 1 / notZero(1 + odd * d);
            c = notZero(1 + odd / c);
            fraction *= d * c;
            if (Math.abs(d * c - 1) < 1e-14) {
                break;
            }
        }
        return front * fraction;
    }

    private static double notZero(double x) {
        return Math.abs(x) < 1e-300 ? 1e-300 : x;
    }

    /** ln Gamma(x) for x from 0.5 on, by Stirling's series after shifting x beyond 10. */
    private static double logGamma(double x) {
        double shift = 0;
        double z = x;
        while (z < 10) {
            shift -= Math.log(z);
            z++;
        }
        double inverse = 1 / (z * z);
        return shift + (z - 0.5) * Math.log(z) - z + 0.5 * Math.log(2 * Math.PI)
                + (1.0 / 12 - inverse * (1.0 / 360 - inverse * (1.0 / 1260 - inverse / 1680))) / z;
    }

    /** Independent normal numbers, by Box and Muller (1958). */
    static float[] gaussian(int width, SeededRandom random) {
        float[] x = new float[width];
        for (int i = 0; i < width; i++) {
            double radius = Math.sqrt(-2 * Math.log(1 - random.at(2L * i)));
            x[i] = (float) (radius * Math.cos(2 * Math.PI * random.at(2L * i + 1)));
        }
        return x;
    }
}

package org.latent4j.insight.probe;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.latent4j.insight.probe.Probe.Kind;
import org.latent4j.kernel.Matrix;

/**
 * What is looked at more closely at one site: how few coordinates do, and what other kinds of probe read.
 *
 * @param train states of the rows to fit on
 * @param test states of the rows to test on
 */
record CloserLook(ProbeTask task, Probe.Settings settings, Matrix train, Matrix test) {
    /** The accuracy with so many coordinates, those with the largest weights; empty for probes that aren't logistic. */
    Map<Integer, Double> byDimensions(Probe probe) {
        if (!(probe instanceof LinearProbe linear) || settings.kind() != Kind.LOGISTIC) {
            return Map.of();
        }
        Integer[] order = byWeight(linear.weight());
        Map<Integer, Double> curve = new TreeMap<>();
        for (int count = 1; count < train.columns(); count *= 4) {
            Probe small = Probe.fit(columns(train, order, count), task.trainLabels(), task.classes(),
                    new Probe.Settings(Kind.LOGISTIC, settings.c(), SiteFits.COARSE, settings.seed()));
            curve.put(count, Measures.accuracy(small.predict(columns(test, order, count)), task.testLabels()));
        }
        curve.put(train.columns(), Measures.accuracy(probe.predict(test), task.testLabels()));
        return curve;
    }

    /** The accuracy of the other kinds of probe for classes. */
    Map<String, Double> others() {
        Map<String, Double> others = new LinkedHashMap<>();
        for (Kind kind : List.of(Kind.MEANS, Kind.MLP)) {
            if (kind != settings.kind()) {
                Probe other = Probe.fit(train, task.trainLabels(), task.classes(), settings.withKind(kind).withC(1)); // this probe's penalty isn't theirs
                others.put(kind.label(), Measures.accuracy(other.predict(test), task.testLabels()));
            }
        }
        return others;
    }

    /** Coordinates, those with the largest weights first. */
    private static Integer[] byWeight(Matrix weight) {
        double[] importance = new double[weight.columns()];
        for (int i = 0; i < weight.data().length; i++) {
            importance[i % importance.length] += Math.abs(weight.data()[i]);
        }
        Integer[] order = new Integer[importance.length];
        Arrays.setAll(order, i -> i);
        Arrays.sort(order, (a, b) -> Double.compare(importance[b], importance[a]));
        return order;
    }

    private static Matrix columns(Matrix x, Integer[] order, int count) {
        Matrix out = Matrix.zeros(x.rows(), count);
        for (int r = 0; r < x.rows(); r++) {
            for (int c = 0; c < count; c++) {
                out.data()[r * count + c] = x.data()[r * x.columns() + order[c]];
            }
        }
        return out;
    }
}

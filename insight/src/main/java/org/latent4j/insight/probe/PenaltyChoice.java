package org.latent4j.insight.probe;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.latent4j.insight.Interrupted;
import org.latent4j.insight.probe.Probe.Kind;
import org.latent4j.kernel.Matrix;
import org.latent4j.kernel.Progress;
import org.latent4j.kernel.SeededRandom;
import org.latent4j.kernel.WorkerPool;

/**
 * Chooses the penalty by cross-validation within the part that is fitted on: the strength that does best on held-out thirds, on average
 * over a few sites. One for all sites, so that they compare.
 */
final class PenaltyChoice {
    private static final double[] GRID = {1e-4, 1e-3, 1e-2, 1e-1, 1};
    private static final int ROWS = 3000;
    private static final int SITES = 3;
    private static final int FOLDS = 3;
    private static final double TOLERANCE = 1e-4;

    private final ProbeTask task;
    private final ProbeStudy.Options options;
    private final States states;

    PenaltyChoice(ProbeTask task, ProbeStudy.Options options, States states) {
        this.task = task;
        this.options = options;
        this.states = states;
    }

    /** The inverse of the penalty; of equals that of the stronger one. */
    double run(WorkerPool pool, Progress progress, BooleanSupplier interrupted) {
        int sites = Math.min(SITES, states.sites().size());
        int[] kept = Arrays.stream(Splits.order(task.train().length, new SeededRandom(options.seed(), 6))).limit(ROWS).sorted().toArray();
        double[] shares = {1, 1, 1};
        int[] fold = Splits.parts(task.groupsOf(kept), shares, new SeededRandom(options.seed(), 7));
        double[][] scores = new double[sites * FOLDS][];
        AtomicInteger done = new AtomicInteger();
        pool.run(scores.length, (item, _) -> {
            if (interrupted.getAsBoolean()) {
                throw new Interrupted();
            }
            int left = item % FOLDS;
            int site = (int) ((item / FOLDS + 0.5) * states.sites().size() / sites);
            scores[item] = tried(site, rows(kept, fold, f -> f != left), rows(kept, fold, f -> f == left));
            progress.report("Choosing the penalty", done.incrementAndGet(), scores.length, Progress.Unit.STEPS);
        });
        int best = 0;
        double[] total = new double[GRID.length];
        for (double[] row : scores) {
            for (int g = 0; g < total.length; g++) {
                total[g] += row[g];
            }
        }
        for (int g = 1; g < total.length; g++) {
            best = total[g] > total[best] + 1e-9 ? g : best;
        }
        return GRID[best];
    }

    private static int[] rows(int[] kept, int[] fold, java.util.function.IntPredicate wanted) {
        return IntStream.range(0, kept.length).filter(i -> wanted.test(fold[i])).map(i -> kept[i]).toArray();
    }

    /** How well each strength does, fitted on {@code in} and tested on {@code out}. */
    private double[] tried(int site, int[] in, int[] out) {
        double[] found = new double[GRID.length];
        if (in.length < 2 || out.length == 0) {
            return found;
        }
        Matrix x = states.rows(site, ProbeTask.select(task.train(), in));
        Matrix y = states.rows(site, ProbeTask.select(task.train(), out));
        if (options.kind() == Kind.RIDGE) {
            double[] t = Arrays.stream(in).mapToDouble(i -> task.trainNumbers()[i]).toArray();
            double[] u = Arrays.stream(out).mapToDouble(i -> task.trainNumbers()[i]).toArray();
            RidgeFit ridge = new RidgeFit(x);
            Arrays.setAll(found, g -> Measures.explained(ridge.to(t, GRID[g]).predict(y), u));
            return found;
        }
        int[] labels = ProbeTask.select(task.trainLabels(), in);
        int[] right = ProbeTask.select(task.trainLabels(), out);
        if (Arrays.stream(labels).distinct().count() < 2) {
            return found;
        }
        if (options.kind() != Kind.LOGISTIC) {
            int tries = options.kind() == Kind.MEANS ? 1 : GRID.length; // means know no penalty
            for (int g = 0; g < tries; g++) {
                found[g] = Measures.accuracy(Probe.fit(x, labels, task.classes(), task.settings(GRID[g])).predict(y), right);
            }
            return found;
        }
        Standardiser standardiser = Standardiser.of(x);
        Design design = Design.of(standardiser.apply(x), task.classes().size());
        double[] start = null;
        for (int g = 0; g < GRID.length; g++) { // each begins where the one before ended
            int classes = task.classes().size();
            LogisticFit fit = LogisticFit.of(
                    design, labels, classes, GRID[g], TOLERANCE, start, Curvature.of(design, GRID[g]));
            start = fit.weights();
            found[g] = Measures.accuracy(Fits.linear(fit, task.classes(), standardiser).predict(y), right);
        }
        return found;
    }
}

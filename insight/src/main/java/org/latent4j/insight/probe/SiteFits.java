package org.latent4j.insight.probe;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.latent4j.insight.Interrupted;
import org.latent4j.insight.probe.Probe.Kind;
import org.latent4j.kernel.Matrix;
import org.latent4j.kernel.Progress;
import org.latent4j.kernel.WorkerPool;
import org.latent4j.model.site.Site;

/** Fits a probe at every site and tests it, and the same for labels by chance. */
final class SiteFits {
    /** Controls needn't be fitted finer: their figures are means of many rows. */
    static final double COARSE = 1e-4;

    private final ProbeTask task;
    private final ProbeStudy.Options options;
    private final double c;
    private final boolean controls;
    private final Consumer<SiteScore> each;
    private final BooleanSupplier interrupted;

    /**
     * Fits of a task.
     *
     * @param controls whether labels by chance are fitted as well; without them their figures are NaN
     * @param each hears of every site as soon as it is done, on any thread
     */
    SiteFits(ProbeTask task, ProbeStudy.Options options, double c, boolean controls, Consumer<SiteScore> each,
            BooleanSupplier interrupted) {
        this.task = task;
        this.options = options;
        this.c = c;
        this.controls = controls;
        this.each = each;
        this.interrupted = interrupted;
    }

    /**
     * The scores at sites, side by side on the pool's threads.
     *
     * @throws Interrupted if that was asked for; a site that is being fitted ends first
     */
    List<SiteScore> run(States states, List<Site> sites, WorkerPool pool, Progress progress, String what) {
        SiteScore[] found = new SiteScore[sites.size()];
        AtomicInteger done = new AtomicInteger();
        pool.run(found.length, (number, _) -> {
            if (interrupted.getAsBoolean()) {
                throw new Interrupted();
            }
            Site site = sites.get(number);
            int stored = states.sites().indexOf(site);
            Matrix train = states.rows(stored, task.train());
            Matrix test = states.rows(stored, task.test());
            found[number] = options.kind() == Kind.RIDGE ? ofNumbers(site, train, test) : ofClasses(site, train, test);
            each.accept(found[number]);
            progress.report(what, done.incrementAndGet(), found.length, Progress.Unit.STEPS);
        });
        return List.of(found);
    }

    private SiteScore ofClasses(Site site, Matrix train, Matrix test) {
        Refit refit = new Refit(train, task.classes(), task.settings(c));
        int[] said = Probe.mostProbable(refit.to(task.trainLabels(), options.tolerance()).predict(test));
        double accuracy = Measures.share(said, task.testLabels());
        double[] interval = Measures.interval(said, task.testLabels(), task.testGroups(), options.seed());
        double f1 = Measures.macroF1(said, task.testLabels(), task.classes().size());
        double control = Double.NaN;
        double shuffled = Double.NaN;
        if (controls) {
            int[] own = ProbeTask.select(task.trainLabels(), task.drawnByType(task.train()));
            control = byChance(refit, own, ProbeTask.select(task.trainLabels(), task.drawnByType(task.test())), test);
            shuffled = byChance(refit, ProbeTask.select(task.trainLabels(), task.shuffling()), task.testLabels(), test);
        }
        return new SiteScore(site, accuracy, interval[0], interval[1], f1, control, accuracy - control, shuffled, Double.NaN);
    }

    private double byChance(Refit refit, int[] labels, int[] right, Matrix test) {
        if (Arrays.stream(labels).distinct().count() < 2) {
            return Arrays.stream(right).filter(label -> label == labels[0]).count() / (double) right.length;
        }
        return Measures.accuracy(refit.to(labels, Math.max(COARSE, options.tolerance())).predict(test), right);
    }

    private SiteScore ofNumbers(Site site, Matrix train, Matrix test) {
        RidgeFit ridge = new RidgeFit(train);
        Matrix said = ridge.to(task.trainNumbers(), c).predict(test);
        double explained = Measures.explained(said, task.testNumbers());
        double[] interval = Measures.interval(said, task.testNumbers(), options.seed());
        double control = Double.NaN;
        double shuffled = Double.NaN;
        if (controls) {
            control = byChance(ridge, test, task.drawnByType(task.train()), numbers(task.drawnByType(task.test())));
            shuffled = byChance(ridge, test, task.shuffling(), task.testNumbers());
        }
        return new SiteScore(site, explained, interval[0], interval[1], Double.NaN, control, explained - control, shuffled, Double.NaN);
    }

    private double byChance(RidgeFit ridge, Matrix test, int[] drawn, double[] right) {
        return Measures.explained(ridge.to(numbers(drawn), c).predict(test), right);
    }

    private double[] numbers(int[] drawn) {
        return Arrays.stream(drawn).mapToDouble(i -> task.trainNumbers()[i]).toArray();
    }

    /** Fits the same rows to one set of labels after another; standardised and laid out once. */
    private static final class Refit {
        private final Matrix x;
        private final List<String> classes;
        private final Probe.Settings settings;
        private final @Nullable Standardiser standardiser;
        private final @Nullable Design design;
        private final @Nullable Curvature curvature;

        Refit(Matrix x, List<String> classes, Probe.Settings settings) {
            this.x = x;
            this.classes = classes;
            this.settings = settings;
            boolean logistic = settings.kind() == Kind.LOGISTIC;
            if (logistic) {
                Fits.requireFinite(x);
            }
            standardiser = logistic ? Standardiser.of(x) : null;
            design = standardiser != null ? Design.of(standardiser.apply(x), classes.size()) : null;
            curvature = design != null ? Curvature.of(design, settings.c()) : null;
        }

        Probe to(int[] labels, double tolerance) {
            if (design == null || standardiser == null) {
                return Probe.fit(x, labels, classes, settings);
            }
            LogisticFit fit = LogisticFit.of(design, labels, classes.size(), settings.c(), tolerance, null, curvature);
            return Fits.linear(fit, classes, standardiser);
        }
    }
}

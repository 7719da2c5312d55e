package org.latent4j.insight.probe;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import org.latent4j.insight.probe.Probe.Kind;
import org.latent4j.insight.probe.ProbeData.Item;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Matrix;
import org.latent4j.kernel.Progress;
import org.latent4j.kernel.SeededRandom;
import org.latent4j.kernel.WorkerPool;
import org.latent4j.model.Model;
import org.latent4j.model.PromptMode;
import org.latent4j.model.site.Positions;
import org.latent4j.model.site.Site;
import org.latent4j.model.site.Sites;

/**
 * Probes sites of a model for labels, with the controls that would expose a probe that is better than what it probes. Deterministic:
 * the same seed gives the same figures on any number of threads.
 */
public final class ProbeStudy {
    private static final double[] GRID = {1e-4, 1e-3, 1e-2, 1e-1, 1};
    private static final int CHOICE_ROWS = 3000;
    private static final int CHOICE_SITES = 3;
    private static final int FOLDS = 3;
    private static final double COARSE = 1e-4;
    private static final int SAMPLES = 1000;
    private static final int MOST_CLASSES = 1000;

    /**
     * How a study is made.
     *
     * @param sites where
     * @param words which tokens stand for a word
     * @param positions which state stands for a whole text
     * @param mode how texts become tokens
     * @param kind of probe
     * @param c the inverse strength of the penalty; empty: chosen by cross-validation, once for all sites, so that they compare
     * @param test the share of groups that is tested on
     * @param unseenWords whether no word stands in both parts
     * @param controls whether controls are fitted; without them their figures are NaN
     * @param extras whether the best site is looked at more closely: by dimensions, by other kinds of probe
     * @param limit the most rows, taken at random by group; {@link Integer#MAX_VALUE} for all
     */
    public record Options(
            Sites sites, Words words, Positions positions, PromptMode mode, Kind kind, OptionalDouble c, double tolerance, double test,
            boolean unseenWords, boolean controls, boolean extras, int limit, long seed) {
        /** Logistic probes at the embedding and the end of every block, on the last token of words. */
        public static final Options STANDARD = new Options(
                Sites.of("embed", "resid_post.*"), Words.LAST, Positions.LAST, PromptMode.RAW, Kind.LOGISTIC, OptionalDouble.empty(), 1e-5,
                0.2, false, true, true, Integer.MAX_VALUE, 1);
    }

    /** A report, and the probe of a site, fitted to the part that was fitted on. */
    public record Outcome(ProbeReport report, Site site, Probe probe) {}

    private final Options options;
    private final Progress progress;

    /** A study. */
    public ProbeStudy(Options options, Progress progress) {
        this.options = options;
        this.progress = progress;
    }

    /**
     * Runs the texts, fits and tests.
     *
     * @param random the same architecture with random weights, or null
     * @param keep the site whose probe is handed back; empty for the best
     * @throws LatentException if the data can't be probed: one class, one row, labels that don't suit the kind
     */
    public Outcome run(Model model, ProbeData data, @org.jspecify.annotations.Nullable Model random, java.util.Optional<Site> keep) {
        ProbeStates aligned = ProbeStates.align(model, limited(data), options.mode);
        Task task = new Task(aligned);
        List<SiteScore> scores;
        Outcome outcome;
        try (States states = aligned.capture(model, options.sites, options.words, options.positions, progress);
                WorkerPool pool = new WorkerPool(lanes(model.threads(), task, states))) {
            keep.ifPresent(site -> {
                if (!states.sites().contains(site)) {
                    throw new LatentException("site %s isn't among those that are probed: add it to --sites".formatted(site));
                }
            });
            double c = options.c.orElseGet(() -> task.chosenC(states, pool));
            scores = task.scores(states, c, pool, options.controls, "Fitting probes");
            outcome = task.outcome(states, scores, c, keep);
        }
        if (random == null) {
            return outcome;
        }
        try (States states = aligned.capture(random, options.sites, options.words, options.positions, progress);
                WorkerPool pool = new WorkerPool(lanes(model.threads(), task, states))) {
            List<SiteScore> there = task.scores(states, outcome.report().c(), pool, false, "Fitting probes to random weights");
            List<SiteScore> both = new ArrayList<>();
            for (int i = 0; i < there.size(); i++) {
                both.add(scores.get(i).withRandom(there.get(i).accuracy()));
            }
            ProbeReport r = outcome.report();
            return new Outcome(new ProbeReport(r.kind(), r.classes(), both, r.majority(), r.c(), r.trained(), r.tested(),
                    r.dimensions(), r.others(), r.notes()), outcome.site(), outcome.probe());
        }
    }

    private ProbeData limited(ProbeData data) {
        if (data.items().size() <= options.limit) {
            return data;
        }
        int[] groups = Division.numbers(data.items().stream().map(Item::group).toList());
        double share = (double) options.limit / data.items().size();
        int[] part = Splits.parts(groups, new double[]{share, 1 - share}, new SeededRandom(options.seed, 3));
        List<Item> kept = new ArrayList<>();
        for (int i = 0; i < part.length; i++) {
            if (part[i] == 0) {
                kept.add(data.items().get(i));
            }
        }
        return new ProbeData(data.texts(), kept);
    }

    /** As many sites at a time as there are threads, but no more than half the memory holds. */
    private static int lanes(int threads, Task task, States states) {
        long width = states.sites().isEmpty() ? 1 : states.rows(0, new int[]{0}).columns();
        long each = 16L * (task.division.train().length + task.division.test().length) * width;
        long fit = Runtime.getRuntime().maxMemory() / 2 / Math.max(1, each);
        return Math.clamp(fit, 1, threads);
    }

    /** The rows, their labels and the parts they belong to. */
    private final class Task {
        private final List<Item> items;
        private final Division division;
        private final List<String> notes;
        private final List<String> classes;
        private final int[] trainLabels;
        private final int[] testLabels;
        private final int[] trainControl;
        private final int[] testControl;
        private final int[] shuffledLabels;
        private final double[] trainNumbers;
        private final double[] testNumbers;
        private final int[] testGroups;

        Task(ProbeStates aligned) {
            items = aligned.items();
            boolean numbers = options.kind == Kind.RIDGE;
            Division all = Division.of(items, options.test, options.unseenWords, options.seed);
            division = numbers ? all : all.withoutUnknown(items);
            notes = new ArrayList<>(division.notes());
            if (aligned.empty() > 0) {
                notes.add("%d empty texts left out".formatted(aligned.empty()));
            }
            if (aligned.lost() > 0) {
                notes.add("%d labelled items left out: no token of their text lies there".formatted(aligned.lost()));
            }
            trainNumbers = numbers ? numbers(division.train()) : new double[0];
            testNumbers = numbers ? numbers(division.test()) : new double[0];
            classes = numbers ? List.of() : classes();
            trainLabels = labels(division.train());
            testLabels = labels(division.test());
            int[] control = controlLabels();
            trainControl = select(control, division.train());
            testControl = select(control, division.test());
            int[] order = Splits.order(division.train().length, new SeededRandom(options.seed, 4));
            shuffledLabels = order;
            int[] groups = Division.numbers(items.stream().map(Item::group).toList());
            testGroups = select(groups, division.test());
        }

        private List<String> classes() {
            TreeSet<String> found = new TreeSet<>();
            for (int row : division.train()) {
                found.add(items.get(row).label());
            }
            if (found.size() < 2) {
                throw new LatentException("all %d rows to fit on have the same label '%s': a probe needs two classes at least"
                        .formatted(division.train().length, found.isEmpty() ? "" : found.first()));
            }
            if (found.size() > MOST_CLASSES || (found.size() > 20 && found.size() > division.train().length / 2)) {
                boolean asNumbers = found.stream().allMatch(ProbeStudy::isNumber);
                throw new LatentException("%d rows have %d different labels%s".formatted(division.train().length, found.size(), asNumbers
                        ? ", all numbers: --kind ridge fits numbers"
                        : ": too many for classes, do they name the column you mean?"));
            }
            if (found.size() > 10 && found.stream().allMatch(ProbeStudy::isNumber)) {
                notes.add("the labels are numbers, taken as %d classes; --kind ridge takes them as numbers".formatted(found.size()));
            }
            return List.copyOf(found);
        }

        private double[] numbers(int[] rows) {
            return Arrays.stream(rows).mapToDouble(row -> {
                String label = items.get(row).label();
                if (!isNumber(label)) {
                    throw new LatentException(
                            "label '%.40s' is not a finite number: ridge fits numbers, choose --kind logistic".formatted(label));
                }
                return Double.parseDouble(label);
            }).toArray();
        }

        private int[] labels(int[] rows) {
            return Arrays.stream(rows).map(row -> classes.isEmpty() ? 0 : classes.indexOf(items.get(row).label())).toArray();
        }

        /** A label for each word type, drawn once and for all from the labels as they are distributed. */
        private int[] controlLabels() {
            int[] types = Division.numbers(items.stream().map(Item::type).toList());
            SeededRandom random = new SeededRandom(options.seed, 5);
            int[] control = new int[types.length];
            for (int i = 0; i < types.length; i++) {
                control[i] = trainLabels[(int) (random.at(types[i]) * trainLabels.length)];
            }
            return control;
        }

        private static int[] select(int[] values, int[] rows) {
            return Arrays.stream(rows).map(row -> values[row]).toArray();
        }

        /** The strength that does best on held-out thirds of the part to fit on, on average over a few sites. */
        double chosenC(States states, WorkerPool pool) {
            int sites = Math.min(CHOICE_SITES, states.sites().size());
            int[] chosen = new int[sites];
            Arrays.setAll(chosen, i -> (int) ((i + 0.5) * states.sites().size() / sites));
            int[] kept = Arrays.stream(Splits.order(division.train().length, new SeededRandom(options.seed, 6)))
                    .limit(CHOICE_ROWS).sorted().toArray();
            int[] groups = Division.numbers(Arrays.stream(kept).mapToObj(i -> items.get(division.train()[i]).group()).toList());
            double[] shares = {1, 1, 1};
            int[] fold = Splits.parts(groups, shares, new SeededRandom(options.seed, 7));
            double[][] scores = new double[sites * FOLDS][GRID.length];
            AtomicInteger done = new AtomicInteger();
            pool.run(sites * FOLDS, (item, _) -> {
                int left = item % FOLDS;
                int[] in = java.util.stream.IntStream.range(0, kept.length).filter(i -> fold[i] != left).map(i -> kept[i]).toArray();
                int[] out = java.util.stream.IntStream.range(0, kept.length).filter(i -> fold[i] == left).map(i -> kept[i]).toArray();
                scores[item] = tried(states, chosen[item / FOLDS], in, out);
                progress.report("Choosing the penalty", done.incrementAndGet(), sites * FOLDS, Progress.Unit.STEPS);
            });
            int best = 0;
            double[] total = new double[GRID.length];
            for (double[] row : scores) {
                for (int g = 0; g < total.length; g++) {
                    total[g] += row[g];
                }
            }
            for (int g = 1; g < total.length; g++) {
                best = total[g] > total[best] + 1e-9 ? g : best; // of equals the stronger penalty
            }
            return GRID[best];
        }

        private double[] tried(States states, int site, int[] in, int[] out) {
            double[] found = new double[GRID.length];
            if (in.length < 2 || out.length == 0) {
                return found;
            }
            Matrix x = states.rows(site, select(division.train(), in));
            Matrix y = states.rows(site, select(division.train(), out));
            if (options.kind == Kind.RIDGE) {
                double[] t = Arrays.stream(in).mapToDouble(i -> trainNumbers[i]).toArray();
                double[] u = Arrays.stream(out).mapToDouble(i -> trainNumbers[i]).toArray();
                Arrays.setAll(found, g -> explained(Probe.fit(x, t, settings(GRID[g])).predict(y), u));
                return found;
            }
            int[] labels = select(trainLabels, in);
            if (Arrays.stream(labels).distinct().count() < 2) {
                return found;
            }
            int[] right = select(trainLabels, out);
            if (options.kind != Kind.LOGISTIC) {
                int[] tries = options.kind == Kind.MEANS ? new int[]{0} : java.util.stream.IntStream.range(0, GRID.length).toArray();
                for (int g : tries) {
                    found[g] = accuracy(Probe.fit(x, labels, classes, settings(GRID[g])).predict(y), right);
                }
                return found;
            }
            Standardiser standardiser = Standardiser.of(x);
            Design design = new Design(standardiser.apply(x));
            double[] start = null;
            for (int g = 0; g < GRID.length; g++) { // each begins where the one before ended
                LogisticFit fit = LogisticFit.of(design, labels, classes.size(), GRID[g], COARSE, start);
                start = fit.weights();
                // Ties between strengths are broken by how sure it was of what is right.
                Matrix p = Fits.linear(fit, classes, standardiser).predict(y);
                found[g] = accuracy(p, right);
            }
            return found;
        }

        private Probe.Settings settings(double c) {
            return new Probe.Settings(options.kind, c, options.tolerance, options.seed);
        }

        List<SiteScore> scores(States states, double c, WorkerPool pool, boolean controls, String what) {
            SiteScore[] found = new SiteScore[states.sites().size()];
            AtomicInteger done = new AtomicInteger();
            pool.run(found.length, (site, _) -> {
                Matrix train = states.rows(site, division.train());
                Matrix test = states.rows(site, division.test());
                found[site] = options.kind == Kind.RIDGE
                        ? ofNumbers(states.sites().get(site), train, test, c, controls)
                        : ofClasses(states.sites().get(site), train, test, c, controls);
                progress.report(what, done.incrementAndGet(), found.length, Progress.Unit.STEPS);
            });
            return List.of(found);
        }

        private SiteScore ofClasses(Site site, Matrix train, Matrix test, double c, boolean controls) {
            Refit refit = new Refit(train, classes, settings(c));
            int[] said = Probe.mostProbable(refit.to(trainLabels, options.tolerance).predict(test));
            double accuracy = share(said, testLabels);
            double[] interval = interval(said);
            double control = Double.NaN;
            double shuffled = Double.NaN;
            if (controls) {
                control = ofControl(refit, trainControl, testControl, test);
                shuffled = ofControl(refit, select(trainLabels, shuffledLabels), testLabels, test);
            }
            return new SiteScore(site, accuracy, interval[0], interval[1], macroF1(said), control, accuracy - control, shuffled,
                    Double.NaN);
        }

        private double ofControl(Refit refit, int[] labels, int[] right, Matrix test) {
            if (Arrays.stream(labels).distinct().count() < 2) {
                return Arrays.stream(right).filter(label -> label == labels[0]).count() / (double) right.length;
            }
            return accuracy(refit.to(labels, Math.max(COARSE, options.tolerance)).predict(test), right);
        }

        private SiteScore ofNumbers(Site site, Matrix train, Matrix test, double c, boolean controls) {
            Matrix said = Probe.fit(train, trainNumbers, settings(c)).predict(test);
            double explained = explained(said, testNumbers);
            double[] order = new double[SAMPLES];
            for (int s = 0; s < SAMPLES; s++) {
                SeededRandom random = new SeededRandom(options.seed, 10_000 + s);
                double[] x = new double[testNumbers.length];
                Matrix y = Matrix.zeros(x.length, 1);
                for (int i = 0; i < x.length; i++) {
                    int drawn = (int) (random.at(i) * x.length);
                    x[i] = testNumbers[drawn];
                    y.data()[i] = said.data()[drawn];
                }
                order[s] = explained(y, x);
            }
            Arrays.sort(order);
            double shuffled = !controls
                    ? Double.NaN
                    : explained(Probe.fit(train, Arrays.stream(shuffledLabels).mapToDouble(i -> trainNumbers[i]).toArray(), settings(c))
                            .predict(test), testNumbers);
            double control = controls ? controlOfNumbers(train, test, c) : Double.NaN;
            return new SiteScore(site, explained, order[(int) (0.025 * SAMPLES)], order[(int) (0.975 * SAMPLES) - 1], Double.NaN, control,
                    explained - control, shuffled, Double.NaN);
        }

        /** Each type gets the number of some fitted row. */
        private double controlOfNumbers(Matrix train, Matrix test, double c) {
            int[] types = Division.numbers(items.stream().map(Item::type).toList());
            SeededRandom random = new SeededRandom(options.seed, 5);
            double[] all = Arrays.stream(types).mapToDouble(t -> trainNumbers[(int) (random.at(t) * trainNumbers.length)]).toArray();
            double[] x = Arrays.stream(division.train()).mapToDouble(row -> all[row]).toArray();
            double[] y = Arrays.stream(division.test()).mapToDouble(row -> all[row]).toArray();
            return explained(Probe.fit(train, x, settings(c)).predict(test), y);
        }

        /** Sentences are drawn again and again: words of one are not independent. */
        private double[] interval(int[] said) {
            int[] group = Division.numbers(Arrays.stream(testGroups).mapToObj(String::valueOf).toList());
            int groups = Arrays.stream(group).max().orElse(0) + 1;
            int[] right = new int[groups];
            int[] count = new int[groups];
            for (int i = 0; i < group.length; i++) {
                count[group[i]]++;
                right[group[i]] += said[i] == testLabels[i] ? 1 : 0;
            }
            double[] shares = new double[SAMPLES];
            for (int s = 0; s < SAMPLES; s++) {
                SeededRandom random = new SeededRandom(options.seed, 10_000 + s);
                long hits = 0;
                long all = 0;
                for (int g = 0; g < groups; g++) {
                    int drawn = (int) (random.at(g) * groups);
                    hits += right[drawn];
                    all += count[drawn];
                }
                shares[s] = (double) hits / all;
            }
            Arrays.sort(shares);
            return new double[]{shares[(int) (0.025 * SAMPLES)], shares[(int) (0.975 * SAMPLES) - 1]};
        }

        private double macroF1(int[] said) {
            double sum = 0;
            int present = 0;
            for (int k = 0; k < classes.size(); k++) {
                int both = 0;
                int told = 0;
                int there = 0;
                for (int i = 0; i < said.length; i++) {
                    both += said[i] == k && testLabels[i] == k ? 1 : 0;
                    told += said[i] == k ? 1 : 0;
                    there += testLabels[i] == k ? 1 : 0;
                }
                if (told + there > 0) { // as scikit-learn: classes that are neither there nor told don't count
                    present++;
                    sum += 2.0 * both / (told + there);
                }
            }
            return present == 0 ? 0 : sum / present;
        }

        Outcome outcome(States states, List<SiteScore> scores, double c, java.util.Optional<Site> keep) {
            ProbeReport plain = new ProbeReport(options.kind, classes, scores, majority(), c, division.train().length,
                    division.test().length, Map.of(), Map.of(), notes);
            Site site = keep.orElse(plain.best().site());
            int number = states.sites().indexOf(site);
            Matrix train = states.rows(number, division.train());
            Matrix test = states.rows(number, division.test());
            Probe probe = options.kind == Kind.RIDGE
                    ? Probe.fit(train, trainNumbers, settings(c))
                    : Probe.fit(train, trainLabels, classes, settings(c));
            if (!options.extras || classes.isEmpty()) {
                return new Outcome(plain, site, probe);
            }
            progress.report("Looking closer", 0, 2, Progress.Unit.STEPS);
            Map<Integer, Double> dimensions = probe instanceof LinearProbe linear && options.kind == Kind.LOGISTIC
                    ? byDimensions(linear, train, test, c)
                    : Map.of();
            progress.report("Looking closer", 1, 2, Progress.Unit.STEPS);
            Map<String, Double> others = new LinkedHashMap<>();
            for (Kind kind : List.of(Kind.MEANS, Kind.MLP)) {
                if (kind != options.kind) {
                    others.put(kind.label(),
                            accuracy(Probe.fit(train, trainLabels, classes, settings(c).withKind(kind)).predict(test), testLabels));
                }
            }
            progress.report("Looking closer", 2, 2, Progress.Unit.STEPS);
            return new Outcome(new ProbeReport(options.kind, classes, scores, majority(), c, division.train().length,
                    division.test().length, dimensions, others, notes), site, probe);
        }

        private double majority() {
            if (classes.isEmpty()) {
                return 0;
            }
            int[] counts = new int[classes.size()];
            for (int label : trainLabels) {
                counts[label]++;
            }
            int most = 0;
            for (int k = 1; k < counts.length; k++) {
                most = counts[k] > counts[most] ? k : most;
            }
            int majority = most;
            return Arrays.stream(testLabels).filter(label -> label == majority).count() / (double) testLabels.length;
        }

        private Map<Integer, Double> byDimensions(LinearProbe probe, Matrix train, Matrix test, double c) {
            int width = train.columns();
            double[] importance = new double[width];
            for (int i = 0; i < probe.weight().data().length; i++) {
                importance[i % width] += Math.abs(probe.weight().data()[i]);
            }
            Integer[] order = new Integer[width];
            Arrays.setAll(order, i -> i);
            Arrays.sort(order, (a, b) -> Double.compare(importance[b], importance[a]));
            Map<Integer, Double> curve = new TreeMap<>();
            for (int count = 1; count < width; count *= 4) {
                Probe small = Probe.fit(columns(train, order, count), trainLabels, classes,
                        new Probe.Settings(Kind.LOGISTIC, c, COARSE, options.seed));
                curve.put(count, accuracy(small.predict(columns(test, order, count)), testLabels));
            }
            curve.put(width, accuracy(probe.predict(test), testLabels));
            return curve;
        }
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

    /** Fits the same rows to one set of labels after another; standardised once. */
    private static final class Refit {
        private final Matrix x;
        private final List<String> classes;
        private final Probe.Settings settings;
        private final @org.jspecify.annotations.Nullable Standardiser standardiser;
        private final @org.jspecify.annotations.Nullable Design design;

        Refit(Matrix x, List<String> classes, Probe.Settings settings) {
            this.x = x;
            this.classes = classes;
            this.settings = settings;
            boolean logistic = settings.kind() == Kind.LOGISTIC;
            if (logistic) {
                Fits.check(x, java.util.stream.IntStream.range(0, x.rows()).map(i -> i % 2).toArray(), classes); // sees that all is finite
            }
            standardiser = logistic ? Standardiser.of(x) : null;
            design = standardiser != null ? new Design(standardiser.apply(x)) : null;
        }

        Probe to(int[] labels, double tolerance) {
            if (design == null || standardiser == null) {
                return Probe.fit(x, labels, classes, settings);
            }
            return Fits.linear(LogisticFit.of(design, labels, classes.size(), settings.c(), tolerance, null), classes, standardiser);
        }
    }

    private static boolean isNumber(String text) {
        try {
            return Double.isFinite(Double.parseDouble(text));
        } catch (NumberFormatException _) {
            return false;
        }
    }

    private static double accuracy(Matrix probabilities, int[] right) {
        return share(Probe.mostProbable(probabilities), right);
    }

    private static double share(int[] said, int[] right) {
        int hits = 0;
        for (int i = 0; i < said.length; i++) {
            hits += said[i] == right[i] ? 1 : 0;
        }
        return said.length == 0 ? 0 : (double) hits / said.length;
    }

    /** The share of the variance that is explained. */
    private static double explained(Matrix said, double[] right) {
        double mean = Arrays.stream(right).average().orElse(0);
        double left = 0;
        double all = 0;
        for (int i = 0; i < right.length; i++) {
            left += (right[i] - said.data()[i]) * (right[i] - said.data()[i]);
            all += (right[i] - mean) * (right[i] - mean);
        }
        return all == 0 ? 0 : 1 - left / all;
    }
}

package org.latent4j.insight.probe;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.latent4j.insight.Interrupted;
import org.latent4j.insight.StateFile;
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
    /** Memory that a fit takes for a coordinate of a row: as it is, standardised, laid out twice, and for the fit itself. */
    private static final long BYTES = 20;

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

    private static final String TRAINED = "trained";
    private static final String RANDOM = "random";

    private final Options options;
    private final Progress progress;
    private final StudyState state;
    private final BooleanSupplier interrupted;

    /** A study. */
    public ProbeStudy(Options options, Progress progress) {
        this(options, progress, StateFile.none(), () -> false);
    }

    /**
     * A study that can be stopped and goes on.
     *
     * @param state what was found of the same study before, to which what is found is added
     * @param interrupted asked now and then whether to stop
     */
    public ProbeStudy(Options options, Progress progress, StateFile state, BooleanSupplier interrupted) {
        this.options = options;
        this.progress = progress;
        this.state = new StudyState(state);
        this.interrupted = interrupted;
    }

    /**
     * Runs the texts, fits and tests.
     *
     * @param random the same architecture with random weights, or null
     * @param keep the site whose probe is handed back; empty for the best
     * @throws LatentException if the data can't be probed: one class, one row, labels that don't suit the kind
     * @throws Interrupted if that was asked for
     */
    public Outcome run(Model model, ProbeData data, @Nullable Model random, Optional<Site> keep) {
        List<Site> sites = model.resolve(options.sites);
        keep.ifPresent(site -> requireProbed(site, sites));
        ProbeStates aligned = ProbeStates.align(model, limited(data), options.mode);
        ProbeTask task = new ProbeTask(aligned, options);
        StatesCapture capture = new StatesCapture(aligned, options, state, progress, interrupted);
        Outcome outcome = trained(model, capture, task, keep);
        return random == null ? outcome : besideRandom(random, capture, task, outcome);
    }

    private Outcome besideRandom(Model random, StatesCapture capture, ProbeTask task, Outcome outcome) {
        List<Site> sites = random.resolve(options.sites);
        Map<Site, SiteScore> scores = state.scores(RANDOM, sites);
        List<Site> left = without(sites, scores);
        if (!left.isEmpty()) {
            try (States states = capture.run(random, RANDOM, sites, left)) {
                fit(capture, random.threads(), task, states, outcome.report().c(), RANDOM, scores);
            }
        }
        return new Outcome(outcome.report().withRandom(inOrder(sites, scores)), outcome.site(), outcome.probe());
    }

    private static List<Site> without(List<Site> sites, Map<Site, SiteScore> scores) {
        return sites.stream().filter(site -> !scores.containsKey(site)).toList();
    }

    private static void requireProbed(Site site, List<Site> sites) {
        if (!sites.contains(site)) {
            throw new LatentException("site %s isn't among those that are probed: add it to --sites".formatted(site));
        }
    }

    private Outcome trained(Model model, StatesCapture capture, ProbeTask task, Optional<Site> keep) {
        List<Site> sites = model.resolve(options.sites);
        Map<Site, SiteScore> scores = state.scores(TRAINED, sites);
        double c = options.c.orElse(state.penalty().orElse(Double.NaN));
        List<Site> left = without(sites, scores);
        if (!left.isEmpty()) {
            try (States states = capture.run(model, TRAINED, sites, left)) {
                c = fit(capture, model.threads(), task, states, c, TRAINED, scores);
                ProbeReport report = report(task, inOrder(sites, scores), c);
                if (states.sites().containsAll(lookedAt(report, keep))) {
                    return outcome(task, states, report, keep);
                }
            }
        }
        ProbeReport report = report(task, inOrder(sites, scores), c); // the best was found before
        try (States states = capture.run(model, TRAINED, sites, lookedAt(report, keep))) {
            return outcome(task, states, report, keep);
        }
    }

    /**
     * Fits probes at the sites that have no scores yet; states outlast a stop.
     *
     * @param c NaN if it is to be chosen
     * @return c
     */
    private double fit(StatesCapture capture, int threads, ProbeTask task, States states, double c, String weights,
            Map<Site, SiteScore> scores) {
        boolean trained = weights.equals(TRAINED);
        try (WorkerPool pool = new WorkerPool(lanes(threads, task, states))) {
            double chosen = Double.isNaN(c) ? chosenPenalty(task, states, pool) : c;
            new SiteFits(task, options, chosen, trained && options.controls, score -> state.keep(weights, score), interrupted)
                    .run(states, without(states.sites(), scores), pool, progress,
                            trained ? "Fitting probes" : "Fitting probes to random weights")
                    .forEach(score -> scores.put(score.site(), score));
            return chosen;
        } catch (Interrupted stopped) {
            capture.keep(weights, states);
            throw stopped;
        }
    }

    private double chosenPenalty(ProbeTask task, States states, WorkerPool pool) {
        double c = new PenaltyChoice(task, options, states).run(pool, progress, interrupted);
        state.keepPenalty(c);
        return c;
    }

    private static List<SiteScore> inOrder(List<Site> sites, Map<Site, SiteScore> scores) {
        return sites.stream().map(site -> Objects.requireNonNull(scores.get(site))).toList();
    }

    private ProbeReport report(ProbeTask task, List<SiteScore> scores, double c) {
        return new ProbeReport(options.kind, task.classes(), scores, task.majority(), c, task.train().length, task.test().length,
                Map.of(), Map.of(), task.notes());
    }

    /** The sites whose states are wanted once all are scored. */
    private static List<Site> lookedAt(ProbeReport report, Optional<Site> keep) {
        return Stream.of(report.best().site(), keep.orElse(report.best().site())).distinct().toList();
    }

    /** At most about so many rows, whole groups by chance. */
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
    private static int lanes(int threads, ProbeTask task, States states) {
        long width = states.sites().isEmpty() ? 1 : states.rows(0, new int[]{0}).columns();
        long each = BYTES * (task.train().length + task.test().length) * width;
        long fit = Runtime.getRuntime().maxMemory() / 2 / Math.max(1, each);
        return Math.clamp(fit, 1, threads);
    }

    private Outcome outcome(ProbeTask task, States states, ProbeReport plain, Optional<Site> keep) {
        Site best = plain.best().site();
        Matrix train = states.rows(states.sites().indexOf(best), task.train());
        Probe probe = probe(task, train, plain.c());
        ProbeReport report = plain;
        if (options.extras && !task.classes().isEmpty()) {
            Matrix test = states.rows(states.sites().indexOf(best), task.test());
            CloserLook look = new CloserLook(task, task.settings(plain.c()), train, test);
            progress.report("Looking closer", 0, 2, Progress.Unit.STEPS);
            Map<Integer, Double> dimensions = look.byDimensions(probe);
            progress.report("Looking closer", 1, 2, Progress.Unit.STEPS);
            report = plain.with(dimensions, look.others());
            progress.report("Looking closer", 2, 2, Progress.Unit.STEPS);
        }
        Site wanted = keep.orElse(best);
        Probe kept = wanted.equals(best) ? probe : probe(task, states.rows(states.sites().indexOf(wanted), task.train()), plain.c());
        return new Outcome(report, wanted, kept);
    }

    private Probe probe(ProbeTask task, Matrix train, double c) {
        return options.kind == Kind.RIDGE
                ? Probe.fit(train, task.trainNumbers(), task.settings(c))
                : Probe.fit(train, task.trainLabels(), task.classes(), task.settings(c));
    }
}

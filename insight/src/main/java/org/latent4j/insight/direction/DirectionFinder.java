package org.latent4j.insight.direction;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import org.latent4j.insight.Interrupted;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Matrix;
import org.latent4j.kernel.Progress;
import org.latent4j.kernel.WorkerPool;
import org.latent4j.model.Model;
import org.latent4j.model.PromptMode;
import org.latent4j.model.Trace;
import org.latent4j.model.site.Positions;
import org.latent4j.model.site.Site;
import org.latent4j.model.site.Sites;

/**
 * Finds directions from texts of two kinds: runs them, takes one state a text at every wanted site, and fits a vector to them.
 * Deterministic; sites are fitted side by side on all threads.
 */
public final class DirectionFinder {
    private static final int BATCH_TOKENS = 2048;
    private static final int BATCH_TOKENS_OF_MEANS = 1024; // all their states are in memory
    private static final int MOST_FOR_COVARIANCE = 4000;

    private static final Site FINAL = Site.of(Site.Kind.FINAL_NORM);

    private final Model model;
    private final Options options;

    /**
     * How directions are found.
     *
     * @param sites where
     * @param positions which state of a text: {@link Positions#LAST}, one position, or {@link Positions#MEAN}, which leaves out the
     *     first position: its state is a hundred times as long as others and would tell of a text's length alone
     * @param mode how texts become tokens
     * @param report whether it is measured how well they separate; costs some more fits, no more passes of the model
     * @param seed for what is divided and drawn at random
     */
    public record Options(Method method, Sites sites, Positions positions, PromptMode mode, boolean report, long seed) {
        /** The difference of means at the end of every block, at the last position. */
        public static final Options STANDARD = new Options(Method.MEANS, Sites.of("resid_post.*"), Positions.LAST, PromptMode.RAW, true, 1);

        /** The same by another method. */
        public Options with(Method other) {
            return new Options(other, sites, positions, mode, report, seed);
        }

        /** The same at other sites. */
        public Options with(Sites others) {
            return new Options(method, others, positions, mode, report, seed);
        }

        /** The same without measuring. */
        public Options unmeasured() {
            return new Options(method, sites, positions, mode, false, seed);
        }
    }

    /**
     * What was found.
     *
     * @param reports how well it separates, by site; empty if that wasn't asked for
     * @param tokens how many tokens ran
     */
    public record Found(Direction direction, List<SiteReport> reports, long tokens) {
        /** The site that separates best; of equals the one whose halves agree best. */
        public Optional<SiteReport> best() {
            return reports.stream().max(Comparator.comparingDouble(SiteReport::separation)
                    .thenComparingDouble(r -> Double.isNaN(r.agreement()) ? -1 : r.agreement()));
        }

        /** The same at its best site alone. */
        public Found atBest() {
            SiteReport best = best().orElseThrow(() -> new LatentException("which layer is best wasn't measured"));
            Site site = best.site();
            SortedMap<Site, float[]> vector = new TreeMap<>(Map.of(site, direction.at(site)));
            SortedMap<Site, Double> norm = new TreeMap<>(Map.of(site, direction.typicalNorms().getOrDefault(site, 1.0)));
            return new Found(new Direction(direction.name(), direction.method(), direction.unit(), vector, norm,
                    direction.fingerprint(), direction.notes()), List.of(best), tokens);
        }
    }

    /** A finder for a model. */
    public DirectionFinder(Model model, Options options) {
        this.model = model;
        this.options = options;
    }

    /**
     * Finds a direction.
     *
     * @throws LatentException if a text is too long or empty, or the method doesn't suit the texts
     */
    public Found find(String name, Samples samples, Progress progress) {
        return find(name, samples, progress, () -> false);
    }

    /**
     * Finds a direction, or stops.
     *
     * @param interrupted asked between passes of the model, and before each fit, whether to stop
     * @throws LatentException if a text is too long or empty, or the method doesn't suit the texts
     * @throws Interrupted if that was asked for
     */
    public Found find(String name, Samples samples, Progress progress, BooleanSupplier interrupted) {
        checkMethod(samples);
        List<int[]> ids = new ArrayList<>();
        samples.positive().forEach(text -> ids.add(tokens(text)));
        samples.negative().forEach(text -> ids.add(tokens(text)));
        Map<Site, Matrix> states = asRepengSees(states(ids, progress, interrupted));
        int positives = samples.positive().size();
        List<Site> sites = List.copyOf(states.keySet());
        float[][] vectors = new float[sites.size()][];
        SiteReport[] reports = new SiteReport[sites.size()];
        double[] norms = new double[sites.size()];
        try (WorkerPool pool = new WorkerPool(model.threads())) {
            pool.run(sites.size(), (i, _) -> {
                if (interrupted.getAsBoolean()) {
                    return; // what is left is told below
                }
                Matrix all = states.getOrDefault(sites.get(i), Matrix.zeros(0, 0));
                checkFinite(all, sites.get(i));
                Matrix positive = all.rows(0, positives);
                Matrix negative = all.rows(positives, all.rows());
                norms[i] = medianNorm(all);
                vectors[i] = Fitting.fit(options.method, positive, negative);
                if (options.report) {
                    reports[i] = new HeldOut(options.method, samples.paired(), options.seed).of(sites.get(i), positive, negative);
                }
            });
        }
        stopIfAsked(interrupted);
        return found(name, samples, sites, vectors, norms, reports, ids.stream().mapToLong(x -> x.length).sum());
    }

    private static void stopIfAsked(BooleanSupplier interrupted) {
        if (interrupted.getAsBoolean()) {
            throw new Interrupted();
        }
    }

    private void checkMethod(Samples samples) {
        for (Site site : model.resolve(options.sites)) {
            if (site.kind() == Site.Kind.ATTN_PATTERN) {
                throw new LatentException("site '%s' holds attention weights, which have no direction".formatted(site));
            }
        }
        if (options.method.needsPairs() && !samples.paired()) {
            throw new LatentException(
                    "method %s needs pairs: give --pairs, or choose means, logistic or lda".formatted(options.method.label()));
        }
        int texts = samples.positive().size() + samples.negative().size();
        if (options.method == Method.LDA && texts > MOST_FOR_COVARIANCE) {
            throw new LatentException("method lda takes %d texts at most, there are %d: choose means or logistic"
                    .formatted(MOST_FOR_COVARIANCE, texts));
        }
    }

    private int[] tokens(String text) {
        int[] ids = model.tokens(text, options.mode);
        if (ids.length == 0) {
            throw new LatentException("text '%.40s' has no token".formatted(text));
        }
        int kept = options.positions.in(ids.length).length;
        if (kept != 1 && !(options.positions instanceof Positions.Mean)) {
            throw new LatentException("a direction is found from one state a text: give --positions last, mean or one position");
        }
        return ids;
    }

    /** The sites to record. repeng sees the last block's states behind the final norm, for so transformers hands them out. */
    private Sites recorded() {
        List<Site> wanted = model.resolve(options.sites);
        boolean last = options.method.needsPairs() && wanted.contains(lastBlock());
        if (!last || wanted.contains(FINAL)) {
            return options.sites;
        }
        try {
            model.resolve(Sites.of(FINAL.toString()));
        } catch (LatentException _) {
            return options.sites; // no norm behind the last block: nothing to see behind it
        }
        List<String> all = new ArrayList<>(options.sites.patterns());
        all.add(FINAL.toString());
        return Sites.of(all.toArray(String[]::new));
    }

    private Site lastBlock() {
        return Site.of(Site.Kind.RESID_POST, model.config().layers() - 1);
    }

    /** For repeng's methods the last block's states are those behind the final norm. */
    private Map<Site, Matrix> asRepengSees(Map<Site, Matrix> states) {
        Matrix normed = states.get(FINAL);
        if (normed != null && options.method.needsPairs() && states.containsKey(lastBlock())) {
            states.put(lastBlock(), normed);
            if (!model.resolve(options.sites).contains(FINAL)) {
                states.remove(FINAL);
            }
        }
        return states;
    }

    /** One state a text and site, {@code [texts, width]}, in the order of the pass. */
    private Map<Site, Matrix> states(List<int[]> ids, Progress progress, BooleanSupplier interrupted) {
        Sites recorded = recorded();
        boolean mean = options.positions instanceof Positions.Mean;
        int most = mean ? BATCH_TOKENS_OF_MEANS : BATCH_TOKENS;
        long total = ids.stream().mapToLong(x -> x.length).sum();
        long done = 0;
        Map<Site, Matrix> states = new LinkedHashMap<>();
        for (int from = 0, to; from < ids.size(); from = to) {
            long here = 0;
            for (to = from; to < ids.size() && (to == from || here + ids.get(to).length <= most); to++) {
                here += ids.get(to).length;
            }
            stopIfAsked(interrupted);
            progress.report("Running the texts", done, total, Progress.Unit.TOKENS);
            List<Trace> traces = model.traces(ids.subList(from, to), recorded, mean ? Positions.ALL : options.positions);
            for (int i = 0; i < traces.size(); i++) {
                for (Site site : traces.get(i).sites()) {
                    Matrix own = traces.get(i).get(site);
                    Matrix all = states.computeIfAbsent(site, _ -> Matrix.zeros(ids.size(), own.columns()));
                    System.arraycopy(mean ? behindFirst(own) : own.data(), 0, all.data(), (from + i) * own.columns(), own.columns());
                }
            }
            done += here;
        }
        progress.report("Running the texts", total, total, Progress.Unit.TOKENS);
        return states;
    }

    /** The mean over all positions but the first, where there is another. */
    private static float[] behindFirst(Matrix states) {
        return Fitting.mean(states.rows() == 1 ? states : states.rows(1, states.rows()));
    }

    private static void checkFinite(Matrix states, Site site) {
        for (float value : states.data()) {
            if (!Float.isFinite(value)) {
                throw new LatentException("the states at %s have values that aren't finite (NaN or infinite)".formatted(site));
            }
        }
    }

    static double medianNorm(Matrix states) {
        double[] norms = new double[states.rows()];
        Arrays.setAll(norms, i -> Linear.norm(states.row(i)));
        Arrays.sort(norms);
        int middle = norms.length / 2;
        return norms.length % 2 == 1 ? norms[middle] : (norms[middle - 1] + norms[middle]) / 2;
    }

    private Found found(
            String name, Samples samples, List<Site> sites, float[][] vectors, double[] norms, SiteReport[] reports, long tokens) {
        TreeMap<Site, float[]> bySite = new TreeMap<>();
        TreeMap<Site, Double> typical = new TreeMap<>();
        for (int i = 0; i < sites.size(); i++) {
            if (!(Linear.norm(vectors[i]) > 0)) {
                throw new LatentException(
                        "positive and negative texts have the same states at %s, so nothing points from one to the other; "
                                .formatted(sites.get(i)) + "texts may differ before their last token alone: try --positions mean");
            }
            bySite.put(sites.get(i), vectors[i]);
            typical.put(sites.get(i), norms[i]);
        }
        Map<String, String> notes = new LinkedHashMap<>();
        notes.put("texts", "%d positive, %d negative%s".formatted(
                samples.positive().size(), samples.negative().size(), samples.paired() ? ", in pairs" : ""));
        notes.put("positions", options.positions instanceof Positions.Mean
                ? "mean"
                : options.positions.equals(Positions.LAST) ? "last" : options.positions.toString());
        List<SiteReport> measured = options.report ? List.of(reports) : List.of();
        Direction direction = direction(name, bySite, typical, notes);
        Optional<SiteReport> best = new Found(direction, measured, tokens).best();
        if (best.isPresent()) {
            notes.put(Direction.BEST_SITE, best.get().site().toString());
            notes.put("separation", String.format(Locale.ROOT, "%.3f (%.3f to %.3f), shuffled %.3f", best.get().separation(),
                    best.get().low(), best.get().high(), best.get().shuffledSeparation()));
            notes.put("agreement",
                    String.format(Locale.ROOT, "%.3f, shuffled %.3f", best.get().agreement(), best.get().shuffledAgreement()));
        }
        return new Found(direction(name, bySite, typical, notes), measured, tokens);
    }

    private Direction direction(String name, TreeMap<Site, float[]> vectors, TreeMap<Site, Double> norms, Map<String, String> notes) {
        Direction.Unit unit = options.method == Method.MEANS ? Direction.Unit.MEANS : Direction.Unit.LENGTH;
        return new Direction(name, options.method.label(), unit, vectors, norms, Optional.of(model.fingerprint(options.mode)), notes);
    }
}

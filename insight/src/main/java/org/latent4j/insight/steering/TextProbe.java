package org.latent4j.insight.steering;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.latent4j.insight.Interrupted;
import org.latent4j.insight.direction.Samples;
import org.latent4j.insight.probe.Probe;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Matrix;
import org.latent4j.kernel.SeededRandom;
import org.latent4j.model.Model;
import org.latent4j.model.PromptMode;
import org.latent4j.model.Trace;
import org.latent4j.model.site.Positions;
import org.latent4j.model.site.Site;
import org.latent4j.model.site.Sites;

/**
 * A classifier of whole texts: logistic regression on the mean of the plain model's states, fitted to texts of two kinds. It judges
 * what a steered model writes, read by the plain one, and has no part in finding directions.
 *
 * @param effect what it measures
 * @param accuracy on texts that it wasn't fitted to, in four folds; a text and its partner are in the same
 */
public record TextProbe(Effect.OfProbe effect, double accuracy) {
    private static final int FOLDS = 4;
    private static final int BATCH_TOKENS = 1024;
    private static final List<String> CLASSES = List.of("negative", "positive");
    private static final Probe.Settings SETTINGS = Probe.Settings.STANDARD.withC(0.1);

    /**
     * Fits one at two thirds of the model's depth.
     *
     * @param interrupted asked between passes of the model whether to stop
     * @throws LatentException if a text has no token
     * @throws Interrupted if that was asked for
     */
    public static TextProbe fit(String name, Samples samples, Model model, BooleanSupplier interrupted) {
        Site site = Site.of(Site.Kind.RESID_POST, Math.max(0, 2 * model.config().layers() / 3 - 1));
        List<String> texts = new ArrayList<>(samples.negative());
        texts.addAll(samples.positive());
        Matrix states = states(texts, site, model, interrupted);
        int negatives = samples.negative().size();
        int[] labels = new int[texts.size()];
        Arrays.fill(labels, negatives, labels.length, 1);
        int[] order = order(samples);
        int right = 0;
        for (int fold = 0; fold < FOLDS; fold++) {
            right += rightInFold(states, labels, order, fold);
        }
        Probe probe = Probe.fit(states, labels, CLASSES, SETTINGS);
        return new TextProbe(new Effect.OfProbe(name, probe, site, true, 1), right / (double) labels.length);
    }

    /** Which number of its kind each text is: partners have the same, and so the same fold. */
    private static int[] order(Samples samples) {
        int negatives = samples.negative().size();
        int[] order = new int[negatives + samples.positive().size()];
        Arrays.setAll(order, i -> i < negatives ? i : i - negatives);
        return order;
    }

    private static int rightInFold(Matrix states, int[] labels, int[] order, int fold) {
        List<Integer> fitted = new ArrayList<>();
        List<Integer> tested = new ArrayList<>();
        for (int i = 0; i < labels.length; i++) {
            (order[i] % FOLDS == fold ? tested : fitted).add(i);
        }
        if (tested.isEmpty() || fitted.stream().map(i -> labels[i]).distinct().count() < 2) {
            return 0;
        }
        int[] own = fitted.stream().mapToInt(i -> labels[i]).toArray();
        int[] said = Probe.mostProbable(Probe.fit(rows(states, fitted), own, CLASSES, SETTINGS).predict(rows(states, tested)));
        int right = 0;
        for (int i = 0; i < said.length; i++) {
            right += said[i] == labels[tested.get(i)] ? 1 : 0;
        }
        return right;
    }

    private static Matrix rows(Matrix states, List<Integer> wanted) {
        Matrix rows = Matrix.zeros(wanted.size(), states.columns());
        for (int i = 0; i < wanted.size(); i++) {
            System.arraycopy(states.data(), wanted.get(i) * states.columns(), rows.data(), i * states.columns(), states.columns());
        }
        return rows;
    }

    private static Matrix states(List<String> texts, Site site, Model model, BooleanSupplier interrupted) {
        List<int[]> ids = new ArrayList<>();
        for (String text : texts) {
            int[] own = model.tokens(text, PromptMode.RAW);
            if (own.length == 0) {
                throw new LatentException("text '%.40s' has no token: it has no state to classify".formatted(text));
            }
            ids.add(own);
        }
        Matrix means = Matrix.zeros(texts.size(), model.config().width());
        for (int from = 0, to; from < ids.size(); from = to) {
            int tokens = 0;
            for (to = from; to < ids.size() && (to == from || tokens + ids.get(to).length <= BATCH_TOKENS); to++) {
                tokens += ids.get(to).length;
            }
            if (interrupted.getAsBoolean()) {
                throw new Interrupted();
            }
            List<Trace> traces = model.traces(ids.subList(from, to), Sites.of(site.toString()), Positions.ALL);
            for (int i = 0; i < traces.size(); i++) {
                Matrix own = traces.get(i).get(site);
                float[] mean = TextReader.mean(own, own.rows() > 1 ? 1 : 0); // the first position's norm is often a hundred times the others'
                System.arraycopy(mean, 0, means.data(), (from + i) * mean.length, mean.length);
            }
        }
        return means;
    }

    /** The same texts with their labels given at random: of each pair one or the other is called positive. */
    public static Samples shuffled(Samples samples, long seed) {
        SeededRandom random = new SeededRandom(seed, 5_000_000L);
        List<String> positive = new ArrayList<>(samples.positive());
        List<String> negative = new ArrayList<>(samples.negative());
        if (samples.paired()) {
            for (int i = 0; i < positive.size(); i++) {
                if (random.at(i) < 0.5) {
                    String one = positive.get(i);
                    positive.set(i, negative.get(i));
                    negative.set(i, one);
                }
            }
            return new Samples(positive, negative, true);
        }
        List<String> all = new ArrayList<>(positive);
        all.addAll(negative);
        for (int i = all.size() - 1; i > 0; i--) {
            int other = (int) (random.at(i) * (i + 1));
            String one = all.get(i);
            all.set(i, all.get(other));
            all.set(other, one);
        }
        return new Samples(all.subList(0, positive.size()), all.subList(positive.size(), all.size()), false);
    }
}

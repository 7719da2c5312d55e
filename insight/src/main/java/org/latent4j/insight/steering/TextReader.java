package org.latent4j.insight.steering;

import java.nio.IntBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import org.latent4j.kernel.Matrix;
import org.latent4j.model.Continuation;
import org.latent4j.model.Model;
import org.latent4j.model.Trace;
import org.latent4j.model.site.Positions;
import org.latent4j.model.site.Site;
import org.latent4j.model.site.Sites;

/**
 * Reads with the plain model what steered ones wrote. A text that was written before, as weak steering often does, isn't read again; blocks
 * above what is asked for aren't run, and the head where something was written alone.
 */
final class TextReader {
    private static final int BATCH_TOKENS = 1024;
    private static final int ROWS = 256; // whose logits are kept at once

    private final Model model;
    private final Map<Text, Read> known = new HashMap<>();

    TextReader(Model model) {
        this.model = model;
    }

    /**
     * What the plain model sees in a text.
     *
     * @param states by site the mean of the states of what was written, and the last; of the prompt's last where nothing was
     * @param surprise the sum of {@code -log p} of what was written; NaN if that wasn't asked for
     * @param tokens how many were written
     */
    record Read(Map<Site, float[][]> states, double surprise, int tokens) {
        boolean answers(SortedSet<Site> sites, boolean surprised) {
            return states.keySet().containsAll(sites) && !(surprised && Double.isNaN(surprise));
        }
    }

    /**
     * Reads texts.
     *
     * @param sites whose states are wanted
     * @param surprised whether it is asked for how probable each token is
     * @param between called between passes
     */
    List<Read> read(List<Continuation> said, SortedSet<Site> sites, boolean surprised, Runnable between) {
        List<Continuation> unread = new ArrayList<>();
        Map<Text, Read> asked = new LinkedHashMap<>();
        for (Continuation one : said) {
            Read before = known.get(Text.of(one));
            if ((before == null || !before.answers(sites, surprised)) && asked.put(Text.of(one), new Read(Map.of(), 0, 0)) == null) {
                unread.add(one);
            }
        }
        if (!sites.isEmpty() || surprised) {
            run(unread, sites, surprised, between);
        }
        return said.stream().map(one -> known.getOrDefault(Text.of(one), new Read(Map.of(), Double.NaN, one.ids().length))).toList();
    }

    private void run(List<Continuation> unread, SortedSet<Site> sites, boolean surprised, Runnable between) {
        SortedSet<Site> recorded = new TreeSet<>(sites);
        Site last = Site.of(Site.Kind.RESID_POST, model.config().layers() - 1);
        if (surprised) {
            recorded.add(last);
        }
        Sites wanted = Sites.of(recorded.stream().map(Site::toString).toArray(String[]::new));
        for (int from = 0, to; from < unread.size(); from = to) {
            List<int[]> batch = new ArrayList<>();
            int rows = 0;
            for (to = from; to < unread.size() && (to == from || rows + length(unread.get(to)) <= BATCH_TOKENS); to++) {
                batch.add(whole(unread.get(to)));
                rows += length(unread.get(to));
            }
            between.run();
            List<Trace> traces = model.traces(batch, wanted, Positions.ALL);
            double[] surprises = surprised ? surprises(traces, unread.subList(from, to), last) : new double[0];
            for (int i = 0; i < traces.size(); i++) {
                Continuation one = unread.get(from + i);
                known.put(Text.of(one), new Read(pooled(traces.get(i), sites, one.promptIds().length),
                        surprised ? surprises[i] : Double.NaN, one.ids().length));
            }
        }
    }

    /** How improbable each text is: the head reads the states that each of its tokens was written from. */
    private double[] surprises(List<Trace> traces, List<Continuation> texts, Site last) {
        double[] surprises = new double[texts.size()];
        int total = texts.stream().mapToInt(t -> t.ids().length).sum();
        int[] of = new int[Math.min(ROWS, total)];
        int[] next = new int[of.length];
        int width = model.config().width();
        Matrix states = Matrix.zeros(of.length, width);
        int filled = 0;
        int left = total;
        for (int t = 0; t < texts.size(); t++) {
            Matrix own = traces.get(t).get(last);
            int[] ids = texts.get(t).ids();
            for (int i = 0; i < ids.length; i++) {
                System.arraycopy(own.data(), (texts.get(t).promptIds().length + i - 1) * width, states.data(), filled * width, width);
                of[filled] = t;
                next[filled++] = ids[i];
                left--;
                if (filled == of.length || left == 0) {
                    add(states.rows(0, filled), of, next, surprises);
                    filled = 0;
                }
            }
        }
        return surprises;
    }

    private void add(Matrix states, int[] of, int[] next, double[] surprises) {
        NextTokens said = NextTokens.of(model, model.read(states));
        for (int row = 0; row < states.rows(); row++) {
            surprises[of[row]] -= said.log(row, next[row]);
        }
    }

    /** What tells a text: its tokens, and where those begin that were written. */
    private record Text(IntBuffer ids, int prompt) {
        static Text of(Continuation one) {
            return new Text(IntBuffer.wrap(whole(one)), one.promptIds().length);
        }
    }

    private static int length(Continuation one) {
        return one.promptIds().length + one.ids().length;
    }

    private static int[] whole(Continuation one) {
        int[] whole = Arrays.copyOf(one.promptIds(), length(one));
        System.arraycopy(one.ids(), 0, whole, one.promptIds().length, one.ids().length);
        return whole;
    }

    private static Map<Site, float[][]> pooled(Trace trace, Iterable<Site> sites, int prompt) {
        Map<Site, float[][]> pooled = new LinkedHashMap<>();
        for (Site site : sites) {
            Matrix states = trace.get(site);
            int from = Math.min(prompt, states.rows() - 1);
            pooled.put(site, new float[][]{mean(states, from), states.row(states.rows() - 1)});
        }
        return pooled;
    }

    /** The mean of the rows from one on. */
    static float[] mean(Matrix states, int from) {
        double[] sum = new double[states.columns()];
        for (int r = from; r < states.rows(); r++) {
            for (int c = 0; c < sum.length; c++) {
                sum[c] += states.data()[r * sum.length + c];
            }
        }
        float[] mean = new float[sum.length];
        for (int c = 0; c < mean.length; c++) {
            mean[c] = (float) (sum[c] / (states.rows() - from));
        }
        return mean;
    }
}

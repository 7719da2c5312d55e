package org.latent4j.insight.steering;

import java.nio.IntBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.latent4j.kernel.Matrix;
import org.latent4j.model.Continuation;
import org.latent4j.model.Model;
import org.latent4j.model.Steering;
import org.latent4j.model.Trace;
import org.latent4j.model.site.Positions;
import org.latent4j.model.site.Site;

/**
 * Reads with the plain model what steered ones wrote. A text that was written before, as weak steering often does, isn't read again; blocks
 * above what is asked for aren't run, nor those below what was steered, whose states were kept when the text was written; and the
 * head where something was written alone.
 */
final class TextReader {
    private static final int BATCH_TOKENS = 1024;
    private static final int ROWS = 256; // whose logits are kept at once

    private final UpperModel upper;
    private final Model model;
    private final Map<Text, Read> known = new HashMap<>();

    TextReader(UpperModel upper) {
        this.upper = upper;
        this.model = upper.whole();
    }

    /**
     * A text and what was kept while it was written.
     *
     * @param block the first one that steering changed
     * @param watched states below it
     */
    record Written(Continuation said, int block, Optional<Watched> watched) {
        private int length() {
            return said.promptIds().length + said.ids().length;
        }

        /** The block from which it is read: 0 where states that are needed below the first steered one weren't kept. */
        private int readFrom(SortedSet<Site> sites) {
            boolean kept = block > 0 && watched.isPresent() && watched.get().has(UpperModel.entrance(block), length())
                    && sites.stream().allMatch(s -> !UpperModel.isBelow(s, block) || watched.get().has(s, length()));
            return kept ? block : 0;
        }

        private Matrix kept(Site site) {
            return watched.orElseThrow().at(site, length());
        }
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
    List<Read> read(List<Written> texts, SortedSet<Site> sites, boolean surprised, Runnable between) {
        SortedMap<Integer, List<Written>> unread = new TreeMap<>();
        Set<Text> asked = new HashSet<>();
        for (Written one : texts) {
            Read before = known.get(Text.of(one.said));
            if ((before == null || !before.answers(sites, surprised)) && asked.add(Text.of(one.said))) {
                unread.computeIfAbsent(one.readFrom(sites), _ -> new ArrayList<>()).add(one);
            }
        }
        if (!sites.isEmpty() || surprised) {
            unread.forEach((block, own) -> run(own, block, sites, surprised, between));
        }
        return texts.stream().map(Written::said)
                .map(one -> known.getOrDefault(Text.of(one), new Read(Map.of(), Double.NaN, one.ids().length))).toList();
    }

    private void run(List<Written> unread, int block, SortedSet<Site> sites, boolean surprised, Runnable between) {
        SortedSet<Site> recorded = new TreeSet<>(sites);
        recorded.removeIf(s -> UpperModel.isBelow(s, block));
        Site last = Site.of(Site.Kind.RESID_POST, model.config().layers() - 1);
        if (surprised) {
            recorded.add(last);
        }
        for (int from = 0, to; from < unread.size(); from = to) {
            int rows = 0;
            for (to = from; to < unread.size() && (to == from || rows + unread.get(to).length() <= BATCH_TOKENS); to++) {
                rows += unread.get(to).length();
            }
            between.run();
            List<Written> batch = unread.subList(from, to);
            List<Map<Site, Matrix>> states = states(batch, block, sites, List.copyOf(recorded));
            double[] surprises = surprised
                    ? surprises(states.stream().map(s -> Objects.requireNonNull(s.get(last))).toList(), batch)
                    : new double[0];
            for (int i = 0; i < batch.size(); i++) {
                Continuation one = batch.get(i).said;
                known.put(Text.of(one), new Read(pooled(states.get(i), sites, one.promptIds().length),
                        surprised ? surprises[i] : Double.NaN, one.ids().length));
            }
        }
    }

    /** The states of texts by site, kept ones and computed ones. */
    private List<Map<Site, Matrix>> states(List<Written> batch, int block, SortedSet<Site> sites, List<Site> recorded) {
        List<Map<Site, Matrix>> all = new ArrayList<>();
        for (Written one : batch) {
            Map<Site, Matrix> own = new HashMap<>();
            sites.stream().filter(s -> UpperModel.isBelow(s, block)).forEach(s -> own.put(s, one.kept(s)));
            all.add(own);
        }
        if (!recorded.isEmpty()) {
            List<Matrix> entrances = block == 0 ? List.of() : batch.stream().map(t -> t.kept(UpperModel.entrance(block))).toList();
            List<Trace> traces = upper.run(batch.stream().map(t -> whole(t.said)).toList(), block, entrances, Steering.NONE, recorded,
                    Positions.ALL);
            for (int i = 0; i < all.size(); i++) {
                Trace trace = traces.get(i);
                Map<Site, Matrix> own = all.get(i);
                recorded.forEach(s -> own.put(s, trace.get(UpperModel.site(s, block))));
            }
        }
        return all;
    }

    /** How improbable each text is: the head reads the states that each of its tokens was written from. */
    private double[] surprises(List<Matrix> lastStates, List<Written> texts) {
        double[] surprises = new double[texts.size()];
        int total = texts.stream().mapToInt(t -> t.said.ids().length).sum();
        int[] of = new int[Math.min(ROWS, total)];
        int[] next = new int[of.length];
        int width = model.config().width();
        Matrix states = Matrix.zeros(of.length, width);
        int filled = 0;
        int left = total;
        for (int t = 0; t < texts.size(); t++) {
            Matrix own = lastStates.get(t);
            int[] ids = texts.get(t).said.ids();
            int prompt = texts.get(t).said.promptIds().length;
            for (int i = 0; i < ids.length; i++) {
                System.arraycopy(own.data(), (prompt + i - 1) * width, states.data(), filled * width, width);
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

    private static int[] whole(Continuation one) {
        int[] whole = Arrays.copyOf(one.promptIds(), one.promptIds().length + one.ids().length);
        System.arraycopy(one.ids(), 0, whole, one.promptIds().length, one.ids().length);
        return whole;
    }

    private static Map<Site, float[][]> pooled(Map<Site, Matrix> all, Iterable<Site> sites, int prompt) {
        Map<Site, float[][]> pooled = new LinkedHashMap<>();
        for (Site site : sites) {
            Matrix states = Objects.requireNonNull(all.get(site));
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

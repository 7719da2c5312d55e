package org.latent4j.model;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.latent4j.kernel.Matrix;
import org.latent4j.kernel.Precision;
import org.latent4j.model.site.Site.Kind;
import org.latent4j.model.transformer.Batch;
import org.latent4j.model.transformer.Cache;
import org.latent4j.model.transformer.SiteVisitor;

/**
 * How far {@link Precision#INT8} is from {@link Precision#F32} in what a model says of a text: at its last positions, which are
 * computed both ways behind the same beginning, as decoding would compute them.
 *
 * @param positions how many were compared, at most 8
 * @param meanDivergence the divergence of the next token's distribution, {@code KL(f32 || int8)} in nats, in the mean
 * @param largestDivergence at the worst position
 * @param sameChoice at how many positions the most probable token is the same
 */
public record RoundingError(int positions, double meanDivergence, double largestDivergence, int sameChoice) {
    private static final int MOST_TOKENS = 64;
    private static final int MOST_POSITIONS = 8;

    static RoundingError of(Model model, int[] ids) {
        int[] text = Arrays.copyOfRange(ids, Math.max(0, ids.length - MOST_TOKENS), ids.length);
        int compared = Math.min(MOST_POSITIONS, text.length);
        int before = text.length - compared;
        Cache cache = model.cache(text.length, false);
        if (before > 0) {
            logits(model, Batch.of(List.of(Arrays.copyOf(text, before)), List.of(cache)), new int[0]);
        }
        Matrix[] both = new Matrix[2];
        for (Precision precision : Precision.values()) {
            cache.truncate(before);
            Batch batch = Batch.of(List.of(Arrays.copyOfRange(text, before, text.length)), List.of(cache)).with(precision);
            both[precision.ordinal()] = logits(model, batch, IntStream.range(0, compared).toArray());
        }
        return between(both[0], both[1]);
    }

    private static Matrix logits(Model model, Batch batch, int[] rows) {
        Matrix[] found = {Matrix.zeros(0, 0)};
        model.run(batch, new SiteVisitor() {
            @Override
            public boolean visits(Kind kind, int layer) {
                return kind == Kind.LOGITS;
            }

            @Override
            public void visit(Kind kind, int layer, Matrix states) {
                found[0] = Matrix.of(states.rows(), states.columns(), states.data().clone());
            }

            @Override
            public int[] endRows() {
                return rows;
            }
        }, List.of());
        return found[0];
    }

    /** The error between logits, {@code [positions, vocabulary]}. */
    static RoundingError between(Matrix exact, Matrix rounded) {
        double sum = 0;
        double largest = 0;
        int same = 0;
        for (int row = 0; row < exact.rows(); row++) {
            float[] p = exact.row(row);
            float[] q = rounded.row(row);
            double divergence = divergence(p, q);
            sum += divergence;
            largest = Math.max(largest, divergence);
            same += first(p) == first(q) ? 1 : 0;
        }
        return new RoundingError(exact.rows(), sum / exact.rows(), largest, same);
    }

    /** {@code KL(p || q)} of two rows of logits, never below zero. */
    private static double divergence(float[] p, float[] q) {
        double logP = logOfSum(p);
        double logQ = logOfSum(q);
        double sum = 0;
        for (int i = 0; i < p.length; i++) {
            double log = p[i] - logP;
            sum += Math.exp(log) * (log - (q[i] - logQ));
        }
        return Math.max(0, sum);
    }

    private static double logOfSum(float[] logits) {
        double largest = Double.NEGATIVE_INFINITY;
        for (float logit : logits) {
            largest = Math.max(largest, logit);
        }
        double sum = 0;
        for (float logit : logits) {
            sum += Math.exp(logit - largest);
        }
        return largest + Math.log(sum);
    }

    private static int first(float[] logits) {
        int best = 0;
        for (int i = 1; i < logits.length; i++) {
            best = logits[i] > logits[best] ? i : best;
        }
        return best;
    }
}

package org.latent4j.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Matrix;
import org.latent4j.model.site.Positions;
import org.latent4j.model.site.Site;
import org.latent4j.model.site.Site.Kind;
import org.latent4j.model.site.Sites;

/** Rules about positions, conditions and decay: what they edit, and that prompt, decoding, alone and together are one. */
class SteeringReachTest {
    private static final Sites SITE = Sites.of("resid_post.1");
    private static final int[] PROMPT = {5, 9, 200, 17, 9, 44, 3};

    private static float[] direction(long seed) {
        Random random = new Random(seed);
        float[] direction = new float[64];
        for (int i = 0; i < direction.length; i++) {
            direction[i] = (float) random.nextGaussian();
        }
        return direction;
    }

    private static Steering add() {
        return Steering.add(direction(1), 0.4f, SITE);
    }

    private static Steering everyRule() {
        return add().at(new PositionRule.After(List.of(200, 17))).fading(3)
                .then(Steering.ablate(direction(2), Sites.of("attn_out.2")).where(Site.of(Kind.RESID_POST, 1), s -> s.get(3) > 0))
                .then(Steering.clamp(direction(3), 2, Sites.of("resid_post.0")).at(new PositionRule.Generated()))
                .then(Steering.dampen(direction(4), 0.5f, Sites.of("resid_post.0")).at(new PositionRule.Prompt()).fading(2));
    }

    /** Where states differ from the unsteered ones. */
    private static List<Integer> edited(Model model, int[] ids, Steering steering) {
        Matrix plain = model.trace(ids, SITE).get("resid_post.1");
        Matrix now = model.trace(ids, SITE, steering).get("resid_post.1");
        List<Integer> positions = new ArrayList<>();
        for (int p = 0; p < ids.length; p++) {
            if (!Arrays.equals(plain.row(p), now.row(p))) {
                positions.add(p);
            }
        }
        return positions;
    }

    @Test
    void rulesEditWhatTheySay() {
        try (Model model = TinyModelsTest.open("llama", 2)) {
            assertThat(edited(model, PROMPT, add().at(new PositionRule.All()))).hasSize(PROMPT.length);
            assertThat(edited(model, PROMPT, add().at(new PositionRule.Prompt()))).hasSize(PROMPT.length);
            assertThat(edited(model, PROMPT, add().at(new PositionRule.Generated()))).isEmpty();
            assertThat(edited(model, PROMPT, add().at(new PositionRule.After(List.of(9))))).containsExactly(2, 3, 4, 5, 6);
            assertThat(edited(model, PROMPT, add().at(new PositionRule.After(List.of(200, 17))))).containsExactly(4, 5, 6);
            assertThat(edited(model, PROMPT, add().at(new PositionRule.After(List.of(17, 200))))).isEmpty();
            Matrix plain = model.trace(PROMPT, SITE).get("resid_post.1");
            List<Integer> positive = new ArrayList<>();
            for (int p = 0; p < PROMPT.length; p++) {
                if (plain.at(p, 3) > 0) {
                    positive.add(p);
                }
            }
            assertThat(edited(model, PROMPT, add().where(Site.of(Kind.RESID_POST, 1), s -> s.get(3) > 0))).isEqualTo(positive);
        }
    }

    @Test
    void decayHalvesBehindThePrompt() {
        try (Model model = TinyModelsTest.open("llama", 2)) {
            List<Float> moved = new ArrayList<>();
            float[] d = direction(1);
            double length = Math.sqrt(Arrays.stream(new int[64]).mapToDouble(_ -> 0).sum() + dot(d, d));
            Steering fading = Steering.with("before", s -> moved.add((float) (dot(s, d) / length)), SITE)
                    .then(Steering.add(d, 1, SITE).fading(2))
                    .then(Steering.with("after", s -> moved.add((float) (dot(s, d) / length)), SITE));
            model.generate(PROMPT, Generation.greedy(6).withIgnoreEnd(true).with(fading));
            for (int p = 0; p < moved.size() / 2; p++) {
                double part = Math.pow(0.5, Math.max(0, p - PROMPT.length + 1) / 2.0);
                assertThat((double) moved.get(2 * p + 1) - moved.get(2 * p)).as("position %d", p).isCloseTo(part * length, within(1e-4));
            }
            assertThat(moved).hasSizeGreaterThan(2 * PROMPT.length + 4);
        }
    }

    private static double dot(Intervention.State state, float[] d) {
        double sum = 0;
        for (int i = 0; i < d.length; i++) {
            sum += state.get(i) * d[i];
        }
        return sum;
    }

    private static double dot(float[] x, float[] y) {
        double sum = 0;
        for (int i = 0; i < x.length; i++) {
            sum += x[i] * y[i];
        }
        return sum;
    }

    @Test
    void aloneTogetherAndOnAnyThreadsAreTheSameBits() {
        List<int[]> prompts = List.of(PROMPT, new int[]{200, 17}, new int[]{1, 2, 3}, new int[]{9});
        Generation request = Generation.greedy(8).with(new Sampling(0.9, 0, 1, 0, 1, 3)).withSamples(2).with(everyRule());
        try (Model one = TinyModelsTest.open("llama", 1); Model three = TinyModelsTest.open("llama", 3)) {
            List<List<Continuation>> together = three.generate(prompts, request, Generation.Listener.NONE);
            for (int p = 0; p < prompts.size(); p++) {
                // Random numbers belong to the prompt's number, so those before it are there, unsteered.
                List<Steering> steerings = new ArrayList<>();
                for (int q = 0; q <= p; q++) {
                    steerings.add(q == p ? everyRule() : Steering.NONE);
                }
                List<Continuation> alone = one.generate(prompts.subList(0, p + 1), request, steerings, Generation.Listener.NONE).get(p);
                for (int s = 0; s < 2; s++) {
                    assertThat(alone.get(s).ids()).isEqualTo(together.get(p).get(s).ids());
                    assertThat(alone.get(s).steering()).isEqualTo(together.get(p).get(s).steering());
                }
            }
        }
    }

    @Test
    void decodingIsTheSameBitsAsAllAtOnceWhereTheRuleIsTheSame() {
        Steering steering = add().at(new PositionRule.After(List.of(200, 17)))
                .then(Steering.ablate(direction(2), Sites.of("attn_out.2")).where(Site.of(Kind.RESID_POST, 1), s -> s.get(3) > 0));
        List<float[]> seen = new ArrayList<>();
        Steering watching = steering.then(Steering.with(
                "watch", s -> seen.add(Arrays.copyOfRange(s.matrix().data(), s.offset(), s.offset() + s.width())),
                Sites.of("resid_post.2")));
        try (Model model = TinyModelsTest.open("llama", 2)) {
            int[] said = model.generate(PROMPT, Generation.greedy(9).with(watching)).ids();
            int[] whole = Arrays.copyOf(PROMPT, PROMPT.length + said.length - 1);
            System.arraycopy(said, 0, whole, PROMPT.length, said.length - 1);
            Matrix states = model.traces(List.of(whole), Sites.of("resid_post.2"), Positions.ALL, steering).traces().getFirst()
                    .get("resid_post.2");
            for (int p = 0; p < whole.length; p++) {
                assertThat(seen.get(p)).as("position %d", p).isEqualTo(states.row(p));
            }
        }
    }

    @Test
    void mistakesAreToldInOneLine() {
        try (Model model = TinyModelsTest.open("llama", 1)) {
            refused(() -> model.trace(PROMPT, SITE, add().where(Site.of(Kind.RESID_POST, 2), _ -> true)), "resid_post.2", "behind");
            refused(() -> model.trace(PROMPT, SITE, add().where(Site.of(Kind.LOGITS), _ -> true)), "can't look at logits");
            refused(() -> add().fading(0), "decay 0");
            refused(() -> add().fading(Double.NaN), "decay NaN");
            refused(() -> new PositionRule.After(List.of()), "which token");
        }
    }

    private static void refused(org.assertj.core.api.ThrowableAssert.ThrowingCallable call, String... parts) {
        assertThatThrownBy(call).isInstanceOf(LatentException.class).message().contains(parts).doesNotContain("\n");
    }
}

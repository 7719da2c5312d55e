package org.latent4j.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.latent4j.files.Safetensors;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Matrix;
import org.latent4j.model.site.Positions;
import org.latent4j.model.site.Site;
import org.latent4j.model.site.Sites;

/** Continuations and interventions on tiny models: against transformers, and one way of computing them against another. */
class GenerationTest {
    private static int[] expected(String architecture, String name) {
        try (Safetensors expected = Safetensors.open(TinyModelsTest.folder(architecture).resolve("expected.safetensors"))) {
            return expected.tensor(name).orElseThrow().integers();
        }
    }

    private static float[] direction(int width, long seed) {
        Random random = new Random(seed);
        float[] direction = new float[width];
        for (int i = 0; i < width; i++) {
            direction[i] = (float) random.nextGaussian();
        }
        return direction;
    }

    private static Steering steering() {
        return Steering.add(direction(64, 1), 0.3f, Sites.of("resid_post.0-1"))
                .then(Steering.ablate(direction(64, 2), Sites.of("attn_out.*")))
                .then(Steering.dampen(direction(16, 3), 0.5f, Sites.of("head_out.1.2")))
                .then(Steering.scalePattern(h -> h == 1, k -> k < 2, 0, Sites.of("attn_pattern.2")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"llama", "mistral", "gpt2"})
    void greedyContinuationsAreTransformers(String architecture) {
        try (Model model = TinyModelsTest.open(architecture, 2)) {
            int[] greedy = expected(architecture, "0.greedy");
            int[] ids = model.generate(expected(architecture, "0.input_ids"), Generation.greedy(16)).ids();
            assertThat(ids).isEqualTo(greedy.length > 16 ? Arrays.copyOfRange(greedy, greedy.length - 16, greedy.length) : greedy);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"llama", "mistral", "gpt2"})
    void tokenByTokenIsTheSameBitsAsAllAtOnceSteeredOrNot(String architecture) {
        try (Model model = TinyModelsTest.open(architecture, 2)) {
            int[] prompt = expected(architecture, "0.input_ids");
            for (Steering steering : List.of(Steering.NONE, steering())) {
                List<float[]> seen = new ArrayList<>();
                Steering watching = steering.then(Steering.with(
                        "watch", s -> seen.add(Arrays.copyOfRange(s.matrix().data(), s.offset(), s.offset() + s.width())),
                        Sites.of("resid_post.2")));
                int[] said = model.generate(prompt, Generation.greedy(12).with(watching)).ids();
                int[] whole = Arrays.copyOf(prompt, prompt.length + said.length - 1);
                System.arraycopy(said, 0, whole, prompt.length, said.length - 1);
                Matrix states = model.trace(whole, Sites.of("resid_post.2"), steering).get("resid_post.2");
                assertThat(seen).hasSize(whole.length);
                for (int p = 0; p < whole.length; p++) {
                    assertThat(seen.get(p)).as("position %d", p).isEqualTo(states.row(p));
                }
            }
        }
    }

    @Test
    void continuationsAreTheSameAloneTogetherAndOnAnyThreads() {
        List<int[]> prompts = List.of(expected("llama", "0.input_ids"), expected("llama", "1.input_ids"), expected("llama", "2.input_ids"));
        Generation request = Generation.greedy(10).with(new Sampling(0.9, 40, 0.95, 0.01, 1.1, 7)).withSamples(3).with(steering());
        try (Model one = TinyModelsTest.open("llama", 1); Model three = TinyModelsTest.open("llama", 3)) {
            List<List<Continuation>> together = three.generate(prompts, request, Generation.Listener.NONE);
            List<List<Continuation>> onOne = one.generate(prompts, request, Generation.Listener.NONE);
            for (int p = 0; p < 3; p++) {
                for (int sample = 0; sample < 3; sample++) {
                    assertThat(onOne.get(p).get(sample).ids()).isEqualTo(together.get(p).get(sample).ids());
                    assertThat(onOne.get(p).get(sample).steering()).isEqualTo(together.get(p).get(sample).steering());
                }
            }
            Continuation alone = one.generate(List.of(prompts.get(0)), request.withSamples(1), Generation.Listener.NONE).getFirst()
                    .getFirst();
            assertThat(alone.ids()).isEqualTo(together.get(0).get(0).ids());
            assertThat(together.get(0).get(1).ids()).isNotEqualTo(alone.ids());
        }
    }

    @Test
    void aSharedBeginningChangesNothing() {
        int[] first = expected("llama", "0.input_ids");
        int[] second = first.clone();
        second[second.length - 3] = (second[second.length - 3] + 1) % 384;
        try (Model model = TinyModelsTest.open("llama", 2)) {
            Generation request = Generation.greedy(8);
            List<List<Continuation>> both = model.generate(List.of(first, second, first), request, Generation.Listener.NONE);
            assertThat(both.get(1).getFirst().ids()).isEqualTo(model.generate(second, request).ids());
            assertThat(both.get(2).getFirst().ids()).isEqualTo(both.get(0).getFirst().ids());
        }
    }

    @Test
    void promptsThatAreSteeredAlikeShareTheirBeginningAndEachCountsIt() {
        int[] first = expected("llama", "0.input_ids");
        List<int[]> prompts = new ArrayList<>();
        for (int p = 0; p < 3; p++) { // a stem of 20 tokens, then ends of their own
            int[] prompt = Arrays.copyOf(first, 22 + p);
            Arrays.fill(prompt, 20, 22 + p, 7 + p);
            prompts.add(prompt);
        }
        List<Steering> ways = List.of(
                steering(), Steering.add(direction(64, 1), 0.3f, Sites.of("resid_post.0-1")).fading(3),
                steering().at(new PositionRule.After(List.of(first[4]))),
                steering().at(new PositionRule.Generated()), steering().where(Site.of(Site.Kind.EMBED),
                        s -> s.matrix().data()[s.offset()] > 0));
        try (Model model = TinyModelsTest.open("llama", 2)) {
            Generation request = Generation.greedy(6);
            for (Steering steering : ways) {
                List<List<Continuation>> together = model.generate(
                        prompts, request, List.of(steering, steering, steering), Generation.Listener.NONE);
                for (int p = 0; p < 3; p++) {
                    Continuation alone = model.generate(prompts.get(p), request.with(steering));
                    assertThat(together.get(p).getFirst().ids()).isEqualTo(alone.ids());
                    assertThat(together.get(p).getFirst().steering()).isEqualTo(alone.steering());
                }
            }
        }
    }

    @Test
    void interventionsDoWhatTheySay() {
        int[] ids = expected("llama", "0.input_ids");
        float[] d = direction(64, 5);
        double length = Math.sqrt(dot(d, d));
        try (Model model = TinyModelsTest.open("llama", 2)) {
            Sites site = Sites.of("resid_post.1");
            Matrix plain = model.trace(ids, site).get("resid_post.1");
            Matrix added = model.trace(ids, site, Steering.add(d, 2, site)).get("resid_post.1");
            Matrix ablated = model.trace(ids, site, Steering.ablate(d, site)).get("resid_post.1");
            Matrix dampened = model.trace(ids, site, Steering.dampen(d, 0.5f, site)).get("resid_post.1");
            Matrix clamped = model.trace(ids, site, Steering.clamp(d, 3, site)).get("resid_post.1");
            BitSet dimensions = new BitSet();
            dimensions.set(3);
            Matrix masked = model.trace(ids, site, Steering.mask(dimensions, site)).get("resid_post.1");
            Matrix replaced = model.trace(ids, site, Steering.replace(Matrix.zeros(2, 64), site)).get("resid_post.1");
            Matrix late = model.trace(ids, site, Steering.zero(site).at(p -> p >= 5)).get("resid_post.1");
            for (int p = 0; p < ids.length; p++) {
                float[] x = plain.row(p);
                assertThat(added.at(p, 9)).isCloseTo(x[9] + 2 * d[9], org.assertj.core.data.Offset.offset(1e-5f));
                double before = dot(x, d) / length;
                assertThat(dot(ablated.row(p), d) / length).isCloseTo(0, org.assertj.core.data.Offset.offset(1e-5));
                assertThat(dot(dampened.row(p), d) / length).isCloseTo(before / 2, org.assertj.core.data.Offset.offset(1e-5));
                assertThat(dot(clamped.row(p), d) / length).isCloseTo(3, org.assertj.core.data.Offset.offset(1e-5));
                assertThat(masked.at(p, 3)).isZero();
                assertThat(masked.at(p, 4)).isEqualTo(x[4]);
                assertThat(replaced.row(p)).isEqualTo(p < 2 ? new float[64] : x);
                assertThat(late.row(p)).isEqualTo(p >= 5 ? new float[64] : x);
            }
            var run = model.traces(List.of(ids), Sites.of("resid_post.0"), Positions.ALL, Steering.clamp(d, 3, Sites.of("resid_post.0-1")));
            SteeringReport report = run.reports().getFirst().getFirst();
            assertThat(report.positions()).isEqualTo(ids.length);
            assertThat(report.projectionAfter()).isCloseTo(3, org.assertj.core.data.Offset.offset(1e-5));
            assertThat(run.reports().getFirst().get(1).positions()).as("above the highest site wanted").isZero();
        }
    }

    private static double dot(float[] x, float[] y) {
        double sum = 0;
        for (int i = 0; i < x.length; i++) {
            sum += (double) x[i] * y[i];
        }
        return sum;
    }

    @Test
    void editedPatternsMixTheValues() {
        int[] ids = expected("llama", "0.input_ids");
        Sites pattern = Sites.of("attn_pattern.1");
        try (Model model = TinyModelsTest.open("llama", 2)) {
            Trace trace = model.trace(
                    ids, Sites.of("attn_pattern.1,head_out.1"), Steering.scalePattern(h -> h == 2, _ -> true, 0, pattern));
            Trace plain = model.trace(ids, Sites.of("head_out.1"));
            for (int p = 0; p < ids.length; p++) {
                assertThat(trace.get("attn_pattern.1").row(2 * ids.length + p)).isEqualTo(new float[ids.length]);
                float[] heads = trace.get("head_out.1").row(p);
                assertThat(Arrays.copyOfRange(heads, 32, 48)).isEqualTo(new float[16]);
                assertThat(Arrays.copyOfRange(heads, 0, 32)).isEqualTo(Arrays.copyOf(plain.get("head_out.1").row(p), 32));
            }
        }
    }

    @Test
    void mistakesAreToldInOneLine() {
        int[] ids = expected("llama", "0.input_ids");
        Sites site = Sites.of("resid_post.1");
        try (Model model = TinyModelsTest.open("llama", 1)) {
            refused(() -> model.trace(ids, site, Steering.add(new float[]{1, 2}, 1, site)), "2 values", "has 64");
            refused(() -> Steering.add(new float[64], 1, site), "zero");
            refused(() -> Steering.add(new float[]{Float.NaN}, 1, site), "NaN");
            refused(() -> Steering.add(direction(64, 1), Float.POSITIVE_INFINITY, site), "strength");
            refused(() -> model.trace(ids, site, Steering.zero(Sites.of("resid_post.7"))), "no layer 7");
            refused(() -> model.trace(ids, site, Steering.zero(Sites.of("attn_pattern.1"))), "softmax weights");
            refused(() -> Generation.greedy(0), "max-tokens 0");
            refused(() -> Generation.greedy(1).withSamples(0), "samples 0");
            refused(() -> Generation.greedy(1).withStops(List.of("")), "stop string");
            refused(() -> new Sampling(-1, 0, 1, 0, 1, 0), "temperature -1");
            refused(() -> new Sampling(1, -1, 1, 0, 1, 0), "top-k -1");
            refused(() -> new Sampling(1, 0, 0, 0, 1, 0), "top-p 0");
            refused(() -> new Sampling(1, 0, 1, 2, 1, 0), "min-p 2");
            refused(() -> new Sampling(Double.NaN, 0, 1, 0, 1, 0), "temperature NaN");
            refused(() -> new Sampling(1, 0, 1, 0, 0, 0), "repeat-penalty 0");
            refused(() -> model.generate(new int[0], Generation.greedy(1)), "empty");
            Continuation overflown = model.generate(ids, Generation.greedy(5).with(Steering.add(direction(64, 1), 3e38f, site)));
            assertThat(overflown.stop()).startsWith("overflow at resid_post.");
            assertThat(model.generate(ids, Generation.greedy(500)).stop()).isIn("context", "end");
        }
    }

    private static void refused(org.assertj.core.api.ThrowableAssert.ThrowingCallable call, String... parts) {
        assertThatThrownBy(call).isInstanceOf(LatentException.class).message().contains(parts).doesNotContain("\n");
    }

    @Test
    void stopStringsAreFoundAcrossPieces() {
        StopStrings stops = new StopStrings(List.of("STOP", "end"));
        assertThat(stops.add("go S")).isEqualTo("go ");
        assertThat(stops.add("TO")).isEmpty();
        assertThat(stops.add("RM e")).isEqualTo("STORM ");
        assertThat(stops.add("nd of it")).isEmpty();
        assertThat(stops.found()).isEqualTo("end");
        assertThat(stops.add("more") + stops.finish()).isEmpty();
        StopStrings never = new StopStrings(List.of("abc"));
        assertThat(never.add("xab") + never.finish()).isEqualTo("xab");
    }
}

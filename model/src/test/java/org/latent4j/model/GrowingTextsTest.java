package org.latent4j.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.latent4j.kernel.Precision;
import org.latent4j.model.site.Positions;
import org.latent4j.model.site.Site;
import org.latent4j.model.site.Sites;

/** Texts that grow: token by token past where frequencies change, turn by turn, in pieces, in 16-bit floats, interrupted. */
class GrowingTextsTest {
    private static final int[] PROMPT = {5, 9, 3, 17, 30, 12};

    /** What transformers 5.23 generates, which runs the text anew when it grows past the 8 positions of the first training. */
    @Test
    void longropeTurnsAnewWhereTransformersDoes() {
        try (Model model = TinyModelsTest.open("phi3-longrope", 2)) {
            Generation request = Generation.greedy(20).withIgnoreEnd(true);
            int[] said = model.generate(PROMPT, request).ids();
            assertThat(said).containsExactly(22, 22, 25, 25, 10, 22, 25, 25, 15, 22, 25, 22, 22, 22, 22, 25, 22, 14, 22, 14);
            // each step gives the bits of all at once, before and after the change
            List<float[]> stepped = new ArrayList<>();
            Steering watch = Steering.with("watch",
                    s -> stepped.add(Arrays.copyOfRange(s.matrix().data(), s.offset(), s.offset() + s.width())), Sites.of("logits"));
            model.generate(PROMPT, request.with(watch));
            for (int step = 0; step < said.length; step++) {
                int[] whole = Arrays.copyOf(PROMPT, PROMPT.length + step);
                System.arraycopy(said, 0, whole, PROMPT.length, step);
                Trace trace = model.traces(List.of(whole), Sites.of("logits"), Positions.LAST).getFirst();
                assertThat(stepped.get(step)).as("step %d", step).isEqualTo(trace.get("logits").row(0));
            }
        }
    }

    /** "dynamic": keys stay as they were turned, as in transformers 5.23, whose logits of the first three tokens these are. */
    @Test
    void dynamicFrequenciesLeaveOlderKeysAsTransformersDoes() {
        float[][] expected = {
            {-0.40439f, -0.01024f, 1.53029f}, {-1.04039f, -0.3256f, -0.53975f}, {0.38962f, -0.22256f, 2.70018f},
            {0.71606f, -1.62098f, 2.0306f}, {0.21747f, -2.09733f, 2.165f}, {-1.55166f, -1.46988f, -0.77828f},
            {-1.33824f, -1.5469f, -1.12934f}, {-1.23032f, -1.44157f, -1.91713f}, {-0.88588f, -1.20055f, -0.39196f},
            {-1.73126f, -1.76611f, -0.72886f}};
        try (Model model = TinyModelsTest.open("llama-dynamic", 1)) {
            AtomicInteger step = new AtomicInteger();
            Steering check = Steering.with("check", s -> {
                int n = step.getAndIncrement();
                for (int id = 0; id < 3; id++) {
                    assertThat(s.get(id)).as("step %d", n).isCloseTo(expected[n][id], within(2e-4f));
                }
            }, Sites.of("logits"));
            int[] said = model.generate(PROMPT, Generation.greedy(10).withIgnoreEnd(true).with(check)).ids();
            assertThat(said).containsExactly(32, 20, 2, 2, 18, 28, 28, 31, 23, 28);
        }
    }

    @Test
    void aSharedBeginningThatIsTurnedOtherwiseIsRunAgain() {
        int[] longer = Arrays.copyOf(PROMPT, 12);
        try (Model model = TinyModelsTest.open("phi3-longrope", 2)) {
            Generation request = Generation.greedy(4).withIgnoreEnd(true);
            List<List<Continuation>> both = model.generate(List.of(longer, PROMPT, longer), request, Generation.Listener.NONE);
            assertThat(both.get(1).getFirst().ids()).isEqualTo(model.generate(PROMPT, request).ids());
            assertThat(both.get(2).getFirst().ids()).isEqualTo(model.generate(longer, request).ids());
        }
    }

    @Test
    void aSessionSaysWhatIsSaidWithoutOneAndKeepsWhatItCan() {
        for (String architecture : List.of("llama", "mistral", "phi3-longrope", "llama-dynamic")) {
            try (Model model = TinyModelsTest.open(architecture, 2)) {
                Session session = model.session();
                int[] text = Arrays.copyOf(PROMPT, 4);
                Generation request = Generation.greedy(3).withIgnoreEnd(true);
                for (int turn = 0; turn < 3; turn++) {
                    Continuation said = session.generate(text, request, Generation.Listener.NONE);
                    assertThat(said.ids()).as("%s, turn %d", architecture, turn).isEqualTo(model.generate(text, request).ids());
                    int[] whole = session.ids().stream().mapToInt(Integer::intValue).toArray();
                    for (String site : architecture.equals("llama-dynamic") ? List.<String>of() : List.of("resid_post.1", "logits")) {
                        assertThat(session.trace(Sites.of(site)).get(site).row(0))
                                .isEqualTo(model.trace(whole, Sites.of(site)).get(site).row(whole.length - 1));
                    }
                    if (turn > 0 && architecture.equals("llama")) {
                        assertThat(session.kept()).isEqualTo(text.length - 2);
                    }
                    text = Arrays.copyOf(whole, whole.length + 1);
                    text[whole.length] = 7 + turn;
                }
                int[] other = PROMPT.clone();
                assertThat(session.generate(other, request, Generation.Listener.NONE).ids())
                        .isEqualTo(model.generate(other, request).ids());
                Generation steered = request.with(Steering.zero(Sites.of("attn_out.1")));
                assertThat(session.generate(other, steered, Generation.Listener.NONE).ids())
                        .isEqualTo(model.generate(other, steered).ids());
                assertThat(session.kept()).as("other interventions").isZero();
            }
        }
    }

    @Test
    void aTextInPiecesHasTheBitsOfOneAllAtOnce() {
        int[] ids = new int[100];
        Arrays.setAll(ids, i -> (i * 37 + 5) % 384);
        Sites sites = Sites.of("embed,attn_pattern.*,head_out.*,attn_out.1,mlp_act.0,resid_post.*,final_norm,logits");
        Steering steering = Steering.zero(Sites.of("head_out.1.2")).then(Steering.zero(Sites.of("attn_out.0")).at(p -> p > 50));
        for (String architecture : List.of("llama", "mistral", "gpt2")) {
            try (Model model = TinyModelsTest.open(architecture, 2)) {
                for (Positions positions : List.of(Positions.ALL, Positions.MEAN, Positions.of(0, 6, 7, 99))) {
                    List<int[]> texts = List.of(Arrays.copyOf(ids, 100), ids);
                    List<Steering> own = List.of(Steering.NONE, steering);
                    Model.SteeredTraces whole = new Tracer(model, sites, positions, 1024).run(texts, own);
                    Model.SteeredTraces pieces = new Tracer(model, sites, positions, 7).run(texts, own);
                    for (Site site : whole.traces().getLast().sites()) {
                        assertThat(pieces.traces().getLast().get(site)).as("%s of %s", site, architecture)
                                .isEqualTo(whole.traces().getLast().get(site));
                    }
                    assertThat(pieces.reports()).isEqualTo(whole.reports());
                }
            }
        }
    }

    @Test
    void textsWithCommonBeginningsHaveTheBitsOfEachAlone() {
        Random random = new Random(7);
        int[] first = random.ints(50, 1, 40).toArray();
        List<int[]> texts = new ArrayList<>(List.of(first, first.clone(), Arrays.copyOf(first, 49), new int[]{first[0]}));
        for (int i = 0; i < 8; i++) { // each goes its own way behind a beginning of one before it
            int[] before = texts.get(random.nextInt(texts.size()));
            int[] ids = Arrays.copyOf(before, Math.min(60, before.length + random.nextInt(20)));
            for (int k = random.nextInt(ids.length); k < ids.length; k++) {
                ids[k] = 1 + random.nextInt(39);
            }
            texts.add(ids);
        }
        Sites sites = Sites.of("embed,attn_pattern.*,head_out.*,mlp_act.0,resid_post.*,final_norm,logits");
        for (String architecture : List.of("llama", "mistral", "gpt2", "phi-old", "bert")) {
            try (Model model = TinyModelsTest.open(architecture, 2)) {
                Sites there = architecture.equals("bert") ? Sites.of("embed,attn_pattern.*,resid_post.*") : sites;
                for (Positions positions : List.of(Positions.ALL, Positions.MEAN, Positions.LAST)) {
                    List<Trace> together = model.traces(texts, there, positions);
                    for (int t = 0; t < texts.size(); t++) {
                        Trace alone = model.traces(List.of(texts.get(t)), there, positions).getFirst();
                        assertThat(together.get(t).sites()).isEqualTo(alone.sites());
                        for (Site site : alone.sites()) {
                            assertThat(together.get(t).get(site)).as("%s of text %d, %s", site, t, architecture).isEqualTo(alone.get(site));
                        }
                    }
                }
            }
        }
    }

    @Test
    void keysAndValuesInSixteenBitsAreNearlyTheSame() {
        try (Model model = TinyModelsTest.open("llama", 2)) {
            int[] prompt = Arrays.copyOf(PROMPT, 40);
            float[][] logits = new float[2][];
            for (int half = 0; half < 2; half++) {
                int which = half;
                Steering watch = Steering.with("watch",
                        s -> logits[which] = Arrays.copyOfRange(s.matrix().data(), s.offset(), s.offset() + s.width()), Sites.of("logits"));
                var request = new Generation(4, Sampling.GREEDY, 1, List.of(), true, watch, half == 1, Precision.F32, () -> false);
                Continuation said = model.generate(prompt, request);
                assertThat(said.ids()).isEqualTo(model.generate(prompt, Generation.greedy(4).withIgnoreEnd(true)).ids());
            }
            double largest = 0;
            double difference = 0;
            for (int i = 0; i < logits[0].length; i++) {
                largest = Math.max(largest, Math.abs(logits[0][i]));
                difference = Math.max(difference, Math.abs(logits[0][i] - logits[1][i]));
            }
            assertThat(difference).isPositive().isLessThan(5e-3 * largest);
            assertThat(model.cache(100, true).bytes()).isEqualTo(model.cache(100, false).bytes()).isZero();
        }
    }

    @Test
    void eachSequenceMayBeSteeredByItself() {
        int[] other = {8, 8, 1, 2};
        Steering zero = Steering.zero(Sites.of("attn_out.1"));
        Steering mask = Steering.zero(Sites.of("head_out.0.2")).at(p -> p > 1);
        List<Steering> own = List.of(zero, Steering.NONE, mask);
        List<int[]> texts = List.of(PROMPT, PROMPT, other);
        Sites sites = Sites.of("resid_post.2");
        try (Model model = TinyModelsTest.open("llama", 2)) {
            Model.SteeredTraces run = model.traces(texts, sites, Positions.ALL, own);
            List<List<Continuation>> said = model.generate(texts, Generation.greedy(5), own, Generation.Listener.NONE);
            for (int s = 0; s < texts.size(); s++) {
                assertThat(run.traces().get(s).get("resid_post.2"))
                        .isEqualTo(model.trace(texts.get(s), sites, own.get(s)).get("resid_post.2"));
                assertThat(said.get(s).getFirst().ids())
                        .isEqualTo(model.generate(texts.get(s), Generation.greedy(5).with(own.get(s))).ids());
            }
            assertThat(run.reports().get(0).getFirst().site()).hasToString("attn_out.1");
            assertThat(run.reports().get(1)).isEmpty();
            assertThat(run.reports().get(2).getFirst().positions()).isEqualTo(2);
        }
    }

    @Test
    void anInterruptionEndsAPromptBetweenTwoBlocks() {
        try (Model model = TinyModelsTest.open("llama", 1)) {
            AtomicInteger asked = new AtomicInteger();
            var request = new Generation(5, Sampling.GREEDY, 2, List.of(), false, Steering.NONE, false, Precision.F32,
                    () -> asked.incrementAndGet() > 2);
            List<List<Continuation>> said = model.generate(List.of(PROMPT, PROMPT), request, Generation.Listener.NONE);
            assertThat(said).hasSize(2);
            for (Continuation one : said.stream().flatMap(List::stream).toList()) {
                assertThat(one.stop()).isEqualTo("interrupted");
                assertThat(one.ids()).isEmpty();
            }
            assertThat(asked.get()).isLessThan(6);
            assertThat(model.generate(PROMPT, Generation.greedy(2)).ids()).as("the model is as good as before").hasSize(2);
        }
    }
}

package org.latent4j.model.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Packing;
import org.latent4j.kernel.Precision;
import org.latent4j.model.Continuation;
import org.latent4j.model.Generation;
import org.latent4j.model.Model;
import org.latent4j.model.Models;
import org.latent4j.model.RoundingError;
import org.latent4j.model.Sampling;
import org.latent4j.model.Session;
import org.latent4j.model.Steering;
import org.latent4j.model.site.Sites;

/** Continuations whose activations are rounded, of a small packed model with random weights. */
class RoundedGenerationTest {
    private static final int WIDTH = 64;
    private static final int VOCABULARY = 120;
    private static final List<int[]> PROMPTS = List.of(new int[]{3, 14, 15}, new int[]{92, 65, 35, 89, 79}, new int[]{3, 14, 2, 7});

    @TempDir
    private Path folder = Path.of("");

    private Path packed(Packing packing) {
        Random random = new Random(1);
        GgufBytes gguf = new GgufBytes()
                .string("general.architecture", "llama")
                .u32("llama.block_count", 2)
                .u32("llama.context_length", 64)
                .u32("llama.embedding_length", WIDTH)
                .u32("llama.feed_forward_length", 96)
                .u32("llama.attention.head_count", 4)
                .u32("llama.attention.head_count_kv", 2)
                .f32("llama.attention.layer_norm_rms_epsilon", 1e-5f);
        weight(gguf, random, packing, "token_embd.weight", VOCABULARY, WIDTH);
        norm(gguf, "output_norm.weight");
        for (int block = 0; block < 2; block++) {
            String name = "blk." + block + ".";
            norm(gguf, name + "attn_norm.weight");
            norm(gguf, name + "ffn_norm.weight");
            weight(gguf, random, packing, name + "attn_q.weight", WIDTH, WIDTH);
            weight(gguf, random, packing, name + "attn_k.weight", WIDTH / 2, WIDTH);
            weight(gguf, random, packing, name + "attn_v.weight", WIDTH / 2, WIDTH);
            weight(gguf, random, packing, name + "attn_output.weight", WIDTH, WIDTH);
            weight(gguf, random, packing, name + "ffn_gate.weight", 96, WIDTH);
            weight(gguf, random, packing, name + "ffn_up.weight", 96, WIDTH);
            weight(gguf, random, packing, name + "ffn_down.weight", WIDTH, 96);
        }
        return gguf.writeTo(folder.resolve(packing + ".gguf"));
    }

    private static void norm(GgufBytes gguf, String name) {
        float[] ones = new float[WIDTH];
        Arrays.fill(ones, 1);
        gguf.f32Tensor(name, ones, WIDTH);
    }

    /** Random bytes as Q8_0 with a scale of 1/512, or random bits of 16-bit floats below 1/8. */
    private static void weight(GgufBytes gguf, Random random, Packing packing, String name, int rows, int columns) {
        byte[] bytes = new byte[Math.toIntExact(rows * packing.bytes(columns))];
        random.nextBytes(bytes);
        for (int at = 0; at < bytes.length; at += packing.blockBytes()) {
            short half = packing == Packing.Q8_0 ? Float.floatToFloat16(1f / 512) : Float.floatToFloat16(random.nextFloat() / 4 - 0.125f);
            bytes[at] = (byte) half;
            bytes[at + 1] = (byte) (half >> 8);
        }
        gguf.tensor(name, GgufBytes.typeOf(packing), bytes, rows, columns);
    }

    private static Model open(Path file, int threads) {
        return Models.open(file.toString(), Models.Options.standard().withOffline(true).withThreads(threads));
    }

    private static Generation request() {
        return Generation.greedy(8).with(Precision.INT8);
    }

    @Test
    void continuationsAreTheSameAloneTogetherAndOnAnyThreads() {
        Path file = packed(Packing.Q8_0);
        Generation request = request().with(new Sampling(0.9, 40, 0.95, 0.01, 1.1, 7)).withSamples(3);
        List<List<Continuation>> together;
        try (Model model = open(file, 2)) {
            together = model.generate(PROMPTS, request, Generation.Listener.NONE);
        }
        try (Model model = open(file, 1)) {
            for (int p = 0; p < PROMPTS.size(); p++) {
                List<Continuation> alone = model.generate(
                        List.of(PROMPTS.get(p)), request, List.of(Steering.NONE), new int[]{p}, Generation.Listener.NONE).getFirst();
                for (int s = 0; s < 3; s++) {
                    assertThat(alone.get(s).ids()).isEqualTo(together.get(p).get(s).ids());
                }
            }
        }
    }

    /** What steps see differs from what the same tokens as a prompt show, and by little. */
    @Test
    void tokensBehindThePromptAreRoundedAndNoOthers() {
        try (Model model = open(packed(Packing.Q8_0), 2)) {
            int[] prompt = PROMPTS.get(1);
            java.util.ArrayList<float[]> seen = new java.util.ArrayList<>();
            Steering watch = Steering.with("watch",
                    s -> seen.add(Arrays.copyOfRange(s.matrix().data(), s.offset(), s.offset() + s.width())),
                    Sites.of("resid_post.1"));
            int[] said = model.generate(prompt, request().with(watch)).ids();
            int[] whole = Arrays.copyOf(prompt, prompt.length + said.length - 1);
            System.arraycopy(said, 0, whole, prompt.length, said.length - 1);
            var exact = model.trace(whole, Sites.of("resid_post.1")).get("resid_post.1");
            for (int p = 0; p < whole.length; p++) {
                float[] ours = seen.get(p);
                if (p < prompt.length) {
                    assertThat(ours).isEqualTo(exact.row(p));
                } else {
                    assertThat(ours).isNotEqualTo(exact.row(p));
                    assertThat(distance(ours, exact.row(p))).isLessThan(0.03);
                }
            }
        }
    }

    private static double distance(float[] a, float[] b) {
        double apart = 0;
        double norm = 0;
        for (int i = 0; i < a.length; i++) {
            apart += (a[i] - b[i]) * (double) (a[i] - b[i]);
            norm += b[i] * (double) b[i];
        }
        return Math.sqrt(apart / norm);
    }

    @Test
    void theErrorIsTold() {
        try (Model model = open(packed(Packing.Q8_0), 2)) {
            RoundingError error = model.roundingError(new int[]{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12});
            assertThat(error.positions()).isEqualTo(8);
            assertThat(error.meanDivergence()).isGreaterThan(0).isLessThanOrEqualTo(error.largestDivergence());
            assertThat(error.largestDivergence()).isLessThan(0.01);
            assertThat(error.sameChoice()).isBetween(5, 8);
            assertThat(model.roundingError(new int[]{5}).positions()).isEqualTo(1);
        }
    }

    @Test
    void aConversationIsNotContinuedInAnotherPrecision() {
        try (Model model = open(packed(Packing.Q8_0), 2)) {
            Session session = model.session();
            int[] first = session.generate(PROMPTS.getFirst(), request(), Generation.Listener.NONE).ids();
            int[] next = Arrays.copyOf(PROMPTS.getFirst(), 3 + first.length + 1);
            System.arraycopy(first, 0, next, 3, first.length);
            session.generate(next, request(), Generation.Listener.NONE);
            assertThat(session.kept()).isGreaterThan(3);
            session.generate(next, Generation.greedy(4), Generation.Listener.NONE);
            assertThat(session.kept()).isZero();
        }
    }

    @Test
    void aModelWithNothingToRoundForRefuses() {
        try (Model model = open(packed(Packing.F16), 1)) {
            assertThatThrownBy(() -> model.generate(PROMPTS.getFirst(), request()))
                    .isInstanceOf(LatentException.class)
                    .hasMessageContaining("precision int8 would change nothing: the weights of model")
                    .hasMessageContaining("F16")
                    .hasMessageContaining("Q4_0");
        }
    }
}

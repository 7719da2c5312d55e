package org.latent4j.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.latent4j.files.Safetensors;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Matrix;
import org.latent4j.model.site.Positions;
import org.latent4j.model.site.Site;
import org.latent4j.model.site.Sites;

/** Four tiny models of random weights against what transformers computes of them, and against themselves. */
class TinyModelsTest {
    private static final String EVERY_SITE = "embed,resid_pre.*,attn_pattern.*,head_out.*,attn_out.*,resid_mid.*,mlp_act.*,mlp_out.*,resid_post.*,final_norm,logits";

    static Path folder(String architecture) {
        try {
            return Path.of(Objects.requireNonNull(TinyModelsTest.class.getResource("/tiny/" + architecture)).toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    static Model open(String architecture, int threads) {
        return Models.open(folder(architecture).toString(), Models.Options.standard().withThreads(threads).withOffline(true));
    }

    private static int[] text(String architecture, int number) {
        try (Safetensors expected = Safetensors.open(folder(architecture).resolve("expected.safetensors"))) {
            return expected.tensor(number + ".input_ids").orElseThrow().integers();
        }
    }

    private static double relativeError(float[] actual, float[] expected) {
        assertThat(actual).hasSameSizeAs(expected);
        double difference = 0;
        double size = 0;
        for (int i = 0; i < expected.length; i++) {
            difference = Math.max(difference, Math.abs((double) actual[i] - expected[i]));
            size = Math.max(size, Math.abs(expected[i]));
        }
        return difference / size;
    }

    @ParameterizedTest
    @ValueSource(strings = {"llama", "llama3-rope-scaling", "mistral", "gpt2"})
    void everySiteMatchesTransformers(String architecture) {
        int compared = 0;
        try (Model model = open(architecture, 2);
                Safetensors states = Safetensors.open(folder(architecture).resolve("expected.safetensors"));
                Safetensors others = Safetensors.open(folder(architecture).resolve("sites.safetensors"))) {
            for (Safetensors expected : List.of(states, others)) {
                for (int number = 0; number < 3; number++) {
                    Trace trace = model.trace(text(architecture, number), Sites.of(EVERY_SITE));
                    for (String name : expected.tensors().keySet()) {
                        String site = name.substring(2);
                        if (name.startsWith(number + ".") && !site.equals("input_ids") && !site.equals("greedy")) {
                            double error = relativeError(trace.get(site).data(), expected.tensor(name).orElseThrow().floats());
                            assertThat(error).as("%s %s", architecture, name).isLessThan(1e-4);
                            compared++;
                        }
                    }
                }
            }
        }
        assertThat(compared).isGreaterThanOrEqualTo(3 * 6 + 18);
    }

    @ParameterizedTest
    @ValueSource(strings = {"llama", "mistral", "gpt2"})
    void aTextsStatesAreTheSameBitsAloneAndInAnyBatchOnAnyThreadsWithAnySites(String architecture) {
        List<int[]> texts = List.of(text(architecture, 0), text(architecture, 1), text(architecture, 2));
        List<int[]> shuffled = List.of(texts.get(2), texts.get(0), texts.get(2), texts.get(1));
        int[] placeInShuffled = {1, 3, 0};
        try (Model reference = open(architecture, 1)) {
            for (int threads : new int[]{1, 2, 3, 7}) {
                try (Model model = open(architecture, threads)) {
                    List<Trace> packed = model.traces(shuffled, Sites.of(EVERY_SITE), Positions.ALL);
                    for (int number = 0; number < 3; number++) {
                        Trace alone = reference.trace(texts.get(number), Sites.of("resid_post.1,logits"));
                        Trace together = packed.get(placeInShuffled[number]);
                        for (Site site : alone.sites()) {
                            assertThat(together.get(site)).as("%s on %d threads", site, threads).isEqualTo(alone.get(site));
                        }
                    }
                }
            }
        }
    }

    @Test
    void theStreamIsTheSumOfWhatIsAddedToIt() {
        try (Model model = open("llama", 2)) {
            Trace trace = model.trace(text("llama", 0), Sites.of(EVERY_SITE));
            for (int layer = 0; layer < model.config().layers(); layer++) {
                float[] sum = trace.get("resid_pre." + layer).data().clone();
                for (int i = 0; i < sum.length; i++) {
                    sum[i] = sum[i] + trace.get("attn_out." + layer).data()[i] + trace.get("mlp_out." + layer).data()[i];
                }
                assertThat(relativeError(sum, trace.get("resid_post." + layer).data())).isLessThan(1e-6);
            }
        }
    }

    @Test
    void positionsKeepTheRowsTheyName() {
        try (Model model = open("gpt2", 2)) {
            int[] ids = text("gpt2", 0);
            Sites sites = Sites.of("resid_post.2,attn_pattern.1,head_out.0.3,logits");
            Trace all = model.traces(List.of(ids), sites, Positions.ALL).getFirst();
            Trace some = model.traces(List.of(ids), sites, Positions.parse("0,5-6,last")).getFirst();
            Trace mean = model.traces(List.of(ids), sites, Positions.MEAN).getFirst();
            assertThat(some.positions()).containsExactly(0, 5, 6, 22);
            assertThat(some.get("resid_post.2").row(3)).isEqualTo(all.get("resid_post.2").row(22));
            assertThat(some.get("logits").row(1)).isEqualTo(all.get("logits").row(5));
            assertThat(some.get("attn_pattern.1").row(4 + 2)).isEqualTo(all.get("attn_pattern.1").row(23 + 6));
            assertThat(some.shape(new Site(Site.Kind.ATTN_PATTERN, 1, -1))).containsExactly(4, 4, 23);
            assertThat(some.shape(new Site(Site.Kind.HEAD_OUT, 0, 3))).containsExactly(4, 16);
            assertThat(mean.shape(new Site(Site.Kind.RESID_POST, 2, -1))).containsExactly(1, 64);
            assertThat(mean.shape(new Site(Site.Kind.ATTN_PATTERN, 1, -1))).containsExactly(4, 1, 23);
            double sum = 0;
            for (int p = 0; p < 23; p++) {
                sum += all.get("resid_post.2").at(p, 7);
            }
            assertThat((double) mean.get("resid_post.2").at(0, 7)).isCloseTo(sum / 23, org.assertj.core.data.Offset.offset(1e-6));
        }
    }

    @Test
    void aHeadIsItsPartOfAllHeads() {
        try (Model model = open("llama", 1)) {
            Trace trace = model.trace(text("llama", 0), Sites.of("head_out.1,head_out.1.2"));
            Matrix all = trace.get("head_out.1");
            Matrix one = trace.get("head_out.1.2");
            for (int p = 0; p < one.rows(); p++) {
                for (int d = 0; d < 16; d++) {
                    assertThat(one.at(p, d)).isEqualTo(all.at(p, 2 * 16 + d));
                }
            }
        }
    }

    @Test
    void badRequestsAreAnsweredInOneLine() {
        try (Model model = open("llama", 1)) {
            refused(model, new int[0], "resid_post.0", "empty");
            refused(model, new int[]{384}, "resid_post.0", "384 is out of range", "0 to 383");
            refused(model, new int[]{-1}, "resid_post.0", "-1 is out of range");
            refused(model, new int[129], "resid_post.0", "129 tokens", "128", "--truncate");
            refused(model, new int[]{1}, "resid_post.3", "no layer 3", "0 to 2");
            refused(model, new int[]{1}, "head_out.0.4", "no head 4", "0 to 3");
            refused(model, new int[]{1}, "residpost.0", "residpost.0", "resid_post");
            refused(model, new int[]{1}, "resid_post", "which layer");
            refused(model, new int[]{1}, "", "there is no site ''");
            refused(model, new int[]{1}, "logits.3", "no part '3'");
            refused(model, new int[]{1}, "resid_post.2-1", "2-1");
            assertThatThrownBy(() -> model.traces(List.of(new int[]{1, 2}), Sites.of("embed"), Positions.of(2)))
                    .isInstanceOf(LatentException.class)
                    .hasMessageContaining("position 2 is outside the text, which has 2 tokens: 0 to 1");
        }
    }

    private static void refused(Model model, int[] ids, String sites, String... parts) {
        assertThatThrownBy(() -> model.trace(ids, Sites.of(sites)))
                .isInstanceOf(LatentException.class)
                .hasMessageContainingAll(parts)
                .hasMessageNotContaining("\n");
    }

    @Test
    void aClosedModelIsRefusedNotCrashed() {
        Model model = open("llama", 2);
        model.close();
        model.close();
        assertThatThrownBy(() -> model.trace(new int[]{1, 2, 3}, Sites.of("resid_post.0"))).isInstanceOf(IllegalStateException.class);
    }
}

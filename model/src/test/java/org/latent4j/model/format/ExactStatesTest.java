package org.latent4j.model.format;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.latent4j.model.Model;
import org.latent4j.model.Models;
import org.latent4j.model.Trace;
import org.latent4j.model.format.TinyModels.Weight;
import org.latent4j.model.site.Positions;
import org.latent4j.model.site.Site;
import org.latent4j.model.site.Sites;

/**
 * A text's states and logits are the same bits whatever is computed beside them: random texts in models of random weights. There is no
 * padding: texts of different lengths lie end to end, so there is no side on which it could be.
 */
class ExactStatesTest {
    private static final int[] THREADS = {1, 2, 3, 7};
    private static final String EVERYTHING = "embed,resid_pre.*,attn_pattern.*,head_out.*,attn_out.*,mlp_act.*,mlp_out.*,resid_post.*";

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path temp;

    @ParameterizedTest
    @ValueSource(strings = {"llama-dynamic", "gemma3-seeing", "phi3-longrope", "gpt_neox-serial", "olmo2", "smollm3", "bert", "modernbert"})
    void statesAreTheSameBitsAloneInABatchInAnotherOrderOnAnyThreadsWithAndWithoutMoreSites(String name) throws IOException {
        for (int seed = 0; seed < 2; seed++) {
            Random random = new Random(seed);
            Path folder = random(name, random, seed);
            try (Model alone = open(folder, 1)) {
                List<int[]> texts = texts(alone, random);
                List<Trace> expected = texts.stream().map(text -> alone.trace(text, sites(alone, false))).toList();
                for (int threads : THREADS) {
                    try (Model model = open(folder, threads)) {
                        same(model, texts, expected, random, "%s, seed %d, %d threads".formatted(name, seed, threads));
                    }
                }
            }
        }
    }

    /** Once in the order given, once in another, with all sites captured in one of them. */
    private static void same(Model model, List<int[]> texts, List<Trace> expected, Random random, String what) {
        List<Integer> order = new ArrayList<>();
        for (int i = 0; i < texts.size(); i++) {
            order.add(i);
        }
        for (boolean more : new boolean[]{false, true}) {
            List<Trace> together = model.traces(order.stream().map(texts::get).toList(), sites(model, more), Positions.ALL);
            for (int i = 0; i < order.size(); i++) {
                Trace one = expected.get(order.get(i));
                for (Site site : one.sites()) {
                    assertThat(together.get(i).get(site)).as("%s, text %d, %s", what, order.get(i), site).isEqualTo(one.get(site));
                }
            }
            Collections.shuffle(order, random);
        }
    }

    @Test
    void aShortTextBesideALongOneIsWhatItIsAlone() throws IOException {
        Path folder = random("llama-dynamic", new Random(9), 9);
        try (Model model = open(folder, 3)) {
            int[] shorter = {5, 3, 8};
            int[] longer = texts(model, new Random(1)).getLast();
            Trace alone = model.trace(shorter, Sites.of("logits"));
            assertThat(model.traces(List.of(shorter, longer), Sites.of("logits"), Positions.ALL).getFirst().get("logits"))
                    .as("where others pad on the right").isEqualTo(alone.get("logits"));
            assertThat(model.traces(List.of(longer, shorter), Sites.of("logits"), Positions.ALL).getLast().get("logits"))
                    .as("where others pad on the left").isEqualTo(alone.get("logits"));
        }
    }

    @Test
    void aBatchOfOneTextManyTimesIsThatTextManyTimes() throws IOException {
        Path folder = random("gemma3-seeing", new Random(4), 4);
        try (Model model = open(folder, 2)) {
            int[] text = {1, 2, 3, 4, 5, 6, 7};
            Trace single = model.trace(text, Sites.of("logits"));
            for (Trace one : model.traces(Collections.nCopies(17, text), Sites.of("logits"), Positions.ALL)) {
                assertThat(one.get("logits")).isEqualTo(single.get("logits"));
            }
        }
    }

    @Test
    void aTextsBeginningIsWhatItIsWithoutTheRest() throws IOException {
        Path folder = random("olmo2", new Random(5), 5);
        try (Model model = open(folder, 3)) {
            int[] text = {9, 8, 7, 6, 5, 4, 3, 2, 1};
            Trace whole = model.trace(text, Sites.of("resid_post.0,logits"));
            for (int length = 1; length < text.length; length++) {
                Trace begun = model.trace(java.util.Arrays.copyOf(text, length), Sites.of("resid_post.0,logits"));
                assertThat(begun.get("logits").row(length - 1)).isEqualTo(whole.get("logits").row(length - 1));
            }
        }
    }

    private static Sites sites(Model model, boolean all) {
        String last = "resid_post." + (model.config().layers() - 1) + (model.hasHead() ? ",logits" : "");
        return Sites.of(all ? EVERYTHING + "," + last : last);
    }

    private static List<int[]> texts(Model model, Random random) {
        List<int[]> texts = new ArrayList<>();
        for (int length : new int[]{1, 3, 1 + random.nextInt(model.config().context()), model.config().context()}) {
            texts.add(random.ints(length, 0, model.config().vocabulary()).toArray());
        }
        return texts;
    }

    private static Model open(Path folder, int threads) {
        return Models.open(folder.toString(), Models.Options.standard().withThreads(threads).withOffline(true));
    }

    /** The model with other weights: random ones of about the size that trained weights have. */
    private Path random(String name, Random random, int seed) throws IOException {
        Path folder = Files.createDirectories(temp.resolve(name + seed));
        Files.copy(TinyModels.folder(name).resolve("config.json"), folder.resolve("config.json"));
        Map<String, Weight> weights = new TreeMap<>();
        TinyModels.weights(name).forEach((tensor, weight) -> {
            float[] values = new float[weight.values().length];
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) (random.nextGaussian() * 0.3);
            }
            weights.put(tensor, new Weight(values, weight.shape()));
        });
        TinyModels.write(folder.resolve("model.safetensors"), weights);
        return folder;
    }
}

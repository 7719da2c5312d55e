package org.latent4j.workbench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.latent4j.kernel.Activation;
import org.latent4j.model.site.Positions;
import org.latent4j.model.site.Sites;
import org.latent4j.model.transformer.ModelConfig;
import org.latent4j.model.transformer.ModelConfig.Attention;
import org.latent4j.model.transformer.ModelConfig.Embedding;
import org.latent4j.model.transformer.ModelConfig.Head;
import org.latent4j.model.transformer.ModelConfig.LayerKind;
import org.latent4j.model.transformer.ModelConfig.Mlp;
import org.latent4j.model.transformer.ModelConfig.Norm;
import org.latent4j.workbench.ShardPlan.Shard;

class ShardPlanTest {
    private static final ModelConfig CONFIG = new ModelConfig(
            "gpt2", 64, 4, 2, 16, 112, 384, 128, new Norm(Norm.Kind.LAYER, 1e-5f), new Embedding(1, OptionalInt.of(0)),
            new Attention(0.25f, Optional.empty(), true), new Mlp(false, Activation.GELU), false, 1,
            Collections.nCopies(3, new LayerKind(Optional.empty(), Optional.empty())), new Head(1, Optional.empty()));

    @Test
    void shapesAreThoseOfTheSites() {
        CaptureLayout layout = layout(Positions.ALL, "embed", "attn_pattern.1", "head_out.0", "head_out.0.2", "mlp_act.2", "logits");
        assertThat(layout.tensors(7, 5)).extracting(CaptureLayout.Tensor::name).containsExactly(
                "7.input_ids", "7.embed", "7.head_out.0", "7.head_out.0.2", "7.attn_pattern.1", "7.mlp_act.2", "7.logits");
        assertThat(layout.tensors(7, 5)).extracting(CaptureLayout.Tensor::shape).containsExactly(
                new long[]{5}, new long[]{5, 64}, new long[]{5, 64}, new long[]{5, 16}, new long[]{4, 5, 5}, new long[]{5, 112},
                new long[]{5, 384});
        assertThat(layout(Positions.MEAN, "attn_pattern.1").tensors(0, 5).get(1).shape()).containsExactly(4, 1, 5);
        assertThat(layout(Positions.LAST, "embed").tensors(0, 5).get(1).shape()).containsExactly(1, 64);
    }

    @Property(tries = 300)
    void everyTextIsInOneShardAndShardsAreNotLargerThanAskedFor(
            @ForAll @Size(min = 1, max = 50) List<@IntRange(max = 20) Integer> tokens,
            @ForAll @LongRange(min = 1, max = 20_000) long size) {
        int[] lengths = tokens.stream().mapToInt(Integer::intValue).toArray();
        CaptureLayout layout = layout(Positions.ALL, "embed");
        ShardPlan plan = ShardPlan.of(layout, lengths, KeptTexts.NONE, size);
        int next = 0;
        long bytes = 0;
        for (Shard shard : plan.shards()) {
            assertThat(shard.from()).isEqualTo(next);
            long sum = 0;
            int texts = 0;
            for (int text = shard.from(); text < shard.to(); text++) {
                sum += lengths[text] == 0 ? 0 : layout.bytes(lengths[text]);
                texts += lengths[text] == 0 ? 0 : 1;
                assertThat(plan.shards().get(plan.shardOf(text))).isEqualTo(shard);
            }
            assertThat(shard.dataBytes()).isEqualTo(sum);
            assertThat(sum <= size || texts == 1).isTrue();
            next = shard.to();
            bytes += sum;
        }
        assertThat(next).isEqualTo(lengths.length);
        assertThat(plan.dataBytes()).isEqualTo(bytes);
    }

    @Test
    void headersStaySmallerThanReadersAllow() {
        int[] lengths = new int[400_000];
        java.util.Arrays.fill(lengths, 1);
        CaptureLayout layout = layout(Positions.LAST, "resid_post.*");
        ShardPlan plan = ShardPlan.of(layout, lengths, KeptTexts.NONE, Long.MAX_VALUE);
        assertThat(plan.shards()).hasSizeGreaterThan(1);
        Shard last = plan.shards().get(plan.shards().size() - 2);
        assertThat(ShardFile.header(last, layout, surveyed(lengths, KeptTexts.NONE), Map.of()).length).isBetween(10_000_000, 40_000_000);
    }

    @Test
    void textsInHeadersCount() {
        String text = "said \"so\"\n \u0001 \\ \u65e5\u672c".repeat(20);
        int[] lengths = new int[60_000];
        java.util.Arrays.fill(lengths, 1);
        KeptTexts kept = new KeptTexts(Collections.nCopies(lengths.length, text), new TreeMap<>(Map.of(7, "\n", 8, text)), false);
        CaptureLayout layout = layout(Positions.LAST, "resid_post.1");
        ShardPlan plan = ShardPlan.of(layout, lengths, kept, Long.MAX_VALUE);
        assertThat(plan.shards()).hasSizeGreaterThan(1);
        for (Shard shard : plan.shards()) {
            assertThat(ShardFile.header(shard, layout, surveyed(lengths, kept), Map.of()).length).isLessThan(33_000_000);
        }
    }

    private static Survey surveyed(int[] lengths, KeptTexts kept) {
        return new Survey(lengths, List.of(), "", 0, kept, "");
    }

    private static CaptureLayout layout(Positions positions, String... sites) {
        return new CaptureLayout(CONFIG, Sites.of(sites).resolve(Sites.Extent.of(3, 4)), positions);
    }
}

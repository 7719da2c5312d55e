package org.latent4j.model;

import org.latent4j.model.transformer.ModelConfig;
import org.latent4j.model.transformer.TransformerWeights;

/** What a model is from some block on. */
final class UpperBlocks {
    private UpperBlocks() {}

    static ModelConfig of(ModelConfig c, int first) {
        return new ModelConfig(c.architecture(), c.width(), c.heads(), c.keyValueHeads(), c.headWidth(), c.intermediate(), c.vocabulary(),
                c.context(), c.norm(), c.embedding(), c.attention(), c.mlp(), c.parallel(), c.residualScale(),
                c.layerKinds().subList(first, c.layers()), c.head());
    }

    static TransformerWeights of(TransformerWeights w, int first) {
        return new TransformerWeights(w.tokens(), w.positions(), w.segments(), w.positionBias(), w.embeddingNorm(),
                w.blocks().subList(first, w.blocks().size()), w.finalNorm(), w.head());
    }
}

package org.latent4j.model.tokenizer;

import java.util.Arrays;
import java.util.List;

/** The names of the pre-tokenizers, for the table of what is supported. */
public final class PreTokenizerNames {
    private PreTokenizerNames() {}

    /** As {@code tokenizer.ggml.pre} has them, each group one way of cutting. */
    public static List<List<String>> all() {
        return Arrays.stream(PreTokenizer.values()).map(PreTokenizer::names).toList();
    }
}

package org.latent4j.model.format;

import java.nio.file.Path;

/** Where a model's tokenizer is defined. */
public sealed interface TokenizerFiles {
    /** In files beside the weights: {@code tokenizer.json}, {@code tokenizer_config.json}. */
    record Folder(Path folder) implements TokenizerFiles {}

    /** In the metadata of the model's GGUF, under {@code tokenizer.}. It belongs to the checkpoint, which closes it. */
    record Embedded(Gguf gguf) implements TokenizerFiles {}
}

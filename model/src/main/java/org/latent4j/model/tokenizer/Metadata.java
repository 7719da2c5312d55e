package org.latent4j.model.tokenizer;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** The part of a GGUF's metadata that describes its tokenizer. */
interface Metadata {
    Optional<String> string(String key);

    OptionalLong integer(String key);

    Optional<Boolean> bool(String key);

    Optional<List<String>> strings(String key);

    Optional<int[]> integers(String key);

    Optional<float[]> floats(String key);
}

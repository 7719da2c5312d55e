package org.latent4j.model.tokenizer;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.latent4j.model.format.Gguf;

/** The metadata of an opened GGUF. */
record GgufMetadata(Gguf gguf) implements Metadata {
    @Override
    public Optional<String> string(String key) {
        return gguf.string(key);
    }

    @Override
    public OptionalLong integer(String key) {
        return gguf.integer(key);
    }

    @Override
    public Optional<Boolean> bool(String key) {
        return gguf.bool(key);
    }

    @Override
    public Optional<List<String>> strings(String key) {
        return gguf.strings(key);
    }

    @Override
    public Optional<int[]> integers(String key) {
        return gguf.integers(key);
    }

    @Override
    public Optional<float[]> floats(String key) {
        return gguf.floats(key);
    }

    /** The file, for errors. */
    String name() {
        return gguf.files().getFirst().toString();
    }
}

package org.latent4j.model.tokenizer;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.zip.GZIPInputStream;

/** Metadata that a test says. */
record TestMetadata(Map<String, Object> entries) implements Metadata {
    private static final int SMOLLM2_BASE = 252;
    private static final int SMOLLM2_SPECIAL = 17;

    /** That of SmolLM2-135M-Instruct: 252 special tokens and letters, then what each of the 48,900 merges makes. */
    static TestMetadata smollm2() {
        List<String> lines = gzippedLines("smollm2-vocabulary.txt.gz");
        List<String> merges = lines.subList(SMOLLM2_BASE, lines.size());
        List<String> tokens = new ArrayList<>(lines.subList(0, SMOLLM2_BASE));
        merges.forEach(merge -> tokens.add(merge.replace(" ", "")));
        int[] types = new int[tokens.size()];
        for (int id = 0; id < types.length; id++) {
            types[id] = id < SMOLLM2_SPECIAL ? 3 : 1;
        }
        return new TestMetadata(Map.of("tokenizer.ggml.model", "gpt2", "tokenizer.ggml.pre", "smollm",
                "tokenizer.ggml.tokens", tokens, "tokenizer.ggml.merges", merges, "tokenizer.ggml.token_type", types,
                "tokenizer.ggml.bos_token_id", 1L, "tokenizer.ggml.eos_token_id", 2L,
                "tokenizer.ggml.add_bos_token", false, "tokenizer.chat_template", text("smollm2-chat-template.jinja")));
    }

    /** The same with one entry changed. */
    TestMetadata with(String key, Object value) {
        Map<String, Object> changed = new HashMap<>(entries);
        changed.put(key, value);
        return new TestMetadata(changed);
    }

    TestMetadata without(String key) {
        Map<String, Object> changed = new HashMap<>(entries);
        changed.remove(key);
        return new TestMetadata(changed);
    }

    static String text(String resource) {
        try (InputStream in = resource(resource)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static InputStream resource(String name) {
        return Objects.requireNonNull(TestMetadata.class.getResourceAsStream(name), name);
    }

    private static List<String> gzippedLines(String name) {
        try (BufferedReader in = new BufferedReader(new InputStreamReader(
                new GZIPInputStream(resource(name)), StandardCharsets.UTF_8))) {
            return in.readAllLines();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public Optional<String> string(String key) {
        return Optional.ofNullable((String) entries.get(key));
    }

    @Override
    public OptionalLong integer(String key) {
        Object value = entries.get(key);
        return value == null ? OptionalLong.empty() : OptionalLong.of((Long) value);
    }

    @Override
    public Optional<Boolean> bool(String key) {
        return Optional.ofNullable((Boolean) entries.get(key));
    }

    @Override
    @SuppressWarnings("unchecked")
    public Optional<List<String>> strings(String key) {
        return Optional.ofNullable((List<String>) entries.get(key));
    }

    @Override
    public Optional<int[]> integers(String key) {
        return Optional.ofNullable((int[]) entries.get(key));
    }

    @Override
    public Optional<float[]> floats(String key) {
        return Optional.ofNullable((float[]) entries.get(key));
    }
}

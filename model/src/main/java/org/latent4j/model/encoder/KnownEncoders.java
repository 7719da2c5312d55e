package org.latent4j.model.encoder;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Encoders that are known by a short name, and what their model cards say about prompts where their files don't.
 *
 * @param name the last part of the hub's name, in lower case
 * @param hub what is opened
 * @param prompts by name
 * @param standard the prompt of texts where none is asked for
 */
record KnownEncoders(String name, String hub, Map<String, String> prompts, Optional<String> standard) {
    private static final Map<String, String> E5 = Map.of("query", "query: ", "passage", "passage: ");
    private static final Map<String, String> BGE = Map.of("query", "Represent this sentence for searching relevant passages: ");
    private static final Map<String, String> NOMIC = Map.of(
            "query", "search_query: ", "document", "search_document: ", "clustering", "clustering: ", "classification", "classification: ");

    private static final List<KnownEncoders> ALL = List.of(
            e5("e5-small-v2"),
            e5("e5-base-v2"),
            e5("e5-large-v2"),
            e5("multilingual-e5-small"),
            e5("multilingual-e5-base"),
            e5("multilingual-e5-large"),
            known("bge-small-en-v1.5", "BAAI/", BGE),
            known("bge-base-en-v1.5", "BAAI/", BGE),
            known("bge-large-en-v1.5", "BAAI/", BGE),
            known("gte-small", "thenlper/", Map.of()),
            known("gte-base", "thenlper/", Map.of()),
            known("gte-large", "thenlper/", Map.of()),
            known("gte-modernbert-base", "Alibaba-NLP/", Map.of()),
            known("all-mpnet-base-v2", "sentence-transformers/", Map.of()),
            known("multi-qa-mpnet-base-cos-v1", "sentence-transformers/", Map.of()),
            known("all-minilm-l6-v2", "sentence-transformers/all-MiniLM-L6-v2", Map.of()),
            known("all-minilm-l12-v2", "sentence-transformers/all-MiniLM-L12-v2", Map.of()),
            known("potion-base-2m", "minishlab/potion-base-2M", Map.of()),
            known("potion-base-8m", "minishlab/potion-base-8M", Map.of()),
            known("potion-base-32m", "minishlab/potion-base-32M", Map.of()),
            known("potion-retrieval-32m", "minishlab/potion-retrieval-32M", Map.of()),
            known("potion-multilingual-128m", "minishlab/potion-multilingual-128M", Map.of()),
            known("qwen3-embedding-0.6b", "Qwen/Qwen3-Embedding-0.6B", Map.of()),
            new KnownEncoders("nomic-embed-text-v1.5", "nomic-ai/nomic-embed-text-v1.5-GGUF:Q8_0", NOMIC, Optional.of("document")));

    private static final Map<String, String> SHORT = Map.of(
            "e5", "e5-small-v2", "bge", "bge-small-en-v1.5", "gte", "gte-small", "mpnet", "all-mpnet-base-v2");

    private static KnownEncoders e5(String name) {
        return new KnownEncoders(name, "intfloat/" + name, E5, Optional.of("passage"));
    }

    private static KnownEncoders known(String name, String hub, Map<String, String> prompts) {
        return new KnownEncoders(name, hub.endsWith("/") ? hub + name : hub, prompts, Optional.empty());
    }

    /** What a short name stands for; the name itself where it isn't one. */
    static String opened(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        String full = SHORT.getOrDefault(lower, lower);
        return ALL.stream().filter(known -> known.name.equals(full)).findFirst().map(KnownEncoders::hub).orElse(name);
    }

    /** The encoder of a name: short, the hub's, or that of a folder or file. */
    static Optional<KnownEncoders> of(String name) {
        String last = name.replaceAll("[/\\\\]+$", "").replaceAll(".*[/\\\\]", "").toLowerCase(Locale.ROOT);
        String plain = last.replaceAll("([.-]q\\d.*|[.-](f16|f32|bf16).*)?\\.gguf$", "").replaceAll("-gguf(:.*)?$", "").replaceAll("@.*$",
                "");
        return ALL.stream().filter(known -> known.name.equals(SHORT.getOrDefault(plain, plain))).findFirst();
    }
}

package org.latent4j.kernel;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What hidden states, spaces, directions and probes belong to: things of different fingerprints can't be mixed.
 *
 * @param model SHA-256 of the model's weight files, in hexadecimal
 * @param tokenizer SHA-256 of the tokenizer's definition, in hexadecimal
 * @param site the site's name, as {@code resid_post.12}; empty where states of several sites lie together
 * @param pooling how a text's positions became one vector: {@code mean}, {@code cls}, {@code last}; empty where each stays by itself
 * @param promptMode how texts became tokens: {@code raw}, {@code special}, {@code chat}, or an encoder's prompt
 */
public record Fingerprint(String model, String tokenizer, Optional<String> site, Optional<String> pooling, String promptMode) {
    private static final String MODEL = "model_sha256";
    private static final String TOKENIZER = "tokenizer_sha256";
    private static final String SITE = "site";
    private static final String POOLING = "pooling";
    private static final String PROMPT_MODE = "prompt_mode";

    /** The fingerprint of a model's states, whatever their site. */
    public Fingerprint(String model, String tokenizer, String promptMode) {
        this(model, tokenizer, Optional.empty(), Optional.empty(), promptMode);
    }

    /** The fingerprint of vectors that were pooled at a site of the same model. */
    public Fingerprint at(String newSite, String newPooling) {
        return new Fingerprint(model, tokenizer, Optional.of(newSite), Optional.of(newPooling), promptMode);
    }

    /** The fingerprint as text by name, as it stands in the metadata of files. */
    public Map<String, String> asMetadata() {
        Map<String, String> metadata = new LinkedHashMap<>();
        metadata.put(MODEL, model);
        metadata.put(TOKENIZER, tokenizer);
        site.ifPresent(text -> metadata.put(SITE, text));
        pooling.ifPresent(text -> metadata.put(POOLING, text));
        metadata.put(PROMPT_MODE, promptMode);
        return metadata;
    }

    /**
     * Reads what {@link #asMetadata} wrote; empty where model, tokenizer or prompt mode are missing.
     *
     * @param metadata text by name
     */
    public static Optional<Fingerprint> of(Map<String, String> metadata) {
        String model = metadata.get(MODEL);
        String tokenizer = metadata.get(TOKENIZER);
        String mode = metadata.get(PROMPT_MODE);
        if (model == null || tokenizer == null || mode == null) {
            return Optional.empty();
        }
        return Optional.of(new Fingerprint(
                model, tokenizer, Optional.ofNullable(metadata.get(SITE)), Optional.ofNullable(metadata.get(POOLING)), mode));
    }

    /**
     * Checks that what belongs to two origins may be mixed.
     *
     * @throws LatentException if it may not; the message names both
     */
    public void requireSame(Fingerprint other) {
        if (!equals(other)) {
            throw new LatentException("states of different origin can't be mixed: %s and %s".formatted(this, other));
        }
    }

    /** {@code model 0123456789ab, tokenizer ba9876543210, resid_post.12, mean pooling, raw}. */
    @Override
    public String toString() {
        return "model %.12s, tokenizer %.12s%s%s, %s".formatted(
                model, tokenizer, site.map(text -> ", " + text).orElse(""), pooling.map(text -> ", " + text + " pooling").orElse(""),
                promptMode);
    }
}

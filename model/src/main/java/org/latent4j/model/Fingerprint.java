package org.latent4j.model;

import java.util.LinkedHashMap;
import java.util.Map;
import org.latent4j.kernel.LatentException;

/**
 * What hidden states belong to: states of different fingerprints can't be mixed.
 *
 * @param model SHA-256 of the model's weight files, in hexadecimal
 * @param tokenizer SHA-256 of the tokenizer's definition, in hexadecimal
 * @param mode how texts became tokens
 */
public record Fingerprint(String model, String tokenizer, PromptMode mode) {
    /** The fingerprint as text by name, as it stands in the metadata of files. */
    public Map<String, String> asMetadata() {
        Map<String, String> metadata = new LinkedHashMap<>();
        metadata.put("model_sha256", model);
        metadata.put("tokenizer_sha256", tokenizer);
        metadata.put("prompt_mode", mode.label());
        return metadata;
    }

    /**
     * Checks that states of two origins may be mixed.
     *
     * @throws LatentException if they may not; the message names both
     */
    public void requireSame(Fingerprint other) {
        if (!equals(other)) {
            throw new LatentException("states of different origin can't be mixed: %s and %s".formatted(this, other));
        }
    }

    @Override
    public String toString() {
        return "model %.12s, tokenizer %.12s, %s".formatted(model, tokenizer, mode.label());
    }
}

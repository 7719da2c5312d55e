package org.latent4j.model;

import java.util.Locale;

/** How a text becomes tokens. Nothing is ever added that the mode doesn't name. */
public enum PromptMode {
    /** The text's tokens alone. */
    RAW,
    /** With the begin and end tokens that the model's tokenizer adds. */
    SPECIAL,
    /** As the user's turn in the model's chat template, up to where the assistant would answer. */
    CHAT;

    /** The name in manifests: {@code raw}. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}

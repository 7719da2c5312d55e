package org.latent4j.workbench;

import org.jspecify.annotations.Nullable;

/** The prompts of an input, one after the other. */
interface PromptReader extends AutoCloseable {
    /**
     * The next prompt, or null at the end.
     *
     * @throws org.latent4j.kernel.LatentException if the input can't be read or isn't what it should be; the message
     * tells where
     */
    @Nullable
    Prompt next();

    /** SHA-256 of the whole input, in hexadecimal digits; asked once, after the last prompt. */
    String sha256();

    @Override
    void close();
}

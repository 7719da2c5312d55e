package org.latent4j.model.tokenizer.jinja;

import org.jspecify.annotations.Nullable;

/** An object of Jinja's own that has attributes: {@code loop}, {@code self}, a cycler. */
interface Thing {
    /** An attribute; {@link Scope.Undefined} when it has none of that name. */
    @Nullable
    Object attribute(String name);

    /** What it prints. */
    String shown();
}

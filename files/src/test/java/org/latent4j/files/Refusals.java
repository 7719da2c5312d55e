package org.latent4j.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import org.assertj.core.api.AbstractStringAssert;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.latent4j.kernel.LatentException;

/** What is asserted of every refusal: one line, no stack of causes needed to understand it. */
public final class Refusals {
    private Refusals() {}

    /** The message with which something is refused. */
    public static AbstractStringAssert<?> refused(ThrowingCallable action) {
        String[] message = {""};
        assertThatExceptionOfType(LatentException.class).isThrownBy(action).satisfies(e -> message[0] = oneLine(e));
        return assertThat(message[0]);
    }

    /** The message of an error, which is one printable line. */
    public static String oneLine(LatentException e) {
        String message = String.valueOf(e.getMessage());
        assertThat(message)
                .isNotBlank()
                .hasSizeLessThan(1000)
                .matches(m -> m.chars().noneMatch(Character::isISOControl), "has no control characters");
        return message;
    }
}

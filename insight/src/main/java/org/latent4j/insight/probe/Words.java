package org.latent4j.insight.probe;

import java.util.Locale;
import org.latent4j.kernel.LatentException;

/** Which of a word's tokens stand for it. */
public enum Words {
    /** The first: what the model knows when the word begins. */
    FIRST,
    /** The last: the model has seen all of it. */
    LAST,
    /** The mean over its tokens. */
    MEAN;

    /** The one of a name: {@code last}. */
    public static Words named(String name) {
        for (Words words : values()) {
            if (words.name().toLowerCase(Locale.ROOT).equals(name)) {
                return words;
            }
        }
        throw new LatentException("a word's tokens are taken as first, last or mean, not '%s'".formatted(name));
    }
}

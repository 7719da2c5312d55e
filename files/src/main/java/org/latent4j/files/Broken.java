package org.latent4j.files;

import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.latent4j.kernel.LatentException;

/** Makes the errors about files: one line whatever the file's own names hold. */
public final class Broken {
    private static final int LONGEST = 600;

    private Broken() {}

    /** {@code FILE: WHAT}, with the values in place. */
    public static LatentException file(Path file, String what, @Nullable Object... values) {
        return new LatentException(line(file + ": " + String.format(Locale.ROOT, what, values)));
    }

    /** As {@link #file(Path, String, Object...)}, with what brought it about. */
    public static LatentException because(Throwable cause, Path file, String what, @Nullable Object... values) {
        return new LatentException(line(file + ": " + String.format(Locale.ROOT, what, values)), cause);
    }

    private static String line(String message) {
        StringBuilder line = new StringBuilder(message.length());
        for (int i = 0; i < message.length(); i++) {
            char c = message.charAt(i);
            line.append(Character.isISOControl(c) || c == '\u2028' || c == '\u2029' ? '\ufffd' : c);
        }
        if (line.length() > LONGEST) {
            line.replace(LONGEST / 2, line.length() - LONGEST / 2, " ... ");
        }
        return line.toString();
    }
}

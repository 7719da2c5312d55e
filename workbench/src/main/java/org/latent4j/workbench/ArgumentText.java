package org.latent4j.workbench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.latent4j.kernel.LatentException;

/**
 * Texts that came as arguments. Where an argument isn't UTF-8, or the locale isn't (LC_ALL=C), the JVM puts U+FFFD in
 * the place of what it couldn't decode; a model must not read that silently.
 */
final class ArgumentText {
    private static final char REPLACEMENT = '\uFFFD';
    private static final Path RAW_ARGUMENTS = Path.of("/proc/self/cmdline");

    private ArgumentText() {}

    /**
     * The text, if it arrived as it was written.
     *
     * @throws LatentException if it didn't
     */
    static String intact(String text) {
        int at = text.indexOf(REPLACEMENT);
        if (at >= 0 && !userWroteReplacement()) {
            throw new LatentException(
                    ("character %d of the text couldn't be read: it isn't UTF-8, or the terminal's locale "
                            + "isn't; set LC_ALL=C.UTF-8, or give the text with --text-file")
                            .formatted(text.codePointCount(0, at)));
        }
        return text;
    }

    /**
     * Whether U+FFFD itself stands on the command line. Only Linux tells; elsewhere arguments are always decoded whole.
     */
    private static boolean userWroteReplacement() {
        if (!Files.isReadable(RAW_ARGUMENTS)) {
            return true;
        }
        try {
            String raw = new String(Files.readAllBytes(RAW_ARGUMENTS), StandardCharsets.ISO_8859_1);
            return raw.contains("\u00EF\u00BF\u00BD"); // U+FFFD in UTF-8, byte by byte
        } catch (IOException _) {
            return true;
        }
    }
}

package org.latent4j.workbench;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.latent4j.kernel.LatentException;

/** What a failed write means, in one line. */
final class DiskTrouble {
    private DiskTrouble() {}

    /** A write to {@code out}, or to a file that is to become it, failed. */
    static LatentException writing(Path out, IOException e) {
        return new LatentException("can't write %s: %s".formatted(out, why(e)), e);
    }

    private static boolean isFull(IOException e) {
        String message = String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT);
        return message.contains("no space left") || message.contains("not enough space") || message.contains("quota");
    }

    private static String why(IOException e) {
        if (isFull(e)) {
            return "the disk is full";
        }
        if (String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT).contains("file too large")) {
            return "files may not get so large there (ulimit -f, or the file system's limit); raise it or choose another place";
        }
        return switch (e) {
            case AccessDeniedException _ -> "permission denied";
            case FileSystemException failed -> reason(failed.getReason(), failed);
            default -> String.valueOf(e.getMessage());
        };
    }

    private static String reason(@Nullable String reason, FileSystemException e) {
        return reason != null ? reason : e.getClass().getSimpleName() + " " + e.getFile();
    }
}

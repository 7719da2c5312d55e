package org.latent4j.model.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.function.ToLongFunction;
import org.latent4j.kernel.LatentException;

/** Whether what is to be fetched fits, asked beforehand and told when it turns out not to. */
final class DiskSpace {
    private static final long MARGIN = 16 << 20;

    private final ToLongFunction<Path> free;

    /** With the free bytes where a path is, or {@link Long#MAX_VALUE} where nobody knows. */
    DiskSpace(ToLongFunction<Path> free) {
        this.free = free;
    }

    /** What the operating system says. */
    static DiskSpace real() {
        return new DiskSpace(folder -> {
            try {
                long usable = Files.getFileStore(folder).getUsableSpace();
                return usable > 0 ? usable : Long.MAX_VALUE; // some file systems say 0 for "don't know"
            } catch (IOException e) {
                return Long.MAX_VALUE;
            }
        });
    }

    /** Throws if {@code bytes} and a margin aren't free where {@code folder} is. */
    void require(Path folder, long bytes, String what) {
        long usable = free.applyAsLong(folder);
        if (usable - MARGIN < bytes) {
            throw new LatentException(
                    "fetching %s wants %s in %s, but only %s are free there; make room or set LATENT_HOME to a folder elsewhere"
                            .formatted(what, megabytes(bytes + MARGIN), folder, megabytes(usable)));
        }
    }

    /** What went wrong when a file in {@code folder} was written, in one line. */
    LatentException writingFailed(Path folder, IOException cause) {
        String message = String.valueOf(cause.getMessage());
        boolean full = message.contains("No space left") || message.contains("not enough space") || message.contains("Disk quota");
        return new LatentException(
                full
                        ? "the disk is full: %s can't be written; make room or set LATENT_HOME to a folder elsewhere (what was fetched stays, the next try goes on from it)"
                                .formatted(folder)
                        : "can't write in %s: %s; set LATENT_HOME to a folder that can be written".formatted(folder, reason(cause)),
                cause);
    }

    /** Why a file operation failed: the kind of exception where its message is only the file's name. */
    static String reason(IOException cause) {
        return switch (cause) {
            case java.nio.file.AccessDeniedException _ -> "permission denied";
            case java.nio.file.NoSuchFileException _ -> "there is no such file or folder";
            case java.nio.file.FileAlreadyExistsException e -> "%s is a file, not a folder".formatted(e.getFile());
            case java.nio.file.NotDirectoryException e -> "%s is a file, not a folder".formatted(e.getFile());
            case java.nio.file.FileSystemException e when e.getReason() != null -> String.valueOf(e.getReason()).toLowerCase(Locale.ROOT);
            default -> String.valueOf(cause.getMessage());
        };
    }

    /** Bytes as tables and messages write them, in decimal units: {@code 98.4 MB}. */
    static String megabytes(long bytes) {
        if (bytes < 1000) {
            return bytes + " bytes";
        }
        if (bytes < 999_950) { // rounds up to 1.0 of the next unit
            return tenths(bytes, 1000) + " kB";
        }
        return bytes < 999_950_000 ? tenths(bytes, 1_000_000) + " MB" : tenths(bytes, 1_000_000_000) + " GB";
    }

    private static String tenths(long bytes, long unit) {
        long tenths = bytes / (unit / 10) + (bytes % (unit / 10) * 2 >= unit / 10 ? 1 : 0);
        return tenths / 10 + "." + tenths % 10;
    }
}

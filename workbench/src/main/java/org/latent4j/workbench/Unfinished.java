package org.latent4j.workbench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Optional;
import org.latent4j.insight.StateFile;
import org.latent4j.kernel.LatentException;
import org.latent4j.model.store.ModelStore;

/**
 * Where long work keeps what it has found until it is whole: beside its output, or, where it has none, in latent's own folder, from which
 * it goes after a month.
 */
final class Unfinished {
    private static final int NAME = 16;
    private static final Duration KEPT = Duration.ofDays(30);

    private Unfinished() {}

    /**
     * Opens what is there of some work.
     *
     * @param output the file that the work ends with, if there is one
     * @param about everything that what it finds depends on
     * @return nothing is kept where there is no folder for it that can be written
     */
    static StateFile open(Optional<Path> output, String about) {
        if (output.isPresent()) {
            Path file = output.get();
            return StateFile.open(file.resolveSibling("." + file.getFileName() + ".state"), about);
        }
        Optional<Path> home = ModelStore.standard(System.getenv(), true).folder();
        if (home.isEmpty()) {
            return StateFile.none();
        }
        String hash = HexFormat.of().formatHex(HashedFile.newSha256().digest(about.getBytes(StandardCharsets.UTF_8)));
        try {
            Path folder = Files.createDirectories(home.get().resolve("unfinished"));
            forget(folder, Instant.now().minus(KEPT));
            return StateFile.open(folder.resolve(hash.substring(0, NAME) + ".state"), about);
        } catch (IOException | LatentException _) { // the work itself needs no such folder
            return StateFile.none();
        }
    }

    /** Says that work which was stopped goes on, and how much of it is there. */
    static String goingOn(String work, int parts) {
        return "going on with %s: %s".formatted(work, parts == 1 ? "one part is done" : parts + " parts are done");
    }

    /** Takes away what nobody has added to since then; what can't be taken away stays. */
    static void forget(Path folder, Instant since) throws IOException {
        try (DirectoryStream<Path> states = Files.newDirectoryStream(folder, "*.{state,state.*}")) {
            for (Path state : states) {
                try {
                    if (Files.getLastModifiedTime(state).toInstant().isBefore(since)) {
                        Files.deleteIfExists(state);
                    }
                } catch (IOException _) { // another program's doing, or another's file
                }
            }
        }
    }
}

package org.latent4j.workbench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Optional;
import org.latent4j.insight.StateFile;
import org.latent4j.kernel.LatentException;
import org.latent4j.model.store.ModelStore;

/** Where long work keeps what it has found until it is whole: beside its output, or, where it has none, in latent's own folder. */
final class Unfinished {
    private static final int NAME = 16;

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
            return StateFile.open(folder.resolve(hash.substring(0, NAME) + ".state"), about);
        } catch (IOException | LatentException _) { // the work itself needs no such folder
            return StateFile.none();
        }
    }
}

package org.latent4j.workbench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.latent4j.insight.direction.Direction;
import org.latent4j.insight.direction.DirectionLibrary;
import org.latent4j.kernel.LatentException;
import org.latent4j.model.Model;
import org.latent4j.model.PromptMode;
import org.latent4j.model.site.Sites;
import org.latent4j.model.store.ModelStore;

/** Where directions are on this machine. */
final class DirectionFiles {
    private DirectionFiles() {}

    /** A direction by its file or its name in the library. */
    static Direction open(String named, Model model) {
        Path file = Path.of(named);
        if (Files.exists(file)) {
            Direction direction = Direction.read(file);
            direction.requireFits(model);
            return direction;
        }
        Path folder = library(model);
        Path known = folder.resolve(named + ".safetensors");
        if (!named.contains("/") && !named.contains("\\") && Files.isRegularFile(known)) {
            return Direction.read(known);
        }
        if (DirectionLibrary.concepts().stream().anyMatch(c -> c.name().equals(named))) {
            throw new LatentException("direction '%s' isn't made yet for %s: make the library with 'latent direction build-library'"
                    .formatted(named, model.name()));
        }
        throw new LatentException("there is no file '%s' and no direction of this name in the library; it has %s".formatted(
                named, String.join(", ", DirectionLibrary.concepts().stream().map(DirectionLibrary.Concept::name).toList())));
    }

    /** The folder of the library's directions for a model: they belong to its very weights. */
    static Path library(Model model) {
        Path home = ModelStore.standard(System.getenv(), true).folder()
                .orElseThrow(() -> new LatentException("there is no place for the library: set LATENT_HOME"));
        return home.resolve("directions").resolve(model.fingerprint(PromptMode.RAW).model().substring(0, 16));
    }

    /** The library's directions for a model, those that are made. */
    static List<Direction> made(Model model) {
        Path folder;
        try {
            folder = library(model);
        } catch (LatentException _) {
            return List.of();
        }
        return DirectionLibrary.concepts().stream()
                .map(concept -> folder.resolve(concept.name() + ".safetensors"))
                .filter(Files::isRegularFile)
                .map(Direction::read)
                .toList();
    }

    static void write(Direction direction, Path file, Map<String, String> manifest, Model model) {
        if (file.toString().toLowerCase(Locale.ROOT).endsWith(".gguf")) {
            direction.writeGguf(file, model.description().architecture(), model.config().layers());
        } else {
            direction.write(file, manifest);
        }
    }

    static void requireFolder(Path file) {
        Path folder = file.toAbsolutePath().getParent();
        if (folder == null || !Files.isDirectory(folder)) {
            throw new LatentException("can't write %s: there is no folder %s".formatted(file, folder));
        }
        if (Files.isDirectory(file)) {
            throw new LatentException("can't write %s: it is a folder".formatted(file));
        }
    }

    /** The sites of {@code all}, {@code 12}, {@code 8-21}, {@code 3,5,8}. */
    static Sites layers(String layers) {
        if (layers.equals("all")) {
            return Sites.of("resid_post.*");
        }
        return Sites.of(Arrays.stream(layers.split(",", -1))
                .map(part -> Character.isDigit(part.strip().isEmpty() ? ' ' : part.strip().charAt(0))
                        ? "resid_post." + part.strip()
                        : part.strip())
                .toArray(String[]::new));
    }
}

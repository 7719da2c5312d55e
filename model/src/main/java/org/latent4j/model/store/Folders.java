package org.latent4j.model.store;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.latent4j.kernel.LatentException;

/** Which folders an environment names: our own cache's, Hugging Face's, Ollama's. */
final class Folders {
    private final Map<String, String> environment;
    private final boolean windows;

    Folders(Map<String, String> environment, boolean windows) {
        this.environment = environment;
        this.windows = windows;
    }

    /**
     * Our own cache: {@code LATENT_HOME}, else {@code latent4j} in {@code XDG_CACHE_HOME}, in {@code %LOCALAPPDATA%} or in
     * {@code ~/.cache}. It need not exist.
     *
     * @throws LatentException if the environment names none of them
     */
    Path own() {
        return ownIfKnown().orElseThrow(() -> new LatentException(
                "there is no folder to keep models in: %s isn't set; set LATENT_HOME to a folder"
                        .formatted(windows ? "LOCALAPPDATA" : "HOME")));
    }

    /** As {@link #own}, empty where the environment names no folder. */
    Optional<Path> ownIfKnown() {
        return variable("LATENT_HOME")
                .or(() -> absolute("XDG_CACHE_HOME").map(cache -> cache.resolve("latent4j")))
                .or(() -> windows ? variable("LOCALAPPDATA").map(local -> local.resolve("latent4j")) : Optional.empty())
                .or(() -> home().map(home -> home.resolve(".cache").resolve("latent4j")));
    }

    /** Hugging Face's cache of the hub, if it exists. */
    Optional<Path> huggingFaceHub() {
        return variable("HF_HUB_CACHE")
                .or(() -> variable("HUGGINGFACE_HUB_CACHE"))
                .or(() -> huggingFaceHome().map(home -> home.resolve("hub")))
                .filter(Files::isDirectory);
    }

    /** Where Hugging Face's programs keep the user's token, if the file exists. */
    Optional<Path> huggingFaceToken() {
        return variable("HF_TOKEN_PATH")
                .or(() -> huggingFaceHome().map(home -> home.resolve("token")))
                .filter(Files::isRegularFile);
    }

    private Optional<Path> huggingFaceHome() {
        return variable("HF_HOME")
                .or(() -> absolute("XDG_CACHE_HOME").map(cache -> cache.resolve("huggingface")))
                .or(() -> home().map(home -> home.resolve(".cache").resolve("huggingface")));
    }

    /** Ollama's folders of models that exist: the user's, and on Linux the service's. */
    List<Path> ollama() {
        Optional<Path> named = variable("OLLAMA_MODELS");
        if (named.isPresent()) {
            return named.stream().filter(Files::isDirectory).toList();
        }
        Optional<Path> users = home().map(home -> home.resolve(".ollama").resolve("models"));
        Optional<Path> services = windows ? Optional.empty() : Optional.of(Path.of("/usr/share/ollama/.ollama/models"));
        return List.of(users, services).stream().flatMap(Optional::stream).filter(Files::isDirectory).toList();
    }

    private Optional<Path> home() {
        return variable(windows ? "USERPROFILE" : "HOME");
    }

    /** The XDG specification says that a path that isn't absolute is to be ignored. */
    private Optional<Path> absolute(String name) {
        return variable(name).filter(Path::isAbsolute);
    }

    private Optional<Path> variable(String name) {
        String value = environment.get(name);
        if (value == null || value.isBlank()) {
            return Optional.empty();
        }
        try {
            return Optional.of(Path.of(value));
        } catch (InvalidPathException e) {
            throw new LatentException("%s isn't a path: %s".formatted(name, e.getReason()), e);
        }
    }
}

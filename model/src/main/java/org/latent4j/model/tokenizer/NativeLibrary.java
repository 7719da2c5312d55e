package org.latent4j.model.tokenizer;

import ai.djl.huggingface.tokenizers.jni.TokenizersLibrary;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.latent4j.kernel.LatentException;

/**
 * Hugging Face's tokenizer library in native code, from the jar that publishes it. We load it ourselves: that jar's own
 * loader looks for graphics cards, fetches other builds over the network, logs, and reports to its makers.
 *
 * <p>It must lie in a file to be loaded: in the user's cache folder, where the next start finds it, or in a temporary
 * folder where that can't be written or executed.
 */
final class NativeLibrary {
    private static final String VERSION = "0.36.0";
    /** As the jar names them; on Windows what the library itself needs comes first. */
    private static final Map<String, List<String>> FILES = Map.of(
            "linux-x86_64", List.of("libtokenizers.so"),
            "linux-aarch64", List.of("libtokenizers.so"),
            "osx-aarch64", List.of("libtokenizers.dylib"),
            "win-x86_64", List.of("libwinpthread-1.dll", "libgcc_s_seh-1.dll", "libstdc++-6.dll", "tokenizers.dll"));

    private NativeLibrary() {}

    /** The library, loaded at the first call. */
    static TokenizersLibrary get() {
        if (Outcome.FAILURE != null) {
            throw new LatentException(Outcome.FAILURE);
        }
        return TokenizersLibrary.LIB;
    }

    /** Loading happens once in a JVM, whatever comes of it. */
    private static final class Outcome {
        static final @Nullable String FAILURE = load(platform(), cacheFolder(System.getenv()));

        private Outcome() {}
    }

    /** Loads it from that cache folder, or a temporary one; returns what is wrong, or null when it is loaded. */
    static @Nullable String load(String platform, Path cache) {
        List<String> files = FILES.get(platform);
        if (files == null) {
            return "tokenizer.json can't be read on " + platform + ", where Hugging Face's library doesn't exist; "
                    + "take a GGUF of the model, whose tokenizer needs no library";
        }
        String cached = tryLoad(platform, files, cache);
        if (cached == null) {
            return null;
        }
        String temporary = tryLoadTemporary(platform, files);
        return temporary == null
                ? null
                : "Hugging Face's tokenizer library can be loaded neither from " + cache + " ("
                        + cached + ") nor from a temporary folder (" + temporary
                        + "); make one of them writable and executable";
    }

    /** Why the library can't be loaded from that folder; null when it is loaded. */
    private static @Nullable String tryLoad(String platform, List<String> files, Path folder) {
        try {
            for (String file : files) {
                System.load(extracted(platform, file, folder).toAbsolutePath().toString());
            }
            return null;
        } catch (IOException | SecurityException | UnsatisfiedLinkError e) {
            return Names.shown(e.getClass().getSimpleName() + " " + e.getMessage());
        }
    }

    private static @Nullable String tryLoadTemporary(String platform, List<String> files) {
        try {
            Path folder = Files.createTempDirectory("latent4j-");
            try {
                return tryLoad(platform, files, folder);
            } finally {
                delete(folder, files);
            }
        } catch (IOException e) {
            return Names.shown(e.getClass().getSimpleName() + " " + e.getMessage());
        }
    }

    /** A loaded library needs its file no more, but on Windows, where it stays until someone cleans up. */
    private static void delete(Path folder, List<String> files) {
        try {
            for (String file : files) {
                Files.deleteIfExists(folder.resolve(file));
            }
            Files.deleteIfExists(folder);
        } catch (IOException e) {
            folder.toFile().deleteOnExit();
        }
    }

    /** The file in that folder; copied there if need be, under another name first: two processes may do the same. */
    private static Path extracted(String platform, String file, Path folder) throws IOException {
        String resource = "native/lib/" + platform + "/cpu/" + file;
        URL found = TokenizersLibrary.class.getClassLoader().getResource(resource);
        if (found == null) {
            throw new IOException(resource + " isn't in the jar");
        }
        Path target = folder.resolve(file);
        if (Files.isRegularFile(target) && Files.size(target) == found.openConnection().getContentLengthLong()) {
            return target;
        }
        Files.createDirectories(folder);
        Path unfinished = Files.createTempFile(folder, file, ".part");
        try (InputStream in = found.openStream()) {
            Files.copy(in, unfinished, StandardCopyOption.REPLACE_EXISTING);
            return move(unfinished, target);
        } finally {
            Files.deleteIfExists(unfinished);
        }
    }

    private static Path move(Path from, Path to) throws IOException {
        try {
            return Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (AtomicMoveNotSupportedException e) {
            return Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    /** The operating system and processor as the jar names them: {@code linux-x86_64}. */
    static String platform() {
        String system = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
        String processor = System.getProperty("os.arch", "").toLowerCase(Locale.ROOT);
        String systemName = system.startsWith("windows") ? "win" : system.startsWith("mac") ? "osx" : system;
        return systemName + "-" + (processor.equals("amd64") ? "x86_64" : processor);
    }

    /** Where this system keeps what programs can make again. */
    private static Path cacheFolder(Map<String, String> environment) {
        Path home = Path.of(System.getProperty("user.home", "."));
        String system = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
        Path caches = system.startsWith("windows")
                ? home.resolve("AppData").resolve("Local")
                : system.startsWith("mac") ? home.resolve("Library").resolve("Caches") : home.resolve(".cache");
        String said = environment.getOrDefault("XDG_CACHE_HOME", environment.getOrDefault("LOCALAPPDATA", ""));
        caches = said.isBlank() ? caches : Path.of(said);
        return caches.resolve("latent4j").resolve("native").resolve("tokenizers-" + VERSION);
    }
}

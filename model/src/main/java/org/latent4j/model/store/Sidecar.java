package org.latent4j.model.store;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.latent4j.model.store.CatalogueModel.Kind;

/**
 * What is written beside a fetched model, {@code latent4j.json}: where it came from, under which licence, and every file with its
 * SHA-256. It is written last, so that a folder without one holds no whole model.
 *
 * @param name what the model is asked for by
 * @param kind as {@link Kind#label()}, or empty where nobody said
 * @param origin where it was fetched from, in words
 * @param licence the model's, if known
 * @param open the file to open, or {@code .} for the folder
 * @param files all files, by their paths within the folder
 * @param edition of the catalogue that pinned them, 0 for none
 */
record Sidecar(
        String name, Optional<String> kind, String origin, Optional<String> licence, String open, List<StoredFile> files, long edition) {
    static final String FILE_NAME = "latent4j.json";
    private static final int LARGEST = 4 << 20;

    /** A file as it was when it was fetched; {@code modified} in milliseconds since 1970. */
    record StoredFile(String path, long size, long modified, String sha256) {
        /** Whether the file still has the size and the time of its last change. */
        boolean unchanged(Path folder) {
            try {
                BasicFileAttributes now = Files.readAttributes(folder.resolve(path), BasicFileAttributes.class);
                return now.isRegularFile() && now.size() == size && now.lastModifiedTime().toMillis() == modified;
            } catch (IOException e) {
                return false;
            }
        }

        static StoredFile of(Path folder, String path, String sha256) throws IOException {
            BasicFileAttributes now = Files.readAttributes(folder.resolve(path), BasicFileAttributes.class);
            return new StoredFile(path, now.size(), now.lastModifiedTime().toMillis(), sha256);
        }
    }

    /** The sidecar of a folder; empty where there is none, or none that can be read: then the model isn't here. */
    static Optional<Sidecar> read(Path folder) {
        try {
            Json.Members json = Json.read(folder.resolve(FILE_NAME), LARGEST);
            List<StoredFile> files = json.list("files").stream().flatMap(file -> file(file).stream()).toList();
            Optional<String> name = json.string("name");
            Optional<String> origin = json.string("origin");
            Optional<String> open = json.string("open");
            if (files.isEmpty() || name.isEmpty() || origin.isEmpty() || open.isEmpty()) {
                return Optional.empty();
            }
            boolean inside = open.get().equals(".") || RepositoryPath.isSafe(open.get());
            return inside
                    ? Optional.of(new Sidecar(name.get(), json.string("kind"), origin.get(), json.string("licence"), open.get(), files,
                            json.integer("edition").orElse(0)))
                    : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static Optional<StoredFile> file(Json.Members json) {
        Optional<String> path = json.string("path").filter(RepositoryPath::isSafe);
        OptionalLong size = json.integer("size");
        OptionalLong modified = json.integer("modified");
        Optional<String> sha256 = json.string("sha256");
        return path.isPresent() && size.isPresent() && modified.isPresent() && sha256.isPresent()
                ? Optional.of(new StoredFile(path.get(), size.getAsLong(), modified.getAsLong(), sha256.get()))
                : Optional.empty();
    }

    /** Whether every file is there and has its size: a look at the folder, nothing is read. */
    boolean whole(Path folder) {
        for (StoredFile file : files) {
            try {
                if (Files.size(folder.resolve(file.path())) != file.size()) {
                    return false;
                }
            } catch (IOException e) {
                return false;
            }
        }
        return true;
    }

    /** What is opened. */
    Path opened(Path folder) {
        return open.equals(".") ? folder : folder.resolve(open);
    }

    ModelStore.Located located(Path folder, boolean fetched) {
        return new ModelStore.Located(opened(folder), name, origin, licence, fetched);
    }

    long size() {
        return files.stream().mapToLong(StoredFile::size).sum();
    }

    void write(Path folder) throws IOException {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("name", name);
        kind.ifPresent(kind -> json.put("kind", kind));
        json.put("origin", origin);
        licence.ifPresent(licence -> json.put("licence", licence));
        json.put("open", open);
        json.put("files", files.stream()
                .map(file -> Map.of("path", file.path(), "size", file.size(), "modified", file.modified(), "sha256", file.sha256()))
                .toList());
        json.put("edition", edition);
        json.put("fetched", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
        AtomicFile.write(folder.resolve(FILE_NAME), Json.write(json).getBytes(StandardCharsets.UTF_8));
    }
}

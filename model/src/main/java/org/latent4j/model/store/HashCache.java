package org.latent4j.model.store;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Progress;
import org.latent4j.model.store.Sidecar.StoredFile;

/**
 * SHA-256 of files, remembered in {@code hashes.json} of the cache as long as a file keeps its path, size and time of last change. A
 * fetched model's hashes were noted when it was verified, and are taken from there. Where nothing can be written nothing is
 * remembered. Safe for threads and processes: a hash that two of them write at once may be lost, never wrong.
 */
public final class HashCache {
    private static final String FILE_NAME = "hashes.json";
    private static final int LARGEST = 4 << 20;
    private static final int MOST = 1000;
    private static final int FOLDERS_ABOVE = 3;

    private final Optional<Path> root;

    HashCache(Optional<Path> root) {
        this.root = root.map(Path::toAbsolutePath);
    }

    /**
     * One hash for the files of a model: of one file its SHA-256; of several the SHA-256 of theirs, each written in lower-case
     * hexadecimal digits and followed by a line feed, in the order given.
     *
     * @return 64 lower-case hexadecimal digits
     * @throws LatentException if a file can't be read
     */
    public String sha256(List<Path> files, Progress progress) {
        if (files.size() == 1) {
            return sha256(files.getFirst(), progress);
        }
        Sha256 all = new Sha256();
        for (Path file : files) {
            byte[] line = (sha256(file, progress) + "\n").getBytes(StandardCharsets.US_ASCII);
            all.add(line, line.length);
        }
        return all.hex();
    }

    private String sha256(Path file, Progress progress) {
        try {
            Path real = file.toRealPath();
            Optional<String> known = noted(real).or(() -> remembered(real));
            return known.isPresent() ? known.get() : compute(real, progress);
        } catch (IOException e) {
            throw new LatentException("%s can't be read: %s".formatted(file, DiskSpace.reason(e)), e);
        }
    }

    /**
     * What a file's SHA-256 was when it was fetched and verified, if it is one of our own cache, however it is now.
     *
     * @return 64 lower-case hexadecimal digits, or empty where nobody knows
     */
    public Optional<String> whenFetched(Path file) {
        try {
            return noted(file.toRealPath(), false);
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /**
     * A file's SHA-256, read anew whatever was remembered.
     *
     * @throws LatentException if it can't be read
     */
    public String readAnew(Path file, Progress progress) {
        try {
            return compute(file.toRealPath(), progress);
        } catch (IOException e) {
            throw new LatentException("%s can't be read: %s".formatted(file, DiskSpace.reason(e)), e);
        }
    }

    private Optional<String> noted(Path file) {
        return noted(file, true);
    }

    /** What the sidecar of our own cache says, in the file's folder or one a little above. */
    private Optional<String> noted(Path file, boolean ifUnchanged) {
        if (root.isEmpty()) {
            return Optional.empty();
        }
        Path own = real(root.get());
        Path folder = file.getParent();
        for (int i = 0; i < FOLDERS_ABOVE && folder != null && folder.startsWith(own) && !folder.equals(own); i++) {
            Path within = folder;
            Optional<Sidecar> sidecar = Sidecar.read(folder);
            if (sidecar.isPresent()) {
                return sidecar.get().files().stream()
                        .filter(stored -> within.resolve(stored.path()).equals(file) && (!ifUnchanged || stored.unchanged(within))
                                && Sha256.isHex(stored.sha256()))
                        .map(StoredFile::sha256)
                        .findFirst();
            }
            folder = folder.getParent();
        }
        return Optional.empty();
    }

    private static Path real(Path path) {
        try {
            return path.toRealPath();
        } catch (IOException e) {
            return path;
        }
    }

    private Optional<String> remembered(Path file) {
        try {
            BasicFileAttributes now = Files.readAttributes(file, BasicFileAttributes.class);
            return load().members(file.toString())
                    .filter(entry -> entry.integer("size").orElse(-1) == now.size()
                            && entry.integer("modified").orElse(-1) == now.lastModifiedTime().toMillis())
                    .flatMap(entry -> entry.string("sha256"))
                    .filter(Sha256::isHex);
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** What was remembered by path; nothing if the file isn't there or damaged. */
    private Json.Members load() {
        if (root.isPresent()) {
            try {
                return Json.read(root.get().resolve(FILE_NAME), LARGEST).members("files").orElse(new Json.Members(Map.of()));
            } catch (IOException e) {
                return new Json.Members(Map.of());
            }
        }
        return new Json.Members(Map.of());
    }

    private String compute(Path file, Progress progress) throws IOException {
        BasicFileAttributes before = Files.readAttributes(file, BasicFileAttributes.class);
        String what = "Hashing " + file.getFileName();
        long[] done = new long[1];
        Sha256 sha256 = new Sha256();
        sha256.add(file, count -> {
            done[0] += count;
            progress.report(what, done[0], Math.max(done[0], before.size()), Progress.Unit.BYTES);
        });
        String hash = sha256.hex();
        BasicFileAttributes after = Files.readAttributes(file, BasicFileAttributes.class);
        if (before.size() == after.size() && before.lastModifiedTime().equals(after.lastModifiedTime())) {
            remember(file, before, hash);
        }
        return hash;
    }

    private void remember(Path file, BasicFileAttributes attributes, String sha256) {
        if (root.isEmpty()) {
            return;
        }
        Map<String, Object> files = new LinkedHashMap<>(load().map());
        files.remove(file.toString());
        if (files.size() >= MOST) {
            files.keySet().removeIf(path -> files.size() >= MOST / 2); // the oldest come first
        }
        files.put(file.toString(),
                Map.of("size", attributes.size(), "modified", attributes.lastModifiedTime().toMillis(), "sha256", sha256));
        try {
            Files.createDirectories(root.get());
            AtomicFile.write(root.get().resolve(FILE_NAME), Json.write(Map.of("files", files)).getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            return; // a cache that can't be written is only slower
        }
    }
}

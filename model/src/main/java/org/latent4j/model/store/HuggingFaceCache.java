package org.latent4j.model.store;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.latent4j.kernel.LatentException;

/**
 * Hugging Face's cache of the hub, only ever read: {@code models--ORG--NAME/refs/main} holds a commit, {@code
 * snapshots/COMMIT/} the files, most of them links to {@code blobs/} named by their hash.
 */
final class HuggingFaceCache {
    private static final String PREFIX = "models--";
    private static final int DEEPEST = 4;
    private static final int MOST_FILES = 10_000;

    private final Path root;

    HuggingFaceCache(Path root) {
        this.root = root;
    }

    /** A model as it is named on the hub, and the folder of its newest snapshot. */
    record Snapshot(String repository, Path folder) {}

    /** What to open, and the licence if it is stated. */
    record Found(Path path, Optional<String> licence) {}

    /** All repositories of models that have a snapshot, by name. */
    List<Snapshot> snapshots() {
        List<Snapshot> found = new ArrayList<>();
        for (Path folder : OwnCache.children(root)) {
            String name = folder.getFileName().toString();
            if (name.startsWith(PREFIX)) {
                String repository = name.substring(PREFIX.length()).replaceFirst("--", "/");
                snapshot(repository, "main").ifPresent(snapshot -> found.add(new Snapshot(repository, snapshot)));
            }
        }
        return found;
    }

    /** The snapshot of a revision: a branch, a tag, or a commit in full. */
    Optional<Path> snapshot(String repository, String revision) {
        Path folder = root.resolve(PREFIX + repository.replace("/", "--"));
        Path snapshots = folder.resolve("snapshots");
        if (!Files.isDirectory(snapshots)) {
            return Optional.empty();
        }
        try {
            Path reference = folder.resolve("refs").resolve(revision);
            String commit = Files.isRegularFile(reference) && Files.size(reference) < 200
                    ? new String(Files.readAllBytes(reference), StandardCharsets.UTF_8).strip()
                    : revision;
            return Optional.of(commit)
                    .filter(name -> RepositoryPath.isSafe(name) && name.indexOf('/') < 0)
                    .map(snapshots::resolve)
                    .filter(Files::isDirectory);
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** The files of a snapshot that are there, by their paths within it. */
    static List<String> files(Path snapshot) {
        try (Stream<Path> files = Files.find(snapshot, DEEPEST, (file, _) -> Files.isRegularFile(file))) {
            return files.limit(MOST_FILES)
                    .map(file -> snapshot.relativize(file).toString().replace('\\', '/'))
                    .filter(RepositoryPath::isSafe)
                    .sorted()
                    .toList();
        } catch (IOException | java.io.UncheckedIOException e) {
            return List.of();
        }
    }

    /**
     * What to open of a repository, if all that it takes is in the cache.
     *
     * @throws LatentException if several models could be meant, or a link leads out of the repository's folder
     */
    Optional<Found> find(String repository, Optional<String> selection, String revision) {
        Optional<Path> snapshot = snapshot(repository, revision);
        if (snapshot.isEmpty()) {
            return Optional.empty();
        }
        List<String> present = files(snapshot.get());
        boolean begun = present.stream().anyMatch(path -> GgufName.isGguf(path) || path.endsWith(".safetensors"));
        if (!begun || !isPossible(selection, present)) {
            return Optional.empty(); // what's there belongs to something else, a tokenizer perhaps
        }
        ModelFiles files = ModelFiles.choose(repository, selection, present);
        if (!isWhole(files, snapshot.get())) {
            return Optional.empty();
        }
        requireInside(repository, files, snapshot.get());
        Path folder = snapshot.get();
        return Optional.of(new Found(files.open().equals(".") ? folder : folder.resolve(files.open()), licence(folder)));
    }

    private static boolean isPossible(Optional<String> selection, List<String> present) {
        return selection.isPresent()
                ? present.stream().anyMatch(path -> GgufName.isGguf(path) && GgufName.isMeantBy(selection.get(), path))
                : present.contains("config.json") || present.stream().anyMatch(GgufName::isGguf);
    }

    /** A download may have been cut short: shards missing, or the tokenizer. */
    private static boolean isWhole(ModelFiles files, Path snapshot) {
        String first = files.open().equals(".") ? "" : files.open();
        List<String> weights = files.paths().stream().filter(path -> path.endsWith(".safetensors") || GgufName.isGguf(path)).toList();
        String split = first.isEmpty() ? weights.getFirst() : first;
        int of = split.lastIndexOf("-of-");
        if (of >= 0 && split.length() >= of + 9 && split.substring(of + 4, of + 9).chars().allMatch(Character::isDigit)) {
            return weights.size() == Integer.parseInt(split.substring(of + 4, of + 9));
        }
        return !first.isEmpty()
                || Stream.of("tokenizer.json", "tokenizer.model", "vocab.json", "vocab.txt")
                        .anyMatch(name -> Files.exists(snapshot.resolve(name)));
    }

    private static void requireInside(String repository, ModelFiles files, Path snapshot) {
        try {
            Path home = snapshot.toRealPath().resolve("../..").normalize();
            for (String path : files.paths()) {
                if (!snapshot.resolve(path).toRealPath().startsWith(home)) {
                    throw new LatentException(
                            "%s: %s in %s is a link that leads out of the repository's folder; give the model's own path if that is meant"
                                    .formatted(repository, path, snapshot));
                }
            }
        } catch (IOException e) {
            throw new LatentException("%s: a file in %s can't be read: %s".formatted(repository, snapshot, DiskSpace.reason(e)), e);
        }
    }

    /** What the front matter of a snapshot's README names as its licence. */
    static Optional<String> licence(Path snapshot) {
        try (InputStream in = Files.newInputStream(snapshot.resolve("README.md"))) {
            String[] lines = new String(in.readNBytes(8192), StandardCharsets.UTF_8).split("\\R", -1);
            for (int i = 1; i < lines.length && lines[0].equals("---") && !lines[i].equals("---"); i++) {
                if (lines[i].startsWith("license:")) {
                    return Optional.of(lines[i].substring("license:".length()).strip())
                            .filter(licence -> !licence.isEmpty() && licence.length() <= 60 && licence.chars().allMatch(c -> c >= ' '));
                }
            }
        } catch (IOException e) {
            return Optional.empty(); // there is none
        }
        return Optional.empty();
    }

    /**
     * The hash that a snapshot's file was stored under, if it is a link to a blob named by SHA-256, as large files are.
     */
    static Optional<String> storedSha256(Path file) {
        try {
            return Files.isSymbolicLink(file)
                    ? Optional.of(Files.readSymbolicLink(file).getFileName().toString()).filter(Sha256::isHex)
                    : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}

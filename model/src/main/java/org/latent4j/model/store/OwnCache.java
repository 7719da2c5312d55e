package org.latent4j.model.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.latent4j.kernel.LatentException;

/**
 * The cache that is ours to write and delete in. Below its root:
 *
 * <pre>
 * models/NAME/               a catalogue model: its files and a {@link Sidecar}
 * hub/ORG--NAME/REVISION/X/  a model of the hub; X is 'folder', or 'gguf-' and the file's name
 * locks/                     what {@link FetchLock} locks
 * work/                      what package clients write meanwhile
 * hashes.json                {@link HashCache}
 * </pre>
 */
final class OwnCache {
    private final Folders folders;
    private final DiskSpace disk;

    OwnCache(Folders folders, DiskSpace disk) {
        this.folders = folders;
        this.disk = disk;
    }

    Path root() {
        return folders.own();
    }

    Path catalogueFolder(String name) {
        return root().resolve("models").resolve(name);
    }

    Path hubFolder(String repository, String revision) {
        return hubFolder(repository).resolve(revision.replace("/", "--"));
    }

    Path hubFolder(String repository) {
        return root().resolve("hub").resolve(repository.replace("/", "--"));
    }

    /** What is in a folder, if all of it is there. Costs a small file and a look at each other one. */
    static Optional<Sidecar> whole(Path folder) {
        return Sidecar.read(folder).filter(sidecar -> sidecar.whole(folder));
    }

    /** The folders that hold models, whole or not. */
    List<Path> modelFolders() {
        Optional<Path> root = folders.ownIfKnown();
        if (root.isEmpty()) {
            return List.of();
        }
        List<Path> found = new ArrayList<>(children(root.get().resolve("models")));
        for (Path repository : children(root.get().resolve("hub"))) {
            for (Path revision : children(repository)) {
                found.addAll(children(revision));
            }
        }
        return found;
    }

    /** The folders in a folder by name; none if it isn't there or can't be read. */
    static List<Path> children(Path folder) {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> children = Files.list(folder)) {
            return children.filter(Files::isDirectory).sorted().toList();
        } catch (IOException e) {
            return List.of();
        }
    }

    /**
     * Locks a model's folder.
     *
     * @param waiting run again and again while another process holds it
     * @throws LatentException if the cache can't be written
     */
    FetchLock lock(Path folder, Runnable waiting) {
        try {
            return FetchLock.take(lockFile(folder), waiting);
        } catch (IOException e) {
            throw disk.writingFailed(root(), e);
        }
    }

    /** Locks a model's folder if nobody holds it. */
    Optional<FetchLock> tryLock(Path folder) {
        try {
            return FetchLock.tryTake(lockFile(folder));
        } catch (IOException e) {
            throw disk.writingFailed(root(), e);
        }
    }

    private Path lockFile(Path folder) throws IOException {
        Path locks = Files.createDirectories(root().resolve("locks"));
        return locks.resolve(key(folder) + ".lock");
    }

    /** A folder of a package client's own, for a model. */
    Path scratch(Path folder) {
        return root().resolve("work").resolve(key(folder));
    }

    private String key(Path folder) {
        return root().relativize(folder).toString().replace('/', '+').replace('\\', '+');
    }
}

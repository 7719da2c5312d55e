package org.latent4j.store;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.latent4j.files.Broken;
import org.latent4j.kernel.LatentException;
import org.latent4j.space.Origin;

/**
 * The hidden folder in which a space grows, and the place that it will have. A lock on a file in it keeps a second writer away; the
 * operating system takes the lock back when a process ends, however it does.
 */
final class PartialSpace implements AutoCloseable {
    private static final String PLAN = "plan.json";
    private static final String LOCK = "lock";

    private final Path target;
    private final Path folder;
    private final FileChannel lock;

    private PartialSpace(Path target, Path folder, FileChannel lock) {
        this.target = target;
        this.folder = folder;
        this.lock = lock;
    }

    static PartialSpace claim(Path place) {
        try {
            Path target = Files.isSymbolicLink(place) ? place.toRealPath() : place.toAbsolutePath().normalize();
            if (Files.exists(target) && !SpaceFolder.is(target)) {
                throw Broken.file(place, "is there and is no space; choose another place");
            }
            if (!Files.exists(target) && Files.exists(old(target))) {
                Files.move(old(target), target); // stopped between the two moves
            }
            Path parent = Objects.requireNonNullElse(target.getParent(), target);
            if (!Files.isDirectory(parent)) {
                throw Broken.file(place, "can't be written: there is no folder %s; make it first", parent);
            }
            Path folder = growing(target);
            Files.createDirectories(folder);
            FileChannel lock = FileChannel.open(folder.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            if (!taken(lock)) {
                lock.close();
                throw Broken.file(place, "is being written by another process; wait for it, or choose another place");
            }
            return new PartialSpace(target, folder, lock);
        } catch (IOException e) {
            throw trouble(place, e);
        }
    }

    private static boolean taken(FileChannel lock) throws IOException {
        try {
            return lock.tryLock() != null;
        } catch (OverlappingFileLockException _) {
            return false; // this process has it
        }
    }

    Path target() {
        return target;
    }

    Path file(String name) {
        return folder.resolve(name);
    }

    /** Whether there is something to go on with. */
    boolean exists() {
        return Files.exists(file(PLAN));
    }

    void begin(SpaceManifest plan) throws IOException {
        for (String name : new String[]{PLAN, SpaceFolder.VECTORS, SpaceFolder.ITEMS, SpaceManifest.FILE}) {
            Files.deleteIfExists(file(name));
        }
        Path plans = Files.createDirectories(file("plans"));
        plan.write(plans.resolve(SpaceManifest.FILE));
        Files.move(plans.resolve(SpaceManifest.FILE), file(PLAN)); // there whole or not at all
        Files.delete(plans);
    }

    /** The command may differ, and what the space is called. */
    void requireSame(SpaceManifest plan) throws IOException {
        Path plans = Files.createDirectories(file("plans"));
        Files.deleteIfExists(plans.resolve(SpaceManifest.FILE));
        Files.copy(file(PLAN), plans.resolve(SpaceManifest.FILE));
        SpaceManifest there = SpaceManifest.read(plans);
        Files.delete(plans.resolve(SpaceManifest.FILE));
        Files.delete(plans);
        if (there.width() != plan.width() || !there.type().equals(plan.type())
                || !comparable(there.origin()).equals(comparable(plan.origin()))) {
            throw Broken.file(target, "was begun with other inputs or options than these; go on with those, or start over");
        }
    }

    private static Origin comparable(Origin origin) {
        Origin named = origin.called("");
        return new Origin("", named.fingerprint(), named.encoder(),
                named.details().entrySet().stream().filter(entry -> !entry.getKey().equals("command"))
                        .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue)));
    }

    /** Moves the finished folder to its place. One that is there is moved aside first and deleted then; it can't be replaced in one step. */
    void move() throws IOException {
        Path old = old(target);
        delete(old);
        boolean there = Files.exists(target);
        if (there) {
            Files.move(target, old);
        }
        try {
            Files.move(folder, target); // with its plan: who is stopped before this goes on from there
        } catch (IOException e) {
            if (there) {
                Files.move(old, target);
            }
            throw e;
        }
        Files.deleteIfExists(target.resolve(PLAN));
        Files.deleteIfExists(target.resolve(LOCK));
        delete(old);
    }

    /** Where a space grows before it is in its place. */
    static Path growing(Path target) {
        return target.resolveSibling("." + target.getFileName() + ".partial");
    }

    /** Where a space that another replaces lies meanwhile. */
    static Path old(Path target) {
        return target.resolveSibling("." + target.getFileName() + ".old");
    }

    private static void delete(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> tree = Files.walk(folder)) {
            for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    LatentException trouble(IOException e) {
        return trouble(target, e);
    }

    static LatentException trouble(Path place, IOException e) {
        String message = String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT);
        if (message.contains("no space left") || message.contains("not enough space") || message.contains("quota")) {
            return Broken.because(e, place, "can't be written: the disk is full; make room and start again");
        }
        if (message.contains("file too large")) {
            return Broken.because(e, place, "can't be written: files may not get so large here (ulimit -f, or the file system's limit); "
                    + "raise it or choose another place, and start again");
        }
        String reason = switch (e) {
            case AccessDeniedException _ -> "permission denied";
            case NoSuchFileException gone -> gone.getFile() + " isn't there";
            case FileSystemException failed when failed.getReason() != null -> failed.getReason();
            default -> String.valueOf(e.getMessage());
        };
        return Broken.because(e, place, "can't be written: %s; choose another place", reason);
    }

    /** Gives the place back; what was written stays. */
    @Override
    public void close() {
        try {
            lock.close();
        } catch (IOException _) {
            // the lock ends with the process at the latest
        }
    }
}

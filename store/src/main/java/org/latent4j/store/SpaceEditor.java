package org.latent4j.store;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Collection;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.latent4j.files.Broken;
import org.latent4j.kernel.Progress;
import org.latent4j.space.Origin;
import org.latent4j.space.Space;

/**
 * Adds points to a {@code .space}, updates and deletes them. Each call is one change that is there whole or not at all, whenever the
 * process ends, and has reached the disk when the call returns. Readers see the space as it was when they opened it.
 *
 * <p>One writer at a time, in this process and others: a second is refused. Not safe for use from several threads.
 */
public final class SpaceEditor implements AutoCloseable {
    /** The detail of an origin that counts compactions, so that the files of two have different manifests. */
    private static final String GENERATION = "generation";
    private static final String LOCK = "lock";

    private final Path folder;
    private final FileChannel lock;
    private final SpaceManifest manifest;
    private int last;

    private SpaceEditor(Path folder, FileChannel lock) {
        this.folder = folder;
        this.lock = lock;
        this.manifest = SpaceManifest.read(folder);
        this.last = new SpaceChanges(folder).list().size();
    }

    /**
     * Opens a space to change it.
     *
     * @throws org.latent4j.kernel.LatentException if it is no {@code .space}, another process changes it, or it can't be written
     */
    public static SpaceEditor open(Path folder) {
        if (SpaceFolder.isBeingReplaced(folder)) {
            PartialSpace.claim(folder).close(); // puts back what a stopped writer had moved aside
        }
        if (!SpaceFolder.is(folder) || !Files.exists(folder.resolve(SpaceManifest.FILE))) {
            throw Broken.file(folder,
                    "is no .space folder, and only those can be changed; make one with: latent import %s --out NAME.space",
                    folder);
        }
        try {
            Path real = folder.toRealPath();
            FileChannel lock = lock(real);
            try {
                return new SpaceEditor(real, lock);
            } catch (RuntimeException e) {
                lock.close();
                throw e;
            }
        } catch (IOException e) {
            throw PartialSpace.trouble(folder, e);
        }
    }

    /** Locks a file in the folder. Compaction puts another folder in its place, so who has the lock looks whether it is still there. */
    private static FileChannel lock(Path folder) throws IOException {
        Path changes = Files.createDirectories(folder.resolve(SpaceChanges.FOLDER));
        FileChannel channel = FileChannel.open(changes.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.READ,
                StandardOpenOption.WRITE);
        try {
            if (channel.tryLock() == null) {
                throw new OverlappingFileLockException();
            }
            String token = UUID.randomUUID().toString();
            channel.truncate(0).write(StandardCharsets.US_ASCII.encode(token), 0);
            if (!Files.readString(changes.resolve(LOCK)).equals(token)) {
                throw new OverlappingFileLockException();
            }
            return channel;
        } catch (OverlappingFileLockException _) {
            channel.close();
            throw Broken.file(folder, "is being changed by another process; try again when that is done");
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    /** How many changes there are since the space was written or compacted. */
    public int changes() {
        return last;
    }

    /**
     * Adds points; those whose names are there already are updated: vector and fields are replaced.
     *
     * @throws org.latent4j.kernel.LatentException if they have another width or fingerprint, a value isn't finite, or the disk is full
     */
    public void add(Space points) {
        if (points.size() == 0) {
            return;
        }
        if (points.width() != manifest.width()) {
            throw Broken.file(folder, "is %d wide; what was to be added (%s) is %d wide: encode it with the same model", manifest.width(),
                    points.origin().source(), points.width());
        }
        manifest.origin().requireSame(points.origin());
        int number = next();
        Path place = new SpaceChanges(folder).place(number, SpaceChanges.ADDED);
        SpaceWriter.write(points, place, type());
        settle(place);
        last = number;
    }

    /**
     * Deletes points by their names.
     *
     * @return how many there were; names that aren't there are passed over
     * @throws org.latent4j.kernel.LatentException if the disk is full
     */
    public int delete(Collection<String> names) {
        Space now = SpaceFolder.open(folder);
        Set<String> there = new HashSet<>();
        for (String name : names) {
            if (now.find(name).isPresent()) {
                there.add(name);
            }
        }
        if (there.isEmpty()) {
            return 0;
        }
        int number = next();
        Path place = new SpaceChanges(folder).place(number, SpaceChanges.DELETED);
        try {
            Path growing = place.resolveSibling("." + place.getFileName());
            try (OutputStream out = Files.newOutputStream(growing)) {
                for (String name : there.stream().sorted().toList()) {
                    Lines.write(out, name, Map.of());
                    out.write('\n');
                }
            }
            try (FileChannel written = FileChannel.open(growing, StandardOpenOption.WRITE)) {
                written.force(true);
            }
            Files.move(growing, place, StandardCopyOption.ATOMIC_MOVE);
            settle(place);
        } catch (IOException e) {
            throw PartialSpace.trouble(folder, e);
        }
        last = number;
        return there.size();
    }

    private int next() {
        if (last >= SpaceChanges.MOST) {
            throw Broken.file(folder, "has had %d changes; compact it first: latent store compact %s", last, folder);
        }
        return last + 1;
    }

    private SpaceWriter.Type type() {
        return SpaceWriter.Type.valueOf(manifest.type());
    }

    /** Waits until a new name in a folder has reached the disk, where the system can tell. */
    private static void settle(Path place) {
        Path parent = place.getParent();
        if (parent != null) {
            try (FileChannel directory = FileChannel.open(parent, StandardOpenOption.READ)) {
                directory.force(true);
            } catch (IOException _) {
                // some systems don't open folders; a power cut may then undo the last change, the end of a process can't
            }
        }
    }

    /**
     * Writes the space anew without what was deleted or superseded, and without its index; closes the editor. Readers that have
     * the old one open keep it.
     *
     * @return how many points it has
     * @throws org.latent4j.kernel.LatentException if the disk is full; the space is then as it was
     */
    public long compact(Progress progress) {
        Space now = SpaceFolder.open(folder);
        long generation = Long.parseLong(manifest.origin().details().getOrDefault(GENERATION, "1")) + 1;
        Origin origin = manifest.origin().with(Map.of(GENERATION, Long.toString(generation)));
        try (SpaceWriter writer = SpaceWriter.create(folder, now.width(), type(), origin)) {
            for (int point = 0; point < now.size(); point++) {
                writer.add(now.name(point), now.items().fields(point), now.vectors().data(), point * now.width(), now.width());
                progress.report("Compacting", point + 1, now.size(), Progress.Unit.STEPS);
            }
            writer.finish();
        }
        settle(folder);
        close();
        return now.size();
    }

    /** Lets the next writer in. */
    @Override
    public void close() {
        try {
            lock.close();
        } catch (IOException _) {
            // the lock ends with the process at the latest
        }
    }
}

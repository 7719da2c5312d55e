package org.latent4j.insight.probe;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Matrix;
import org.latent4j.model.site.Site;

/**
 * States of many rows at many sites, written row by row and read site by site: they lie in a file that is mapped, so that memory holds
 * those of a site alone. The file goes when it is closed, unless it is to be kept for other runs.
 */
final class States implements AutoCloseable {
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

    private final Shape shape;
    private final Arena arena;
    private final MemorySegment data;
    private final Optional<Place> place;
    private boolean kept;

    /**
     * What lies where in the file.
     *
     * @param widths of the states at each site
     */
    record Shape(List<Site> sites, int[] widths, int rows) {
        /** Where a row of a site begins; that of one site more than there are is the end. */
        long at(int site, int row) {
            long before = 0;
            for (int s = 0; s < site; s++) {
                before += (long) rows * widths[s];
            }
            return (before + (site < widths.length ? (long) row * widths[site] : 0)) * Float.BYTES;
        }

        long bytes() {
            return at(widths.length, 0);
        }
    }

    /** A file with a name, locked as long as it is open. */
    private record Place(Path file, FileChannel channel) {}

    private States(Shape shape, Arena arena, MemorySegment data, Optional<Place> place, boolean kept) {
        this.shape = shape;
        this.arena = arena;
        this.data = data;
        this.place = place;
        this.kept = kept;
    }

    /**
     * Room for states, in a file that can be kept, if there is one that nobody else uses and room for it; else in one without a name.
     *
     * @throws LatentException if there isn't room for them anywhere
     */
    static States at(Optional<Path> file, Shape shape) {
        return file.flatMap(own -> mapped(own, shape, true)).orElseGet(() -> temporary(shape));
    }

    /** States that were kept; empty if there are none of this shape. */
    static Optional<States> kept(Path file, Shape shape) {
        return mapped(file, shape, false);
    }

    private static Optional<States> mapped(Path file, Shape shape, boolean anew) {
        Arena arena = Arena.ofShared();
        Optional<FileChannel> opened = Optional.empty();
        boolean done = false;
        try {
            opened = Optional.of(anew
                    ? FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE)
                    : FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE));
            FileChannel channel = opened.get();
            if (channel.tryLock() == null || !(anew ? hasRoom(channel, file, shape) : channel.size() == shape.bytes())) {
                return Optional.empty();
            }
            MemorySegment data = channel.map(FileChannel.MapMode.READ_WRITE, 0, shape.bytes(), arena);
            done = true;
            return Optional.of(new States(shape, arena, data, Optional.of(new Place(file, channel)), !anew));
        } catch (IOException | OverlappingFileLockException _) { // then without it
            return Optional.empty();
        } finally {
            if (!done) {
                arena.close();
                opened.ifPresent(States::close);
            }
        }
    }

    private static boolean hasRoom(FileChannel channel, Path file, Shape shape) throws IOException {
        channel.truncate(0);
        return Files.getFileStore(file).getUsableSpace() >= shape.bytes();
    }

    private static void close(FileChannel channel) {
        try {
            channel.close();
        } catch (IOException _) { // nothing is left to be written
        }
    }

    private static States temporary(Shape shape) {
        Arena arena = Arena.ofShared();
        try {
            Path file = Files.createTempFile("latent-states", ".bin");
            long free = Files.getFileStore(file).getUsableSpace();
            try (FileChannel channel = FileChannel.open(
                    file, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.DELETE_ON_CLOSE)) {
                if (free < shape.bytes()) {
                    throw new LatentException("the states take %d MB, in %s there are %d MB: probe fewer sites (--sites) or rows (--limit)"
                            .formatted(shape.bytes() >> 20, file.getParent(), free >> 20));
                }
                return new States(shape, arena, channel.map(FileChannel.MapMode.READ_WRITE, 0, shape.bytes(), arena), Optional.empty(),
                        false);
            }
        } catch (IOException e) {
            arena.close();
            throw new LatentException("can't write a temporary file for the states: " + e.getMessage(), e);
        } catch (RuntimeException e) {
            arena.close();
            throw e;
        }
    }

    Shape shape() {
        return shape;
    }

    List<Site> sites() {
        return shape.sites;
    }

    /** Writes a row; safe for several threads at different rows. */
    void put(int site, int row, float[] state, int at) {
        MemorySegment.copy(state, at, data, FLOAT, shape.at(site, row), shape.widths[site]);
    }

    /** Some rows of a site, {@code [rows.length, width]}. */
    Matrix rows(int site, int[] wanted) {
        int width = shape.widths[site];
        Matrix out = Matrix.zeros(wanted.length, width);
        for (int i = 0; i < wanted.length; i++) {
            if (wanted[i] < 0 || wanted[i] >= shape.rows) {
                throw new IndexOutOfBoundsException(wanted[i]);
            }
            MemorySegment.copy(data, FLOAT, shape.at(site, wanted[i]), out.data(), i * width, width);
        }
        return out;
    }

    /** Keeps what was written so far for other runs; false where it can't be. */
    boolean keep() {
        if (place.isPresent()) {
            data.force();
            kept = true;
        }
        return kept;
    }

    @Override
    public void close() {
        arena.close();
        if (place.isPresent()) {
            try {
                if (!kept) {
                    Files.deleteIfExists(place.get().file());
                }
            } catch (IOException _) { // it goes with what was found
            }
            close(place.get().channel());
        }
    }
}

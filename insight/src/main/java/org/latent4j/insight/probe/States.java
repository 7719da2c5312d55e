package org.latent4j.insight.probe;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Matrix;
import org.latent4j.model.site.Site;

/**
 * States of many rows at many sites, written row by row and read site by site: they lie in a temporary file that is mapped, so that
 * memory holds those of a site alone. The file has no name any more once it is open, and goes with the process.
 */
final class States implements AutoCloseable {
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

    private final List<Site> sites;
    private final int[] widths;
    private final long[] starts;
    private final int rows;
    private final Arena arena = Arena.ofShared();
    private final MemorySegment data;

    States(List<Site> sites, int[] widths, int rows) {
        this.sites = sites;
        this.widths = widths;
        this.rows = rows;
        starts = new long[sites.size() + 1];
        for (int s = 0; s < widths.length; s++) {
            starts[s + 1] = starts[s] + (long) rows * widths[s] * Float.BYTES;
        }
        try {
            Path file = Files.createTempFile("latent-states", ".bin");
            long free = Files.getFileStore(file).getUsableSpace();
            try (FileChannel channel = FileChannel.open(
                    file, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.DELETE_ON_CLOSE)) {
                if (free < starts[sites.size()]) {
                    throw new LatentException("the states take %d MB, in %s there are %d MB: probe fewer sites (--sites) or rows (--limit)"
                            .formatted(starts[sites.size()] >> 20, file.getParent(), free >> 20));
                }
                data = channel.map(FileChannel.MapMode.READ_WRITE, 0, Math.max(1, starts[sites.size()]), arena);
            }
        } catch (IOException e) {
            arena.close();
            throw new LatentException("can't write a temporary file for the states: " + e.getMessage(), e);
        } catch (RuntimeException e) {
            arena.close();
            throw e;
        }
    }

    List<Site> sites() {
        return sites;
    }

    /** Writes a row; safe for several threads at different rows. */
    void put(int site, int row, float[] state, int at) {
        MemorySegment.copy(state, at, data, FLOAT, starts[site] + (long) row * widths[site] * Float.BYTES, widths[site]);
    }

    /** Some rows of a site, {@code [rows.length, width]}. */
    Matrix rows(int site, int[] wanted) {
        int width = widths[site];
        Matrix out = Matrix.zeros(wanted.length, width);
        for (int i = 0; i < wanted.length; i++) {
            if (wanted[i] < 0 || wanted[i] >= rows) {
                throw new IndexOutOfBoundsException(wanted[i]);
            }
            MemorySegment.copy(data, FLOAT, starts[site] + (long) wanted[i] * width * Float.BYTES, out.data(), i * width, width);
        }
        return out;
    }

    @Override
    public void close() {
        arena.close();
    }
}

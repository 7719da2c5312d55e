package org.latent4j.store;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.latent4j.files.Broken;
import org.latent4j.kernel.Matrix;

/** Points of a file that doesn't say beforehand how many there are. */
final class Gathered {
    private static final int LARGEST = Integer.MAX_VALUE - 8;

    private final Path file;
    private final int width;
    private float[] data;
    private int filled;
    private int rows;

    final List<String> names = new ArrayList<>();
    final Map<String, List<Object>> columns = new LinkedHashMap<>();

    Gathered(Path file, int width, int expectedRows) {
        this.file = file;
        this.width = width;
        this.data = new float[(int) Math.min(1 << 20, (long) width * Math.max(1, expectedRows))];
    }

    int rows() {
        return rows;
    }

    /** Makes room for a row; returns where it begins in {@link #data}. */
    int row() {
        long needed = (long) filled + width;
        if (needed > LARGEST) {
            throw Broken.file(file, "has more than the %d numbers that fit in memory", LARGEST);
        }
        if (needed > data.length) {
            data = Arrays.copyOf(data, (int) Math.min(LARGEST, Math.max(needed, data.length * 2L)));
        }
        int at = filled;
        filled += width;
        rows++;
        return at;
    }

    float[] data() {
        return data;
    }

    Matrix matrix() {
        return Matrix.of(rows, width, data.length == filled ? data : Arrays.copyOf(data, filled));
    }
}

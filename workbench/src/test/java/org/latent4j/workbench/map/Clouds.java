package org.latent4j.workbench.map;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.latent4j.kernel.Matrix;
import org.latent4j.kernel.WorkerPool;
import org.latent4j.space.Metric;
import org.latent4j.space.Neighbours;

/** Clouds to draw: three heaps of points along a line, {@code left}, {@code middle} and {@code right}. */
final class Clouds {
    static final List<String> HEAPS = List.of("left", "middle", "right");
    static final int EACH = 40;
    static final int POINTS = HEAPS.size() * EACH;

    private Clouds() {}

    /** Positions; in three dimensions the heaps lie behind each other as well. */
    static Matrix positions(int dimensions) {
        Matrix positions = Matrix.zeros(POINTS, dimensions);
        for (int i = 0; i < POINTS; i++) {
            double angle = 2.4 * (i % EACH);
            double radius = 0.12 * Math.sqrt(i % EACH);
            positions.data()[i * dimensions] = (float) (4 * (i / EACH) + radius * Math.cos(angle));
            positions.data()[i * dimensions + 1] = (float) (radius * Math.sin(angle));
            if (dimensions == 3) {
                positions.data()[i * 3 + 2] = 2 * (i / EACH);
            }
        }
        return positions;
    }

    /** The space that was projected: as the picture, but the first point of the left heap truly belongs to the right one. */
    static Neighbours neighbours() {
        Matrix space = positions(2);
        space.data()[0] += 8;
        try (WorkerPool pool = new WorkerPool(1)) {
            return Neighbours.among(space, 5, Metric.EUCLIDEAN, pool);
        }
    }

    static MapPoints points(List<String> names, List<String> texts) {
        List<@Nullable String> heaps = new ArrayList<>(IntStream.range(0, POINTS).mapToObj(i -> HEAPS.get(i / EACH)).toList());
        heaps.set(POINTS - 1, null);
        float[] numbers = new float[POINTS];
        for (int i = 0; i < POINTS; i++) {
            numbers[i] = i == 3 ? Float.NaN : i * 0.5f;
        }
        return new MapPoints(names, texts, List.of(new MapColumn.Labels("heap", heaps), new MapColumn.Numbers("height", numbers)));
    }

    static MapPoints points() {
        return points(IntStream.range(0, POINTS).mapToObj(i -> "point-" + i).toList(),
                IntStream.range(0, POINTS).mapToObj(i -> "Stands in the " + HEAPS.get(i / EACH) + " heap" + (i == 7 ? ", a needle" : ""))
                        .toList());
    }

    static MapView view(String name, int dimensions) {
        return new MapView(name, positions(dimensions), Optional.of(neighbours()), Optional.of(new MapView.Quality(5, 0.97, 0.88, 0.62)));
    }

    static MapAbout about() {
        return new MapAbout("Three heaps", "drawn by hand", Optional.of("heap"), Map.of("input", "none"));
    }
}

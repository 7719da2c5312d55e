package org.latent4j.workbench.map;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.latent4j.kernel.Matrix;
import org.latent4j.kernel.SeededRandom;
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

    /** A page of so many points in a hundred heaps, with texts, columns and neighbours as a space of descriptions has them. */
    static MapPage many(int count, int dimensions) {
        SeededRandom random = new SeededRandom(3, 0);
        Matrix positions = Matrix.zeros(count, dimensions);
        for (int i = 0; i < positions.data().length; i++) {
            int heap = i / dimensions % 100;
            double spread = random.at(3L * i) + random.at(3L * i + 1) + random.at(3L * i + 2) - 1.5;
            positions.data()[i] = (float) (10 * random.at(-1 - heap * 3L - i % dimensions) + spread);
        }
        int k = 15;
        int[] indices = new int[count * k];
        float[] distances = new float[count * k];
        for (int i = 0; i < indices.length; i++) {
            indices[i] = (i / k + 100 * (1 + i % k)) % count;
            distances[i] = 0.1f + 0.02f * (i % k);
        }
        List<String> names = IntStream.range(0, count).mapToObj(i -> "point-" + i).toList();
        List<String> texts = IntStream.range(0, count)
                .mapToObj(i -> "What the point " + i + " is for, in " + i % 977 + " words of " + i % 13
                        + " kinds, as descriptions of packages go")
                .toList();
        float[] sizes = new float[count];
        for (int i = 0; i < count; i++) {
            sizes[i] = (float) random.at(i);
        }
        MapPoints points = new MapPoints(names, texts, List.of(
                new MapColumn.Labels("heap", IntStream.range(0, count).mapToObj(i -> "heap " + i % 100).toList()),
                new MapColumn.Numbers("size", sizes)));
        return MapPage.of(new MapAbout("Many", "drawn by chance", Optional.of("heap"), Map.of()), points, new MapView("", positions,
                Optional.of(new Neighbours(count, k, indices, distances, Metric.COSINE)),
                Optional.of(new MapView.Quality(k, 0.9, 0.9, 0.3))));
    }

    static MapAbout about() {
        return new MapAbout("Three heaps", "drawn by hand", Optional.of("heap"), Map.of("input", "none"));
    }
}

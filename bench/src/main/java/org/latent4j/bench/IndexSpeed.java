package org.latent4j.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.latent4j.kernel.Matrix;
import org.latent4j.kernel.Progress;
import org.latent4j.kernel.SeededRandom;
import org.latent4j.kernel.WorkerPool;
import org.latent4j.space.Items;
import org.latent4j.space.Metric;
import org.latent4j.space.Neighbours;
import org.latent4j.space.Origin;
import org.latent4j.space.Space;
import org.latent4j.store.SpaceWriter;
import org.latent4j.store.Spaces;
import org.latent4j.store.search.Hit;
import org.latent4j.store.search.SpaceSearch;
import org.latent4j.store.search.SpaceSearch.How;

/**
 * The approximate index as {@code neighbours.py} of the peers measures hnswlib: built over all but the first 500 points of an
 * {@code .npy} file of unit vectors, searched for those 500 with some noise, one at a time on one thread.
 *
 * <p>Arguments: the file, or a number of random points to make ({@code 100000x100}); how often (3); {@code approximate} or
 * {@code quantised}; the recall that is asked for (0.95).
 */
final class IndexSpeed {
    private static final int QUERIES = 500;
    private static final int K = 10;
    private static final double NOISE = 0.02;

    private IndexSpeed() {}

    public static void main(String[] arguments) throws IOException {
        Matrix all = arguments[0].endsWith(".npy") ? npy(Path.of(arguments[0])) : random(arguments[0]);
        int runs = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 3;
        How how = arguments.length > 2 ? How.valueOf(arguments[2].toUpperCase(Locale.ROOT)) : How.APPROXIMATE;
        double recall = arguments.length > 3 ? Double.parseDouble(arguments[3]) : 0.95;
        Matrix points = all.rows(QUERIES, all.rows());
        Path made = Files.createTempDirectory("latent-index");
        Path folder = made.resolve("points.space");
        Items items = Items.of(IntStream.range(0, points.rows()).mapToObj(Integer::toString).toList());
        SpaceWriter.write(Space.of(points, items, Origin.of("points")), folder, SpaceWriter.Type.F32);
        try (WorkerPool pool = new WorkerPool(2); WorkerPool one = new WorkerPool(1)) {
            Neighbours truth = Neighbours.of(noisy(all), points, K, Metric.COSINE, pool);
            for (int run = 0; run < runs; run++) {
                run(Spaces.open(folder), noisy(all), truth, new SpaceSearch.Options(how, Metric.COSINE, Optional.empty(), recall), pool);
                delete(folder.resolve("index"));
            }
        } finally {
            delete(made);
        }
    }

    private static void run(Space space, Matrix queries, Neighbours truth, SpaceSearch.Options options, WorkerPool pool) {
        long begun = System.nanoTime();
        try (SpaceSearch search = SpaceSearch.of(space, options, pool, Progress.NONE, System.out::println)) {
            double build = (System.nanoTime() - begun) / 1e9;
            double best = Double.MAX_VALUE;
            long found = 0;
            for (int repeat = 0; repeat < 5; repeat++) {
                found = 0;
                begun = System.nanoTime();
                for (int query = 0; query < QUERIES; query++) {
                    found += right(search.nearest(queries.row(query), K), truth, query);
                }
                best = Math.min(best, (System.nanoTime() - begun) / 1e9);
            }
            System.out.printf(Locale.ROOT, "latent4j build %.1f s, recall %.3f, %.0f queries/s; %s%n", build,
                    (double) found / (QUERIES * K), QUERIES / best, search.told().orElse("exact"));
        }
    }

    private static int right(List<Hit> hits, Neighbours truth, int query) {
        int right = 0;
        for (Hit hit : hits) {
            OptionalInt rank = IntStream.range(0, K).filter(r -> truth.index(query, r) == hit.point()).findFirst();
            right += rank.isPresent() ? 1 : 0;
        }
        return right;
    }

    private static Matrix noisy(Matrix all) {
        Matrix queries = all.rows(0, QUERIES);
        SeededRandom random = new SeededRandom(0, 1);
        for (int i = 0; i < queries.data().length; i++) {
            queries.data()[i] += (float) (NOISE * normal(random, i));
        }
        return queries;
    }

    private static Matrix random(String size) {
        String[] parts = size.split("x");
        Matrix points = Matrix.zeros(Integer.parseInt(parts[0]), Integer.parseInt(parts[1]));
        SeededRandom random = new SeededRandom(0, 0);
        for (int i = 0; i < points.data().length; i++) {
            points.data()[i] = (float) normal(random, i);
        }
        return points;
    }

    private static double normal(SeededRandom random, long i) {
        return Math.sqrt(-2 * Math.log(1 - random.at(2 * i))) * Math.cos(2 * Math.PI * random.at(2 * i + 1));
    }

    private static Matrix npy(Path file) throws IOException {
        byte[] head = new byte[10];
        try (var in = Files.newInputStream(file)) {
            in.readNBytes(head, 0, 10);
            int header = (head[8] & 0xff) | (head[9] & 0xff) << 8;
            String[] shape = new String(in.readNBytes(header), java.nio.charset.StandardCharsets.US_ASCII)
                    .replaceFirst("(?s).*'shape': \\(([0-9]+), ([0-9]+)\\).*", "$1 $2").split(" ");
            Matrix points = Matrix.zeros(Integer.parseInt(shape[0]), Integer.parseInt(shape[1]));
            try (FileChannel channel = FileChannel.open(file)) {
                channel.map(FileChannel.MapMode.READ_ONLY, 10L + header, points.data().length * 4L).order(ByteOrder.LITTLE_ENDIAN)
                        .asFloatBuffer().get(points.data());
            }
            return points;
        }
    }

    private static void delete(Path folder) {
        try (Stream<Path> tree = Files.walk(folder)) {
            tree.sorted(Comparator.reverseOrder()).forEach(path -> path.toFile().delete());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

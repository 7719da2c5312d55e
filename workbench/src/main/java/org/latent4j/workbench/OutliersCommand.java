package org.latent4j.workbench;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Matrix;
import org.latent4j.kernel.WorkerPool;
import org.latent4j.space.Metric;
import org.latent4j.space.Neighbours;
import org.latent4j.space.Space;
import org.latent4j.space.outlier.Outliers;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code latent outliers}. */
@Command(name = "outliers", header = "Find what doesn't belong in a space, and why: the nearest points and their distance.", footer = {
    "",
    "Scores are larger the odder a point is: knn the distance to the k-th nearest point, lof how much thinner the ground is than around "
            + "the neighbours, mahalanobis the squared distance in units of the whole's spread, iforest how few random cuts set it apart, "
            + "ecod how far out it is in its columns. With --labels (0 and 1) the area under the ROC curve is told.",
    "",
    "  latent outliers packages.space",
    "  latent outliers points.npz --labels y --standardise --method ecod --json"
})
final class OutliersCommand implements Callable<Integer> {
    private static final int NEAREST_SHOWN = 3;

    /** The methods, and the k that is usual. */
    enum Method {
        /** The distance to the k-th neighbour. */
        KNN(5),
        /** The local outlier factor. */
        LOF(20),
        /** The squared Mahalanobis distance. */
        MAHALANOBIS(5),
        /** The isolation forest. */
        IFOREST(5),
        /** Empirical tails. */
        ECOD(5);

        private final int usual;

        Method(int usual) {
            this.usual = usual;
        }
    }

    @Parameters(index = "0", arity = "0..1", paramLabel = "SPACE", description = "The space (see -s).")
    private @Nullable String space;

    @Mixin
    private SpaceArgument spaces = new SpaceArgument();

    @Mixin
    private Computing computing = new Computing();

    @Option(names = "--method", paramLabel = "knn|lof|mahalanobis|iforest|ecod", defaultValue = "knn", description = "How (default: ${DEFAULT-VALUE}).")
    private Method method = Method.KNN;

    @Option(names = {"-k",
        "--neighbours"}, paramLabel = "N", description = "How many neighbours knn and lof look at (default: knn 5, lof 20).")
    private @Nullable Integer neighbours;

    @Option(names = "--standardise", description = "Bring every column to mean 0 and standard deviation 1 first.")
    private boolean standardise;

    @Option(names = "--metric", paramLabel = "euclidean|cosine", defaultValue = "euclidean", description = "How knn and lof measure distance (default: ${DEFAULT-VALUE}).")
    private ClustersCommand.Distance metric = ClustersCommand.Distance.EUCLIDEAN;

    @Option(names = "--top", paramLabel = "N", defaultValue = "10", description = "How many are shown (default: ${DEFAULT-VALUE}).")
    private int top = 10;

    @Override
    public Integer call() {
        Space opened = SpaceArgument.required(spaces, space);
        Optional<boolean[]> truth = spaces.labelField(opened).map(field -> outliers(opened, field));
        Matrix points = standardise ? standardised(opened.vectors()) : opened.vectors();
        requireFinite(opened, points);
        try (WorkerPool pool = computing.pool()) {
            double[] scores = scores(points, pool);
            double auroc = truth.map(labels -> Outliers.auroc(scores, labels)).orElse(Double.NaN);
            if (computing.json()) {
                computing.write(to -> {
                    Computing.numbers(to, "scores", scores);
                    Computing.number(to, "auroc", auroc);
                });
            } else {
                tell(opened, points, scores, auroc, pool);
            }
        }
        return 0;
    }

    private double[] scores(Matrix points, WorkerPool pool) {
        int k = neighbours == null ? method.usual : neighbours;
        Metric measure = metric.metric();
        return switch (method) {
            case KNN -> Outliers.nearestNeighbours(points, k, measure, pool, computing.progress());
            case LOF -> Outliers.localOutlierFactor(points, k, measure, pool, computing.progress());
            case MAHALANOBIS -> Outliers.mahalanobis(points, pool);
            case IFOREST -> Outliers.isolation(points, computing.seed(), pool);
            case ECOD -> Outliers.tails(points, pool);
        };
    }

    private static void requireFinite(Space opened, Matrix points) {
        for (int i = 0; i < points.data().length; i++) {
            if (!Float.isFinite(points.data()[i])) {
                int point = i / points.columns();
                throw new LatentException(
                        "point %d ('%s') of %s has the value %s in column %d; points need finite values: remove or repair it"
                                .formatted(point, opened.name(point), opened.origin().source(), points.data()[i], i % points.columns()));
            }
        }
    }

    /** Columns of mean 0 and standard deviation 1; constant ones of 0. */
    private static Matrix standardised(Matrix points) {
        int n = points.rows();
        int width = points.columns();
        Matrix scaled = Matrix.zeros(n, width);
        for (int c = 0; c < width; c++) {
            double mean = 0;
            for (int row = 0; row < n; row++) {
                mean += points.data()[row * width + c];
            }
            mean /= Math.max(1, n);
            double variance = 0;
            for (int row = 0; row < n; row++) {
                double difference = points.data()[row * width + c] - mean;
                variance += difference * difference / n;
            }
            double deviation = Math.sqrt(variance);
            for (int row = 0; row < n; row++) {
                double difference = points.data()[row * width + c] - mean;
                scaled.data()[row * width + c] = (float) (deviation > 0 ? difference / deviation : difference);
            }
        }
        return scaled;
    }

    /** Which points a field marks as outliers: what isn't 0, is true, or, of two values, the rarer. */
    private static boolean[] outliers(Space opened, String field) {
        List<@Nullable Object> column = opened.items().column(field);
        boolean[] outliers = new boolean[column.size()];
        Map<String, Integer> counts = new TreeMap<>();
        boolean numbers = true;
        for (int point = 0; point < outliers.length; point++) {
            Object value = column.get(point);
            if (value == null) {
                throw new LatentException("point '%s' of %s has no '%s'; every point needs one"
                        .formatted(opened.name(point), opened.origin().source(), field));
            }
            counts.merge(value.toString(), 1, Integer::sum);
            Double number = number(value);
            numbers &= number != null;
            outliers[point] = number != null && number != 0;
        }
        if (!numbers && counts.size() != 2) {
            throw new LatentException(
                    "'%s' of %s has %s; to tell outliers it takes 0 and 1, or two values, the rarer one for outliers"
                            .formatted(field, opened.origin().source(),
                                    counts.size() == 1 ? "one value only" : counts.size() + " different values"));
        }
        if (!numbers) {
            String rarer = counts.entrySet().stream().min(Map.Entry.comparingByValue()).orElseThrow().getKey();
            for (int point = 0; point < outliers.length; point++) {
                outliers[point] = rarer.equals(String.valueOf(column.get(point)));
            }
        }
        return outliers;
    }

    private static @Nullable Double number(Object value) {
        return switch (value) {
            case Number number -> number.doubleValue();
            case Boolean truth -> truth ? 1.0 : 0.0;
            case String text when text.matches("[+-]?\\d+(\\.\\d*)?") -> Double.valueOf(text);
            case String text when text.equalsIgnoreCase("true") || text.equalsIgnoreCase("false") ->
                text.equalsIgnoreCase("true") ? 1.0 : 0.0;
            default -> null;
        };
    }

    private void tell(Space opened, Matrix points, double[] scores, double auroc, WorkerPool pool) {
        var out = computing.out();
        out.printf(Locale.ROOT, "%s: %s, by %s%n", opened.origin().source(), Amounts.of(opened.size(), "point"),
                method.name().toLowerCase(Locale.ROOT));
        if (Double.isFinite(auroc)) {
            out.printf(Locale.ROOT, "area under the ROC curve %.4f%n", auroc);
        }
        int[] order = IntStream.range(0, scores.length).boxed().sorted((a, b) -> Double.compare(scores[b], scores[a])).limit(top)
                .mapToInt(Integer::intValue).toArray();
        double[] sorted = scores.clone();
        Arrays.sort(sorted);
        out.printf(Locale.ROOT, "a usual point scores %.4g%n", sorted[sorted.length / 2]);
        Matrix shown = Matrix.zeros(order.length, points.columns());
        for (int i = 0; i < order.length; i++) {
            System.arraycopy(points.data(), order[i] * points.columns(), shown.data(), i * points.columns(), points.columns());
        }
        Neighbours near = order.length == 0 ? null : Neighbours.of(shown, points, NEAREST_SHOWN + 1, metric.metric(), pool);
        for (int i = 0; i < order.length && near != null; i++) {
            out.printf(Locale.ROOT, "%n%10.4g  %s%n", scores[order[i]], ClusterPortrait.shown(opened, order[i]));
            int told = 0;
            for (int rank = 0; rank < near.k() && told < NEAREST_SHOWN; rank++) {
                if (near.index(i, rank) != order[i]) {
                    told++;
                    out.printf(Locale.ROOT, "            %s %.4g  %s%n", told == 1 ? "nearest" : "       ", near.distance(i, rank),
                            ClusterPortrait.shown(opened, near.index(i, rank)));
                }
            }
        }
        out.flush();
    }
}

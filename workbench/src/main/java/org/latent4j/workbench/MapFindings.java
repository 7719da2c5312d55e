package org.latent4j.workbench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Progress;
import org.latent4j.kernel.WorkerPool;
import org.latent4j.space.Metric;
import org.latent4j.space.Neighbours;
import org.latent4j.space.Space;
import org.latent4j.space.cluster.ClusterCount;
import org.latent4j.space.cluster.KMeans;
import org.latent4j.workbench.map.MapColumn;
import org.latent4j.workbench.map.MapPoints;
import org.latent4j.workbench.map.MapView;

/**
 * What a map can be coloured by without being told it: clusters of the points, and how far they are from others. Of the space itself,
 * not of the picture.
 */
final class MapFindings {
    /** The column of clusters: k-means, as many as the silhouette says, named by their telling words. */
    static final String CLUSTER = "cluster";
    /** The column of scores: the distance to the fifth neighbour, as {@code latent outliers} has it. */
    static final String SCORE = "outlier_score";

    private static final int NEIGHBOUR = 5;
    private static final int WORDS = 3;
    /** Points that a page has clusters of without being asked. */
    private static final int UNASKED = 100_000;
    private static final int STARTS = 3;
    private static final int ITERATIONS = 300;
    private static final double TOLERANCE = 1e-4;

    private final Space space;
    private final Metric metric;
    private final long seed;
    private final WorkerPool pool;
    private final Progress progress;

    MapFindings(Space space, Metric metric, long seed, WorkerPool pool, Progress progress) {
        this.space = space;
        this.metric = metric;
        this.seed = seed;
        this.pool = pool;
        this.progress = progress;
    }

    /** Whether a colour is one that is found here. */
    static boolean isFound(String colour) {
        return colour.equals(CLUSTER) || colour.equals(SCORE);
    }

    /**
     * The columns that a page offers besides those of the points, or the one that is asked for; a column of theirs that is called so stays.
     *
     * @param colour what colours the map
     */
    List<MapColumn> columns(MapPoints points, MapView view, boolean page, String colour) {
        List<MapColumn> columns = new ArrayList<>();
        List<String> names = points.columns().stream().map(MapColumn::name).toList();
        boolean clusters = page && space.size() > 2 && space.size() <= UNASKED;
        if (!names.contains(CLUSTER) && (clusters || colour.equals(CLUSTER))) {
            columns.add(new MapColumn.Labels(CLUSTER, clusters()));
        }
        if (!names.contains(SCORE) && space.size() > 1 && (page || colour.equals(SCORE))) {
            columns.add(new MapColumn.Numbers(SCORE, scores(view)));
        }
        return columns;
    }

    private List<String> clusters() {
        if (space.size() < 3) {
            throw new LatentException("--colour %s takes at least 3 points to be in clusters; there are %d: choose another column"
                    .formatted(CLUSTER, space.size()));
        }
        boolean spherical = metric == Metric.COSINE;
        int count = ClusterCount.bySilhouette(space.vectors(), spherical, seed, pool, progress);
        int[] labels = KMeans.fit(space.vectors(), new KMeans.Options(count, STARTS, ITERATIONS, TOLERANCE, 0, spherical, seed), pool,
                progress).labels();
        Map<Integer, String> names = new HashMap<>();
        for (ClusterPortrait portrait : ClusterPortrait.of(space, labels, metric)) {
            List<String> words = portrait.words().subList(0, Math.min(WORDS, portrait.words().size()));
            names.put(portrait.label(), (portrait.label() + " " + String.join(", ", words)).strip());
        }
        return Arrays.stream(labels).mapToObj(label -> names.getOrDefault(label, Integer.toString(label))).toList();
    }

    private float[] scores(MapView view) {
        Neighbours near = view.neighbours()
                .orElseGet(() -> TrueNeighbours.of(space.vectors(), NEIGHBOUR, metric, seed, pool, progress).near());
        float[] scores = new float[near.rows()];
        for (int point = 0; point < scores.length; point++) {
            scores[point] = near.distance(point, Math.min(NEIGHBOUR, near.k()) - 1);
        }
        return scores;
    }
}

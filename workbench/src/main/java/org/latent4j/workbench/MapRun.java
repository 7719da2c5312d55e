package org.latent4j.workbench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Matrix;
import org.latent4j.kernel.Progress;
import org.latent4j.kernel.WorkerPool;
import org.latent4j.space.Metric;
import org.latent4j.space.Space;
import org.latent4j.space.projection.DiffusionMap;
import org.latent4j.space.projection.DiffusionSettings;
import org.latent4j.space.projection.MapQuality;
import org.latent4j.space.projection.PrincipalMap;
import org.latent4j.space.projection.Projection;
import org.latent4j.space.projection.TsneMap;
import org.latent4j.space.projection.TsneSettings;
import org.latent4j.space.projection.UmapMap;
import org.latent4j.space.projection.UmapSettings;
import org.latent4j.workbench.map.MapView;

/** Fits maps of spaces with the same points, one after the other, and measures each. */
final class MapRun {
    /** Neighbours by which maps are measured. */
    private static final int K = 15;

    private final Request request;
    private final WorkerPool pool;
    private final Progress progress;
    private final Consumer<String> notes;

    MapRun(Request request, WorkerPool pool, Progress progress, Consumer<String> notes) {
        this.request = request;
        this.pool = pool;
        this.progress = progress;
        this.notes = notes;
    }

    /** What is asked for. */
    record Request(
            MapCommand.Method method, int dims, Metric metric, UmapSettings umap, TsneSettings tsne, DiffusionSettings diffusion) {}

    /**
     * A map.
     *
     * @param map what was fitted
     * @param divergence what t-SNE leaves, in nats; NaN for the others
     * @param seconds how long it took to fit
     */
    record Fitted(MapView view, Projection map, double divergence, double seconds) {}

    /** How the maps are made, in one line. */
    String method() {
        String metric = request.metric.name().toLowerCase(Locale.ROOT);
        return switch (request.method) {
            case pca -> "PCA, %s".formatted(metric);
            case tsne -> String.format(Locale.ROOT, "t-SNE, perplexity %s, %s, seed %d", number(request.tsne.perplexity()), metric,
                    request.tsne.seed());
            case umap -> String.format(Locale.ROOT, "UMAP%s, %d neighbours, least distance %s, %s, seed %d",
                    request.umap.density() ? " (densMAP)" : request.umap.classes().isPresent() ? ", supervised" : "",
                    request.umap.neighbours(), number(request.umap.leastDistance()), metric, request.umap.seed());
            case diffusion ->
                String.format(Locale.ROOT, "Diffusion map, %d neighbours, alpha %s, time %s, %s", request.diffusion.neighbours(),
                        number(request.diffusion.alpha()), number(request.diffusion.time()), metric);
        };
    }

    private static String number(double value) {
        return value == Math.rint(value) ? String.valueOf((long) value) : String.valueOf(value);
    }

    /** Maps of each space, in their order; each turned so that it resembles the one before. */
    List<Fitted> all(Map<String, Space> spaces, boolean withNeighbours) {
        List<Fitted> fitted = new ArrayList<>();
        spaces.forEach((name, space) -> {
            Matrix before = fitted.isEmpty() ? null : fitted.getLast().view().positions();
            fitted.add(fit(name, space.vectors(), before == null ? Optional.empty() : Optional.of(before), withNeighbours));
        });
        return fitted;
    }

    private Fitted fit(String name, Matrix given, Optional<Matrix> before, boolean withNeighbours) {
        if (given.rows() < 2) {
            throw new LatentException("a map of %d point%s; at least 2 are needed".formatted(given.rows(), given.rows() == 1 ? "" : "s"));
        }
        long begun = System.nanoTime();
        Projection map = switch (request.method) {
            case pca -> PrincipalMap.fit(given, request.dims, request.metric, pool);
            case tsne -> tsne(given);
            case umap -> umap(given);
            case diffusion -> diffusion(given);
        };
        double seconds = (System.nanoTime() - begun) / 1e9;
        Matrix positions = map.coordinates();
        before.ifPresent(other -> Likeness.turn(positions, other));
        double divergence = map instanceof TsneMap tsne ? tsne.divergence() : Double.NaN;
        return new Fitted(view(name, given, positions, withNeighbours), map, divergence, seconds);
    }

    /** Places the points of a space in a map that was fitted to others; measured by how these lie among themselves. */
    Fitted placed(Projection map, Matrix added, boolean withNeighbours) {
        long begun = System.nanoTime();
        Matrix positions = map.place(added, pool);
        double seconds = (System.nanoTime() - begun) / 1e9;
        return new Fitted(view("", added, positions, withNeighbours), map, Double.NaN, seconds);
    }

    private MapView view(String name, Matrix given, Matrix positions, boolean withNeighbours) {
        if (given.rows() < 2) {
            return new MapView(name, positions, Optional.empty(), Optional.empty());
        }
        MapQuality quality = MapQuality.of(given, positions, request.metric, K, pool, progress);
        if (quality.measured() < given.rows()) {
            notes.accept("measured on %s of the points".formatted(Amounts.count(quality.measured())));
        }
        Optional<MapView.Quality> kept = Optional.of(new MapView.Quality(quality.k(), quality.trustworthiness(),
                quality.continuity(), quality.neighboursKept()));
        if (!withNeighbours) {
            return new MapView(name, positions, Optional.empty(), kept);
        }
        TrueNeighbours near = TrueNeighbours.of(given, K, request.metric, request.umap.seed(), pool, progress);
        if (near.share() < 1) {
            notes.accept(String.format(Locale.ROOT, "the page has %.1f %% of the true neighbours, found without looking at every pair",
                    100 * near.share()));
        }
        return new MapView(name, positions, Optional.of(near.near()), near.share(), kept);
    }

    private TsneMap tsne(Matrix points) {
        if (3 * request.tsne.perplexity() > points.rows() - 1) {
            notes.accept(String.format(Locale.ROOT, "a perplexity of %s is too much for %d points; taken: a third of their number",
                    number(request.tsne.perplexity()), points.rows()));
        }
        return TsneMap.fit(points, request.tsne, pool, progress);
    }

    private UmapMap umap(Matrix points) {
        if (request.umap.neighbours() > points.rows()) {
            notes.accept("neighbourhoods of %d of %d points; taken: all of them".formatted(request.umap.neighbours(), points.rows()));
        }
        return UmapMap.fit(points, request.umap, pool, progress);
    }

    private DiffusionMap diffusion(Matrix points) {
        if (request.diffusion.neighbours() > points.rows() - 1) {
            notes.accept("%d neighbours of %d points; taken: all of them".formatted(request.diffusion.neighbours(), points.rows()));
        }
        return DiffusionMap.fit(points, request.diffusion, pool, progress);
    }
}

package org.latent4j.store.search;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Matrix;
import org.latent4j.kernel.Progress;
import org.latent4j.kernel.WorkerPool;
import org.latent4j.space.Metric;
import org.latent4j.space.NeighbourSearch;
import org.latent4j.space.Neighbours;
import org.latent4j.space.Space;
import org.latent4j.store.StoredItems;

/**
 * Searches a space: by nearness, by keywords, or by both. Exact search is always there; the approximate one needs a {@code .space}
 * folder, in whose {@code index} it keeps what it makes at its first use. Similarities are exact either way: what is approximate is
 * which points are found. Not safe for use from several threads at once.
 */
public final class SpaceSearch implements AutoCloseable {
    /** Below so many points search is exact unless something else is asked for. */
    public static final int EXACT_BELOW = 20_000;

    /** The best of how many each of the two searches of a hybrid one hands to the fusion, at least. */
    private static final int FUSED = 100;

    /** How the nearest are found. */
    public enum How {
        /** Exactly, but where there are {@value #EXACT_BELOW} points or more and an index has been made. */
        AUTO,
        /** Exactly. */
        EXACT,
        /** By a graph over the vectors (HNSW), which is made where there is none. */
        APPROXIMATE,
        /** By a graph over vectors of a byte a coordinate. */
        QUANTISED
    }

    /**
     * What is searched and how.
     *
     * @param metric what nearness is; cosine, angle, inner product and Euclidean have an approximate search
     * @param where which items are searched, if not all
     * @param recall which share of the 10 nearest the approximate search should find, by what was measured
     */
    public record Options(How how, Metric metric, Optional<Where> where, double recall) {
        /** All by cosine, {@link How#AUTO}, a recall of 0.95. */
        public static final Options STANDARD = new Options(How.AUTO, Metric.COSINE, Optional.empty(), 0.95);

        /**
         * Checks the recall.
         *
         * @throws LatentException if it isn't above 0 and at most 1
         */
        public Options {
            if (!(recall > 0 && recall <= 1)) {
                throw new LatentException("recall %s is out of range: give above 0 to 1".formatted(recall));
            }
        }

        /** The same, another way. */
        public Options with(How other) {
            return new Options(other, metric, where, recall);
        }

        /** The same among the items that satisfy a condition. */
        public Options with(Where condition) {
            return new Options(how, metric, Optional.of(condition), recall);
        }
    }

    private final Space space;
    private final Options options;
    private final WorkerPool pool;
    private final Progress progress;
    private final Consumer<String> notes;
    private final boolean through;
    private final Optional<SearchIndex> graph;
    private @Nullable SearchIndex words;
    private @Nullable NeighbourSearch exact;
    /** The points that the exact search looks at, where not all. */
    private int @Nullable [] subset;

    private SpaceSearch(Space space, Options options, WorkerPool pool, Progress progress, Consumer<String> notes, boolean through) {
        this.space = space;
        this.options = options;
        this.pool = pool;
        this.progress = progress;
        this.notes = notes;
        this.through = through;
        this.graph = graph();
    }

    /**
     * Prepares a search.
     *
     * @param notes hears what a user should know, a line each: that an index couldn't be had
     * @throws LatentException if approximate search is asked for where there is none
     */
    public static SpaceSearch of(Space space, Options options, WorkerPool pool, Progress progress, Consumer<String> notes) {
        return new SpaceSearch(space, options, pool, progress, notes, false);
    }

    /**
     * Prepares a search as {@link #of} does, and reads an index that is there through: where it is damaged, it is made anew.
     *
     * @throws LatentException as {@link #of}
     */
    public static SpaceSearch checked(Space space, Options options, WorkerPool pool, Progress progress, Consumer<String> notes) {
        return new SpaceSearch(space, options, pool, progress, notes, true);
    }

    /** Whether an index was made by which points of a space are found by a metric: then {@link How#AUTO} uses it, if there are many. */
    public static boolean isIndexed(Space space, Metric metric) {
        return IndexKind.serves(metric)
                && LuceneBuilder.isThere(space, new IndexKind(Optional.of(IndexKind.Vectors.FLOAT), metric));
    }

    private Optional<SearchIndex> graph() {
        IndexKind kind = new IndexKind(
                Optional.of(options.how == How.QUANTISED ? IndexKind.Vectors.BYTE : IndexKind.Vectors.FLOAT), options.metric);
        boolean possible = IndexKind.serves(options.metric);
        boolean wanted = switch (options.how) {
            case EXACT -> false;
            case AUTO -> possible && space.size() >= EXACT_BELOW && LuceneBuilder.isThere(space, kind);
            case APPROXIMATE, QUANTISED -> {
                requirePossible(possible);
                yield true;
            }
        };
        if (!wanted || space.size() < 2) { // what finds a single point is exact
            return Optional.empty();
        }
        try {
            return Optional.of(new LuceneBuilder(space, kind, pool, progress, through).open());
        } catch (LuceneBuilder.Unavailable e) {
            notes.accept(e.getMessage() + "; search is exact without it");
            return Optional.empty();
        }
    }

    private void requirePossible(boolean possible) {
        if (!possible) {
            throw new LatentException("there is no approximate search by %s; search exactly, or by cosine, dot or euclidean"
                    .formatted(options.metric.name().toLowerCase(Locale.ROOT)));
        }
        if (StoredItems.of(space).isEmpty()) {
            throw new LatentException(
                    ("%s is no .space folder, which approximate search keeps its index in; make one with: latent import %s "
                            + "--out NAME.space").formatted(space.origin().source(), space.origin().source()));
        }
    }

    /** Says how approximate answers are, where they are. */
    public Optional<String> told() {
        return graph.map(index -> {
            Recall.Step step = index.recall().reaching(options.recall);
            return String.format(Locale.ROOT,
                    "approximate (HNSW%s, %d candidates): finds at least %.1f %% of the 10 nearest to queries beside its points, %.1f %% to ones far "
                            + "from all of them (95 %% sure, measured with %d of each%s)",
                    options.how == How.QUANTISED ? " over bytes" : "", step.candidates(), floored(step.recall()), floored(step.far()),
                    index.recall().queries(), options.where.isPresent() ? ", without a condition" : "");
        });
    }

    /** In per cent, never rounded up. */
    private static double floored(double share) {
        return Math.floor(1000 * share) / 10;
    }

    /** The share of the 10 nearest that answers to queries beside the points have at least, as it was measured; empty where they are exact. */
    public Optional<Double> recall() {
        return graph.map(index -> index.recall().reaching(options.recall).recall());
    }

    /** The same of queries that are far from all points. */
    public Optional<Double> recallFar() {
        return graph.map(index -> index.recall().reaching(options.recall).far());
    }

    /**
     * The nearest points, nearest first.
     *
     * @param query {@code [width]}
     * @return hits with {@link Metric#similarity similarities}; fewer than {@code k} where there aren't so many
     * @throws LatentException if the query has another width
     */
    public List<Hit> nearest(float[] query, int k) {
        return nearest(Matrix.of(1, query.length, query), k).getFirst();
    }

    /**
     * The nearest points of each of some queries, as {@link #nearest(float[], int)}.
     *
     * @param queries {@code [queries, width]}
     */
    public List<List<Hit>> nearest(Matrix queries, int k) {
        if (queries.columns() != space.width()) {
            throw new LatentException("a query of width %d can't be searched for in %s, which is %d wide".formatted(queries.columns(),
                    space.origin().source(), space.width()));
        }
        List<List<Hit>> all = new ArrayList<>(queries.rows());
        if (graph.isEmpty()) {
            return exact(queries, k, all);
        }
        SearchIndex index = graph.get();
        int candidates = index.recall().reaching(options.recall).candidates();
        int scaled = (int) Math.min(space.size(), Math.max(k, (long) candidates * k / Recall.AT));
        for (int row = 0; row < queries.rows(); row++) {
            all.add(measured(queries, row, index.near(queries.row(row), Math.max(candidates, scaled), options.where), k));
        }
        return all;
    }

    private record Measured(int point, double distance) {}

    /** In the order of exact search, which tells apart what has the same similarity in single precision. */
    private List<Hit> measured(Matrix queries, int row, int[] points, int k) {
        List<Measured> measured = new ArrayList<>(points.length);
        for (int point : points) {
            measured.add(new Measured(point, options.metric.distance(queries, row, space.vectors(), point)));
        }
        measured.sort(Comparator.comparingDouble(Measured::distance).thenComparingInt(Measured::point));
        List<Hit> hits = new ArrayList<>(Math.min(k, points.length));
        for (Measured one : measured.subList(0, Math.min(k, points.length))) {
            hits.add(new Hit(one.point, (float) options.metric.similarity((float) one.distance)));
        }
        return List.copyOf(hits);
    }

    private List<List<Hit>> exact(Matrix queries, int k, List<List<Hit>> all) {
        NeighbourSearch search = exact == null ? prepare() : exact;
        Neighbours found = search.nearest(queries, k);
        for (int row = 0; row < queries.rows(); row++) {
            List<Hit> hits = new ArrayList<>(found.k());
            for (int rank = 0; rank < found.k(); rank++) {
                int index = found.index(row, rank);
                hits.add(new Hit(subset == null ? index : subset[index], found.similarity(row, rank)));
            }
            all.add(List.copyOf(hits));
        }
        return all;
    }

    private NeighbourSearch prepare() {
        Matrix points = space.vectors();
        if (options.where.isPresent()) {
            BitSet wanted = options.where.get().among(space.items());
            int[] chosen = wanted.stream().toArray();
            points = Matrix.zeros(chosen.length, space.width());
            for (int row = 0; row < chosen.length; row++) {
                space.requireFinite(chosen[row]);
                System.arraycopy(space.vectors().data(), chosen[row] * space.width(), points.data(), row * space.width(), space.width());
            }
            subset = chosen;
        }
        NeighbourSearch search = new NeighbourSearch(points, options.metric, pool);
        exact = search;
        return search;
    }

    /** The points whose names and fields have some of a text's words, best first; the score is BM25's. */
    public List<Hit> keywords(String text, int k) {
        SearchIndex index = words;
        if (index == null) {
            LuceneBuilder builder = new LuceneBuilder(space, IndexKind.KEYWORDS, pool, progress, through);
            try {
                index = builder.open();
            } catch (LuceneBuilder.Unavailable _) {
                index = builder.inMemory();
            }
            words = index;
        }
        return index.keywords(text, k, options.where);
    }

    /** The best by nearness and by keywords together, by reciprocal rank fusion. */
    public List<Hit> hybrid(String text, float[] query, int k) {
        int depth = Math.max(k, FUSED);
        return RankFusion.fuse(List.of(nearest(query, depth), keywords(text, depth)), k);
    }

    @Override
    public void close() {
        graph.ifPresent(SearchIndex::close);
        if (words != null) {
            words.close();
        }
    }
}

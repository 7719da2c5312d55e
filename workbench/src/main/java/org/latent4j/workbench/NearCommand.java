package org.latent4j.workbench;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Matrix;
import org.latent4j.kernel.WorkerPool;
import org.latent4j.space.Metric;
import org.latent4j.space.NeighbourSearch;
import org.latent4j.space.Neighbours;
import org.latent4j.space.Space;
import org.latent4j.space.arithmetic.Reranking;
import org.latent4j.space.arithmetic.Similarities;
import org.latent4j.space.arithmetic.Similarities.Ranked;
import org.latent4j.store.search.Hit;
import org.latent4j.store.search.SpaceSearch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code latent near}: the points nearest to words, texts or each other. */
@Command(name = "near", header = "Find the points nearest to a word, a text, or each other.", description = {
    "",
    "The first argument is the space (a .space folder, a file of vectors, glove) where it is one; without, words are looked for in glove. "
            + "A query that is a point's name is that point, and is left out; another text goes through the encoder that made the space. "
            + "Several words without a space: the table of how similar they are.",
    ""
}, footer = {
    "",
    "  latent near cat",
    "  latent near cat dog invoice",
    "  latent near packages.space \"a tool to draw graphs\" -k 5",
    "  latent near packages.space \"a tool to draw graphs\" --where \"section = science\" --hybrid",
    "  latent near points.npy --all -k 10 --json"
})
final class NearCommand implements Callable<Integer> {
    /** Up to so many queries are looked for one by one; more are worth preparing a search. */
    private static final int FEW = 4;
    private static final int DIVERSE_FROM = 10;

    @Spec
    private @Nullable CommandSpec spec;

    @Mixin
    private SpaceArgument argument = new SpaceArgument();

    @Parameters(paramLabel = "[SPACE] QUERY", arity = "0..*", description = "The space, unless -s names it, and what to look for.")
    private List<String> arguments = new ArrayList<>();

    @Option(names = "--queries", paramLabel = "FILE", description = "Queries: one a line, .jsonl with 'query', or vectors (.npy, .npz, .safetensors, .space, .parquet).")
    private @Nullable Path queries;

    @Option(names = "--all", description = "Every point against the others, itself left out.")
    private boolean all;

    @Option(names = "-k", paramLabel = "K", defaultValue = "10", description = "How many neighbours (default: ${DEFAULT-VALUE}).")
    private int k = 10;

    @Option(names = "--metric", paramLabel = "M", defaultValue = "cosine", description = "cosine, dot, euclidean, angular, manhattan or hamming (default: ${DEFAULT-VALUE}).")
    private Metric metric = Metric.COSINE;

    @Option(names = "--csls", description = "Correct the cosine for hubs, points that are near to everything.")
    private boolean csls;

    @Option(names = "--diverse", paramLabel = "SHARE", description = "Choose neighbours that differ from each other: 1 looks at nearness alone, 0.5 as much at difference (maximal marginal relevance).")
    private @Nullable Double diverse;

    @Option(names = "--hybrid", description = "Look for a text's words as well (BM25), and merge both lists by the ranks in them; similarities stay cosines.")
    private boolean hybrid;

    @Mixin
    private SearchOptions searching = new SearchOptions();

    @Mixin
    private CommonSpaceOptions common = new CommonSpaceOptions();

    @Override
    public Integer call() {
        if (k < 1) {
            throw new LatentException("-k %d: at least 1 neighbour is needed".formatted(k));
        }
        boolean first = argument.isFirst(arguments, queries != null || all);
        Space space = first ? argument.named(arguments.getFirst()) : argument.open(SpaceArgument.DEFAULT);
        k = Math.min(k, Math.max(1, space.size()));
        List<String> asked = first ? arguments.subList(1, arguments.size()) : arguments;
        if ((asked.isEmpty() ? 0 : 1) + (queries == null ? 0 : 1) + (all ? 1 : 0) != 1) {
            throw new LatentException("give queries, or --queries FILE, or --all: one of them");
        }
        if ((csls || diverse != null) && (metric != Metric.COSINE || all)) {
            throw new LatentException("--csls and --diverse go with queries and the cosine");
        }
        boolean plain = all || csls || diverse != null;
        if (plain && (hybrid || searching.isAsked())) {
            throw new LatentException("--where, --hybrid and approximate search go with queries, and not with --csls or --diverse");
        }
        PrintWriter out = out();
        try (WorkerPool pool = common.pool()) {
            if (all) {
                tell(out, space, space.names(), new NeighbourSearch(space.vectors(), metric, pool).among(k, common.progress()));
            } else {
                SpaceQueries found = queries != null ? SpaceQueries.of(space, queries, argument.site()) : SpaceQueries.of(space, asked);
                if (!common.json() && !first && queries == null && asked.size() > 1) {
                    table(out, found);
                } else {
                    tell(out, space, found, pool);
                }
            }
        }
        return 0;
    }

    private void tell(PrintWriter out, Space space, SpaceQueries found, WorkerPool pool) {
        if (hybrid && metric != Metric.COSINE) {
            throw new LatentException("--hybrid goes with the cosine");
        }
        if (found.vectors().columns() != space.width()) {
            throw new LatentException("the queries are %d wide, %s is %d: they must come from what made the space".formatted(
                    found.vectors().columns(), space.origin().source(), space.width()));
        }
        List<List<Ranked>> neighbours = new ArrayList<>();
        if (hybrid || searching.isAsked() || !csls && diverse == null && space.size() >= SpaceSearch.EXACT_BELOW
                && SpaceSearch.isIndexed(space, metric)) {
            tell(out, space, found.queries(), searched(space, found, pool));
            return;
        }
        if (metric == Metric.COSINE && (found.queries().size() <= FEW || csls || diverse != null)) {
            double[] hubness = csls ? Reranking.hubness(space.vectors(), DIVERSE_FROM, pool) : new double[0];
            for (int query = 0; query < found.queries().size(); query++) {
                neighbours.add(cosines(space, found, query, hubness, pool));
            }
        } else {
            int more = found.points().stream().anyMatch(OptionalInt::isPresent) ? 1 : 0;
            Neighbours nearest = new NeighbourSearch(space.vectors(), metric, pool).nearest(found.vectors(), k + more,
                    common.progress());
            for (int query = 0; query < nearest.rows(); query++) {
                neighbours.add(ranked(nearest, query, found.points().get(query).orElse(-1)));
            }
        }
        tell(out, space, found.queries(), neighbours);
    }

    /** What the store's search finds, a query's own point left out. */
    private List<List<Ranked>> searched(Space space, SpaceQueries found, WorkerPool pool) {
        List<List<Ranked>> neighbours = new ArrayList<>();
        try (SpaceSearch search = searching.search(space, metric, pool, common.progress(), this::note)) {
            search.told().ifPresent(this::note);
            for (int query = 0; query < found.queries().size(); query++) {
                float[] vector = found.vectors().row(query);
                int more = k + (found.points().get(query).isPresent() ? 1 : 0);
                List<Hit> hits = hybrid ? search.hybrid(found.queries().get(query), vector, more) : search.nearest(vector, more);
                int self = found.points().get(query).orElse(-1);
                neighbours.add(hits.stream().filter(hit -> hit.point() != self).limit(k)
                        .map(hit -> new Ranked(hit.point(), hybrid ? cosine(vector, space, hit.point()) : hit.score()))
                        .toList());
            }
        }
        return neighbours;
    }

    private static double cosine(float[] vector, Space space, int point) {
        return Metric.COSINE.similarity(Metric.COSINE.distance(Matrix.of(1, vector.length, vector), 0, space.vectors(), point));
    }

    private List<Ranked> cosines(Space space, SpaceQueries found, int query, double[] hubness, WorkerPool pool) {
        double[] vector = new double[space.width()];
        for (int c = 0; c < vector.length; c++) {
            vector[c] = found.vectors().at(query, c);
        }
        double[] cosines = Similarities.cosines(space.vectors(), vector, pool);
        double[] scores = csls ? Reranking.csls(cosines, hubness, DIVERSE_FROM) : cosines;
        OptionalInt self = found.points().get(query);
        Set<Integer> leftOut = self.isPresent() ? Set.of(self.getAsInt()) : Set.of();
        if (diverse == null) {
            return Similarities.highest(scores, k, leftOut);
        }
        int candidates = (int) Math.min(space.size(), DIVERSE_FROM * (long) k);
        return Reranking.diverse(Similarities.highest(scores, candidates, leftOut), space.vectors(), diverse, k);
    }

    private List<Ranked> ranked(Neighbours nearest, int query, int self) {
        List<Ranked> ranked = new ArrayList<>(nearest.k());
        for (int rank = 0; rank < nearest.k() && ranked.size() < k; rank++) {
            if (nearest.index(query, rank) != self) {
                ranked.add(new Ranked(nearest.index(query, rank), nearest.similarity(query, rank)));
            }
        }
        return ranked;
    }

    private void tell(PrintWriter out, Space space, List<String> names, Neighbours nearest) {
        List<List<Ranked>> neighbours = new ArrayList<>(nearest.rows());
        for (int query = 0; query < nearest.rows(); query++) {
            neighbours.add(ranked(nearest, query, -1));
        }
        tell(out, space, names, neighbours);
    }

    private void tell(PrintWriter out, Space space, List<String> queried, List<List<Ranked>> neighbours) {
        if (common.json()) {
            SpaceJson.print(out, json -> write(json, space, queried, neighbours));
            return;
        }
        if (searching.hasCondition() && neighbours.stream().allMatch(List::isEmpty)) {
            note("no point of %s satisfies --where".formatted(space.origin().source()));
        }
        if (space.size() == 1 && neighbours.stream().allMatch(List::isEmpty)) {
            note("%s has one point, and no other that could be near to it".formatted(space.origin().source()));
        }
        for (int query = 0; query < neighbours.size(); query++) {
            if (neighbours.size() > 1) {
                out.println(SpaceTable.shown(queried.get(query)));
            }
            SpaceTable.ranked(out, space, neighbours.get(query));
        }
        out.flush();
    }

    private static void write(JsonGenerator json, Space space, List<String> queried, List<List<Ranked>> neighbours) throws IOException {
        json.writeStartArray();
        for (int query = 0; query < neighbours.size(); query++) {
            json.writeStartObject();
            json.writeStringField("query", queried.get(query));
            SpaceJson.ranked(json, "neighbours", space, neighbours.get(query));
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    /** Every query against every other. */
    private void table(PrintWriter out, SpaceQueries found) {
        Matrix vectors = found.vectors();
        List<String> names = found.queries().stream().map(SpaceTable::shown).toList();
        int width = Math.max(9, names.stream().mapToInt(DisplayWidth::of).max().orElse(0) + 2);
        out.println(" ".repeat(width) + String.join("", names.stream().map(name -> right(name, width)).toList()));
        for (int i = 0; i < names.size(); i++) {
            StringBuilder line = new StringBuilder(names.get(i)).append(" ".repeat(width - DisplayWidth.of(names.get(i))));
            for (int j = 0; j < names.size(); j++) {
                line.append(right(SpaceTable.number(metric.similarity(metric.distance(vectors, i, vectors, j))), width));
            }
            out.println(line);
        }
        out.flush();
    }

    private static String right(String text, int width) {
        return " ".repeat(Math.max(0, width - DisplayWidth.of(text))) + text;
    }

    private PrintWriter out() {
        return Objects.requireNonNull(spec).commandLine().getOut();
    }

    private void note(String line) {
        PrintWriter err = Objects.requireNonNull(spec).commandLine().getErr();
        err.println("latent: " + line);
        err.flush();
    }
}

package org.latent4j.workbench;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Matrix;
import org.latent4j.kernel.Progress;
import org.latent4j.kernel.WorkerPool;
import org.latent4j.model.encoder.Encoder;
import org.latent4j.space.Metric;
import org.latent4j.space.Space;
import org.latent4j.space.ranking.MeanInterval;
import org.latent4j.space.ranking.RankingQuality;
import org.latent4j.store.search.Hit;
import org.latent4j.store.search.SpaceSearch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code latent evaluate}: how well a space's encoder, keywords and both find what they should. */
@Command(name = "evaluate", header = "Measure how well searches of a space find what they should.", description = {
    "",
    "For the encoder that made the space, for keyword search (BM25) and for both together (reciprocal rank fusion): recall, mean reciprocal "
            + "rank and nDCG of the first K, each with the interval in which 95 of 100 means of resampled queries lie, and the differences "
            + "by query. A difference whose interval doesn't hold 0 is more than chance.",
    ""
}, footer = {
    "",
    "Queries are JSON lines, {\"query\": \"a tool to draw graphs\", \"relevant\": [\"gnuplot\", \"ploticus\"]} with names or indices of points, "
            + "or a folder with queries.jsonl and qrels/test.tsv as BEIR has them.",
    "",
    "  latent evaluate packages.space --queries q.jsonl"
})
final class EvaluateCommand implements Callable<Integer> {
    private static final String ENCODER = "encoder";
    private static final String KEYWORDS = "keywords";
    private static final String HYBRID = "hybrid";

    @Spec
    private @Nullable CommandSpec spec;

    @Mixin
    private SpaceArgument argument = new SpaceArgument();

    @Parameters(paramLabel = "SPACE", arity = "0..1", description = "A .space folder that an encoder made.")
    private @Nullable String path;

    @Option(names = "--queries", paramLabel = "FILE", required = true, description = "Queries and what is relevant to each.")
    private @Nullable Path queries;

    @Option(names = "-k", paramLabel = "K", defaultValue = "10", description = "How many of the first count (default: ${DEFAULT-VALUE}).")
    private int k = 10;

    @Mixin
    private SearchOptions searching = new SearchOptions();

    @Mixin
    private CommonSpaceOptions common = new CommonSpaceOptions();

    /** A measure by its name. */
    private record Measure(String name, ToDoubleFunction<RankingQuality> value) {}

    private List<Measure> measures() {
        return List.of(new Measure("recall", RankingQuality::recall), new Measure("mrr", RankingQuality::reciprocalRank),
                new Measure("ndcg", RankingQuality::ndcg));
    }

    @Override
    public Integer call() {
        if (k < 1) {
            throw new LatentException("-k %d: at least 1 must count".formatted(k));
        }
        Space space = SpaceArgument.required(argument, path);
        List<RetrievalQueries> asked = RetrievalQueries.read(Objects.requireNonNull(queries), space);
        Matrix vectors;
        try (Encoder encoder = SpaceQueries.encoder(space)) {
            vectors = encoder.forQueries().encode(asked.stream().map(RetrievalQueries::query).toList());
        }
        Map<String, List<RankingQuality>> judged;
        try (WorkerPool pool = common.pool();
                SpaceSearch search = searching.search(space, Metric.COSINE, pool, common.progress(), this::note)) {
            search.told().ifPresent(this::note);
            judged = judge(search, asked, vectors);
        }
        PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
        if (common.json()) {
            SpaceJson.print(out, json -> write(json, judged, asked.size()));
        } else {
            tell(out, judged, asked.size());
        }
        return 0;
    }

    private Map<String, List<RankingQuality>> judge(SpaceSearch search, List<RetrievalQueries> asked, Matrix vectors) {
        Map<String, List<RankingQuality>> judged = new LinkedHashMap<>();
        List.of(ENCODER, KEYWORDS, HYBRID).forEach(name -> judged.put(name, new ArrayList<>()));
        for (int query = 0; query < asked.size(); query++) {
            String text = asked.get(query).query();
            Map<Integer, Double> relevant = asked.get(query).relevant();
            float[] vector = vectors.row(query);
            requireNonNull(judged.get(ENCODER)).add(quality(search.nearest(vector, k), relevant));
            requireNonNull(judged.get(KEYWORDS)).add(quality(search.keywords(text, k), relevant));
            requireNonNull(judged.get(HYBRID)).add(quality(search.hybrid(text, vector, k), relevant));
            common.progress().report("Searching", query + 1, asked.size(), Progress.Unit.STEPS);
        }
        return judged;
    }

    private RankingQuality quality(List<Hit> hits, Map<Integer, Double> relevant) {
        return RankingQuality.of(hits.stream().map(Hit::point).toList(), relevant, k);
    }

    private MeanInterval mean(List<RankingQuality> judged, Measure measure) {
        return MeanInterval.of(judged.stream().mapToDouble(measure.value).toArray(), common.seed());
    }

    private MeanInterval difference(List<RankingQuality> one, List<RankingQuality> other, Measure measure) {
        return MeanInterval.of(IntStream.range(0, one.size())
                .mapToDouble(i -> measure.value.applyAsDouble(one.get(i)) - measure.value.applyAsDouble(other.get(i))).toArray(),
                common.seed());
    }

    /** Which searches are compared: the one less the other. */
    private static final List<List<String>> COMPARED = List.of(List.of(ENCODER, KEYWORDS), List.of(HYBRID, ENCODER),
            List.of(HYBRID, KEYWORDS));

    private void tell(PrintWriter out, Map<String, List<RankingQuality>> judged, int count) {
        out.println("%s %s, the first %d of each".formatted(Amounts.count(count), count == 1 ? "query" : "queries", k));
        out.println();
        out.println("  %-20s  %-23s %-23s %s".formatted("", "recall@" + k, "MRR@" + k, "nDCG@" + k));
        judged.forEach((name, own) -> out.println("  %-20s  %s".formatted(name,
                String.join("  ", measures().stream().map(measure -> shown(mean(own, measure))).toList()))));
        out.println();
        for (List<String> pair : COMPARED) {
            out.println("  %-20s  %s".formatted(pair.getFirst() + " - " + pair.getLast(), String.join("  ", measures().stream()
                    .map(measure -> shown(
                            difference(requireNonNull(judged.get(pair.getFirst())), requireNonNull(judged.get(pair.getLast())), measure)))
                    .toList())));
        }
        out.flush();
    }

    private static String shown(MeanInterval interval) {
        return String.format(Locale.ROOT, "%6.3f (%5.3f %5.3f)", interval.mean(), interval.low(), interval.high());
    }

    private void write(JsonGenerator json, Map<String, List<RankingQuality>> judged, int count) throws IOException {
        json.writeStartObject();
        json.writeNumberField("queries", count);
        json.writeNumberField("k", k);
        json.writeObjectFieldStart("searches");
        for (Map.Entry<String, List<RankingQuality>> one : judged.entrySet()) {
            json.writeObjectFieldStart(one.getKey());
            for (Measure measure : measures()) {
                SpaceJson.interval(json, measure.name, mean(one.getValue(), measure));
            }
            json.writeEndObject();
        }
        json.writeEndObject();
        json.writeObjectFieldStart("differences");
        for (List<String> pair : COMPARED) {
            json.writeObjectFieldStart(pair.getFirst() + " - " + pair.getLast());
            for (Measure measure : measures()) {
                SpaceJson.interval(json, measure.name,
                        difference(requireNonNull(judged.get(pair.getFirst())), requireNonNull(judged.get(pair.getLast())), measure));
            }
            json.writeEndObject();
        }
        json.writeEndObject();
        json.writeEndObject();
    }

    private void note(String line) {
        PrintWriter err = Objects.requireNonNull(spec).commandLine().getErr();
        err.println("latent: " + line);
        err.flush();
    }
}

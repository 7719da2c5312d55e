package org.latent4j.workbench;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Matrix;
import org.latent4j.kernel.Progress;
import org.latent4j.kernel.WorkerPool;
import org.latent4j.space.Metric;
import org.latent4j.space.NeighbourSearch;
import org.latent4j.space.Neighbours;
import org.latent4j.space.Space;
import org.latent4j.space.projection.Geodesics;
import org.latent4j.space.projection.Isomap;
import org.latent4j.space.projection.MapQuality;
import org.latent4j.workbench.map.MapAbout;
import org.latent4j.workbench.map.MapPoints;
import org.latent4j.workbench.map.MapView;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code latent manifold}: the way from one point to another through the cloud, against the straight line. */
@Command(name = "manifold", header = "The way between two points through the cloud, against the straight line.", description = {
    "",
    "Goes from neighbour to neighbour by the shortest way, and tells how much longer that is than the straight line; "
            + "with --out draws the Isomap of the space, in which such ways are straight.",
    ""
}, footer = {"", "  latent manifold packages.space --from gimp --to gnuplot", "  latent manifold packages.space --out isomap.html"})
final class ManifoldCommand implements Callable<Integer> {
    private static final int QUALITY_K = 15;
    /** Columns in which a point is told. */
    private static final int SHOWN = 40;

    @Spec
    private @Nullable CommandSpec spec;

    @Parameters(index = "0", arity = "0..1", paramLabel = "SPACE", description = "A .space folder or a file of vectors.")
    private @Nullable String given;

    @Mixin
    private SpaceArgument space = new SpaceArgument();

    @Option(names = "--from", paramLabel = "NAME", description = "Where the way begins.")
    private @Nullable String from;

    @Option(names = "--to", paramLabel = "NAME", description = "Where it ends.")
    private @Nullable String to;

    @Option(names = {"-k",
        "--neighbours"}, defaultValue = "10", paramLabel = "K", description = "Neighbours to which a point is joined (default: ${DEFAULT-VALUE}).")
    private int neighbours = 10;

    @Option(names = "--metric", defaultValue = "euclidean", description = "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
    private MapCommand.Compared metric = MapCommand.Compared.euclidean;

    @Option(names = "--dims", defaultValue = "2", paramLabel = "2|3", description = "Dimensions of the Isomap (default: ${DEFAULT-VALUE}).")
    private int dims = 2;

    @Option(names = "--threads", paramLabel = "N", description = "How many threads compute (default: one a core). Results don't depend on it.")
    private @Nullable Integer threads;

    @Option(names = "--seed", paramLabel = "N", description = "Accepted as everywhere; nothing is drawn here.")
    private long seed;

    @Option(names = {"-o", "--out"}, paramLabel = "FILE", description = "Draw the Isomap: .html .png .svg .csv .npy .json.")
    private @Nullable Path out;

    @Option(names = "--json", description = "Tell the way as JSON.")
    private boolean json;

    /** A way beside the points nearest to as many places of the straight line. */
    private record Found(Geodesics.Way way, double straight, List<Integer> alongLine) {}

    @Override
    public Integer call() {
        if (given == null && !space.isNamed()) {
            throw new LatentException("there is no space; give one: latent manifold packages.space --from X --to Y");
        }
        if ((from == null) != (to == null) || from == null && out == null) {
            throw new LatentException("give both --from and --to, or --out for the Isomap");
        }
        if (neighbours < 1 || neighbours > 10_000 || dims != 2 && dims != 3) {
            throw new LatentException("--neighbours is from 1 to 10000 and --dims 2 or 3, not %d and %d".formatted(neighbours, dims));
        }
        int count = threads == null ? Runtime.getRuntime().availableProcessors() : threads;
        if (count < 1 || count > 1024) {
            throw new LatentException("--threads %d: give 1 to 1024".formatted(count));
        }
        Progress progress = ProgressBar.on(Terminal.detect());
        Space opened = given == null ? space.open("") : space.named(given);
        try (WorkerPool pool = new WorkerPool(count); NewFile file = out == null ? null : MapFiles.claim(out)) {
            if (opened.size() < 2) {
                throw new LatentException("a way needs at least 2 points, %s has %d".formatted(opened.origin().source(), opened.size()));
            }
            NeighbourSearch search = new NeighbourSearch(opened.vectors(), compared(), pool);
            Geodesics geodesics = new Geodesics(
                    TrueNeighbours.of(opened.vectors(), neighbours, compared(), 1, pool, progress).near(), pool);
            if (from != null && to != null) {
                tell(opened, find(opened, geodesics, search, opened.require(from), opened.require(to)));
            }
            if (file != null && out != null) {
                draw(opened, geodesics, file, out, pool, progress);
            }
        }
        return 0;
    }

    private Metric compared() {
        return metric == MapCommand.Compared.cosine ? Metric.ANGULAR : Metric.EUCLIDEAN;
    }

    private Found find(Space opened, Geodesics geodesics, NeighbourSearch search, int begin, int end) {
        Geodesics.Way way;
        try {
            way = geodesics.between(begin, end);
        } catch (LatentException _) {
            throw new LatentException(
                    "no way leads from '%s' to '%s': the graph of %d neighbours is in %d parts; give a larger --neighbours"
                            .formatted(opened.name(begin), opened.name(end), neighbours, geodesics.parts()));
        }
        Matrix points = opened.vectors();
        double straight = compared().distance(points, begin, points, end);
        int steps = way.points().size();
        Matrix places = Matrix.zeros(steps, points.columns());
        for (int i = 0; i < steps; i++) {
            double share = steps == 1 ? 0 : i / (double) (steps - 1);
            for (int c = 0; c < points.columns(); c++) {
                places.data()[i * points.columns() + c] = (float) ((1 - share) * points.at(begin, c) + share * points.at(end, c));
            }
        }
        Neighbours nearest = search.nearest(places, 1);
        List<Integer> along = new ArrayList<>();
        for (int i = 0; i < steps; i++) {
            along.add(i == 0 ? begin : i == steps - 1 ? end : nearest.index(i, 0));
        }
        return new Found(way, straight, along);
    }

    private void tell(Space opened, Found found) {
        var print = Objects.requireNonNull(spec).commandLine().getOut();
        if (json) {
            print.println(asJson(opened, found));
            return;
        }
        print.printf(Locale.ROOT, "through the cloud %.4g, straight %.4g%s, %s%n%n", found.way().length(), found.straight(),
                found.straight() > 0 ? String.format(Locale.ROOT, " (%.2f times as long)", found.way().length() / found.straight()) : "",
                Amounts.of(found.way().points().size() - 1, "step"));
        print.println("    through the cloud                         nearest to the straight line");
        for (int i = 0; i < found.way().points().size(); i++) {
            String through = ClusterPortrait.shown(opened, found.way().points().get(i), SHOWN);
            print.printf("%3d %s  %s%n", i, through + " ".repeat(SHOWN - DisplayWidth.of(through)),
                    ClusterPortrait.shown(opened, found.alongLine().get(i), SHOWN));
        }
    }

    private String asJson(Space opened, Found found) {
        StringWriter text = new StringWriter();
        try (JsonGenerator generator = new JsonFactory().createGenerator(text)) {
            generator.writeStartObject();
            generator.writeNumberField("geodesic", found.way().length());
            generator.writeNumberField("straight", found.straight());
            points(generator, "path", opened, found.way().points());
            points(generator, "straight_line", opened, found.alongLine());
            generator.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString();
    }

    private static void points(JsonGenerator generator, String name, Space opened, List<Integer> points) throws IOException {
        generator.writeArrayFieldStart(name);
        for (int point : points) {
            generator.writeStartObject();
            generator.writeNumberField("index", point);
            generator.writeStringField("name", opened.name(point));
            generator.writeEndObject();
        }
        generator.writeEndArray();
    }

    private void draw(Space opened, Geodesics geodesics, NewFile file, Path place, WorkerPool pool, Progress progress) {
        Isomap map = Isomap.fit(geodesics, opened.size(), dims, pool, progress);
        MapQuality quality = MapQuality.of(opened.vectors(), map.coordinates(), compared(), QUALITY_K, pool, progress);
        TrueNeighbours near = TrueNeighbours.of(opened.vectors(), QUALITY_K, compared(), 1, pool, progress);
        MapView view = new MapView("", map.coordinates(), Optional.of(near.near()), near.share(),
                Optional.of(new MapView.Quality(quality.k(), quality.trustworthiness(), quality.continuity(), quality.neighboursKept())));
        MapPoints points = MapCommand.points(opened);
        String method = "Isomap, %d neighbours, %s%s".formatted(neighbours, metric,
                map.landmarks() < opened.size() ? ", " + Amounts.count(map.landmarks()) + " landmarks" : "");
        MapAbout about = new MapAbout(MapCommand.title(opened), method,
                points.columns().isEmpty() ? Optional.empty() : Optional.of(points.columns().getFirst().name()),
                Map.of("source", opened.origin().source(), "latent4j", Version.ofLatent4j()));
        long size = new MapFiles(about, points, List.of(view)).write(file, place);
        var err = Objects.requireNonNull(spec).commandLine().getErr();
        err.println("latent: %s: %s".formatted(place, Amounts.bytes(size)));
        err.flush();
    }
}

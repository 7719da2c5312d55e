package org.latent4j.workbench;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Progress;
import org.latent4j.kernel.WorkerPool;
import org.latent4j.model.Model;
import org.latent4j.model.Models;
import org.latent4j.model.site.Positions;
import org.latent4j.model.site.Sites;
import org.latent4j.space.Metric;
import org.latent4j.space.Space;
import org.latent4j.space.projection.DiffusionSettings;
import org.latent4j.space.projection.Projection;
import org.latent4j.space.projection.TsneSettings;
import org.latent4j.space.projection.UmapSettings;
import org.latent4j.store.Fitted;
import org.latent4j.store.ProjectionFile;
import org.latent4j.workbench.map.MapAbout;
import org.latent4j.workbench.map.MapColumn;
import org.latent4j.workbench.map.MapPoints;
import org.latent4j.workbench.map.MapView;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code latent map}: a space, or hidden states layer by layer, in two or three dimensions. */
@Command(name = "map", header = "Draw a map of a space: UMAP, t-SNE, PCA or diffusion.", description = {
    "",
    "The map says how far it can be believed: trustworthiness (are points that lie together neighbours in truth?), continuity "
            + "(do neighbours lie together?) and the share of the 15 nearest that are kept.",
    ""
}, footer = {
    "",
    "  latent map packages.space --out map.html --colour section",
    "  latent map vectors.npy --method tsne --metric euclidean --out map.png --out map.csv",
    "  latent map packages.space --save packages.map.safetensors",
    "  latent map more.space --fitted packages.map.safetensors --out more.html",
    "  latent map --model smollm2-135m-instruct --texts reviews.tsv --column text --site resid_post.12 --colour label --out map.html",
    "  latent map --model smollm2-135m-instruct --texts reviews.tsv --layers all --colour label --out layers.html"
})
final class MapCommand implements Callable<Integer> {
    /** By which way a map is made. */
    enum Method {
        pca, tsne, umap, diffusion
    }

    /** How points are compared. */
    enum Compared {
        euclidean, cosine
    }

    @Spec
    private @Nullable CommandSpec spec;

    @Parameters(index = "0", arity = "0..1", paramLabel = "SPACE", description = "A .space folder or a file of vectors.")
    private @Nullable String given;

    @Mixin
    private SpaceArgument space = new SpaceArgument();

    @Option(names = {"-m", "--model"}, paramLabel = "MODEL", description = "Map hidden states of --texts in this model.")
    private @Nullable String model;

    @Option(names = "--texts", paramLabel = "FILE", description = "The texts: .txt .tsv .csv .jsonl .json.")
    private @Nullable Path texts;

    @Option(names = "--column", paramLabel = "NAME", description = "The column with the texts (default: text, or the only one).")
    private @Nullable String column;

    @Option(names = "--layers", paramLabel = "LIST", description = "Small multiples: all, or layers like 0,5,10-15 of resid_post.")
    private @Nullable String layers;

    @Option(names = "--positions", paramLabel = "WHICH", defaultValue = "last", description = "A text's state: last (position) or mean (default: ${DEFAULT-VALUE}).")
    private String positions = "last";

    @Option(names = "--method", defaultValue = "umap", description = "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
    private Method method = Method.umap;

    @Option(names = "--dims", defaultValue = "2", paramLabel = "2|3", description = "Dimensions of the map (default: ${DEFAULT-VALUE}).")
    private int dims = 2;

    @Option(names = "--metric", defaultValue = "cosine", description = "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
    private Compared metric = Compared.cosine;

    @Option(names = "--seed", defaultValue = "1", paramLabel = "N", description = "The same seed gives the same map (default: ${DEFAULT-VALUE}).")
    private long seed = 1;

    @Option(names = "--threads", paramLabel = "N", description = "How many threads compute (default: one a core). Results don't depend on it.")
    private @Nullable Integer threads;

    @Option(names = "--perplexity", paramLabel = "P", description = "t-SNE: about how many neighbours count (default: 30).")
    private @Nullable Double perplexity;

    @Option(names = "--neighbours", paramLabel = "K", description = "UMAP: points in a neighbourhood (default: 15); diffusion: neighbours to which a point is joined (default: 64).")
    private @Nullable Integer neighbours;

    @Option(names = "--min-dist", paramLabel = "D", description = "UMAP: how near points may come (default: 0.1).")
    private @Nullable Double minDist;

    @Option(names = "--epochs", paramLabel = "N", description = "UMAP: rounds (default: 500 up to 10,000 points, 200 beyond); t-SNE: steps after the first 250 (default: 500).")
    private @Nullable Integer epochs;

    @Option(names = "--densmap", description = "UMAP: keep how dense the points lie.")
    private boolean densmap;

    @Option(names = "--supervised", paramLabel = "COLUMN", description = "UMAP: pull points with the same value together (with --labels: label).")
    private @Nullable String supervised;

    @Option(names = "--time", paramLabel = "T", description = "Diffusion: how many steps the walk takes; more leave less of the detail (default: 1).")
    private @Nullable Double time;

    @Option(names = "--alpha", paramLabel = "A", description = "Diffusion: how much of the density is taken out, 0 to 1 (default: 1).")
    private @Nullable Double alpha;

    @Option(names = "--bandwidth", paramLabel = "E", description = "Diffusion: the squared distance at which steps get rare (default: the median to the last neighbour).")
    private @Nullable Double bandwidth;

    @Option(names = "--colour", paramLabel = "COLUMN", description = "The column that colours the points; cluster and outlier_score are found.")
    private @Nullable String colour;

    @Option(names = {"-o", "--out"}, paramLabel = "FILE", description = "Write the map: .html .png .svg .csv .npy .json; may be repeated.")
    private List<Path> out = new ArrayList<>();

    @Option(names = "--save", paramLabel = "FILE", description = "Keep the fitted map, so that other points can be placed in it with --fitted (.safetensors).")
    private @Nullable Path save;

    @Option(names = "--fitted", paramLabel = "FILE", description = "Fit nothing: place the points in the map that --save kept.")
    private @Nullable Path fitted;

    @Option(names = "--json", description = "Tell how far the map can be believed as JSON.")
    private boolean json;

    @Override
    public Integer call() {
        check();
        List<NewFile> files = new ArrayList<>();
        try (WorkerPool pool = new WorkerPool(threads())) {
            for (Path place : out) {
                files.add(MapFiles.claim(place));
            }
            Progress progress = ProgressBar.on(Terminal.detect());
            Optional<Fitted<Projection>> kept = Optional.ofNullable(fitted).map(ProjectionFile::read);
            Map<String, Space> spaces = spaces(progress);
            Space first = spaces.values().iterator().next();
            kept.ifPresent(map -> map.requireFits(first.origin()));
            MapPoints points = points(first);
            String shown = colouring(points);
            boolean page = out.stream().anyMatch(MapCommand::isPage);
            MapRun.Request request = request(first, kept);
            MapRun run = new MapRun(request, pool, progress, this::note);
            List<MapRun.Fitted> maps = kept.isPresent()
                    ? List.of(run.placed(kept.get().fit(), first.vectors(), page))
                    : run.all(spaces, page);
            List<MapView> views = maps.stream().map(MapRun.Fitted::view).toList();
            String method = kept.map(map -> "Placed in the map of %s (%s)".formatted(map.origin().source(), fitted)).orElse(run.method());
            MapAbout about = new MapAbout(heading(first, views), method, Optional.of(shown).filter(name -> !name.isEmpty()),
                    provenance(first));
            List<MapColumn> found = layers != null
                    ? List.of()
                    : new MapFindings(first, request.metric(), seed, pool, progress).columns(points, views.getFirst(), page, shown);
            for (int i = 0; i < files.size(); i++) {
                boolean explored = isPage(out.get(i));
                MapPoints told = points.with(found.stream().filter(each -> explored || each.name().equals(shown)).toList());
                long size = new MapFiles(about, told, views).write(files.get(i), out.get(i));
                note("%s: %s".formatted(out.get(i), Amounts.bytes(size)));
            }
            keep(maps.getFirst().map(), first);
            tell(maps);
        } finally {
            files.forEach(NewFile::close);
        }
        return 0;
    }

    private static boolean isPage(Path place) {
        return place.toString().toLowerCase(Locale.ROOT).endsWith(".html");
    }

    private void keep(Projection map, Space space) {
        if (save != null) {
            ProjectionFile.write(save, map, space.origin(), new CommandText(Objects.requireNonNull(spec)).manifest());
            note("the fitted map is in %s; --fitted places other points in it".formatted(save));
        }
    }

    private void check() {
        if (dims != 2 && dims != 3) {
            throw new LatentException("--dims %d: a map has 2 or 3 dimensions".formatted(dims));
        }
        boolean hidden = texts != null || model != null || layers != null;
        if (hidden && texts == null) {
            throw new LatentException("--model and --layers map the hidden states of --texts FILE, which is missing");
        }
        if (hidden && (given != null || space.isNamed())) {
            throw new LatentException("a space and --texts are two things to map; give one");
        }
        if (hidden && (layers == null) == space.site().isEmpty()) {
            throw new LatentException("give --site (such as resid_post.12) or --layers (such as all), not both");
        }
        if (!hidden && given == null && !space.isNamed()) {
            throw new LatentException("there is nothing to map; give a space (latent map packages.space) or --texts with --model");
        }
        if (!hidden && column != null) {
            throw new LatentException("--column goes with --texts");
        }
        refuse(method != Method.tsne && perplexity != null, "--perplexity", "tsne");
        refuse(method != Method.umap && method != Method.diffusion && neighbours != null, "--neighbours", "umap or diffusion");
        refuse(method != Method.diffusion && time != null, "--time", "diffusion");
        refuse(method != Method.diffusion && alpha != null, "--alpha", "diffusion");
        refuse(method != Method.diffusion && bandwidth != null, "--bandwidth", "diffusion");
        refuse(method != Method.umap && minDist != null, "--min-dist", "umap");
        refuse(method != Method.umap && densmap, "--densmap", "umap");
        refuse(method != Method.umap && supervised != null, "--supervised", "umap");
        refuse((method == Method.pca || method == Method.diffusion) && epochs != null, "--epochs", "umap or tsne");
        checkFitted();
    }

    private void checkFitted() {
        if (layers != null && (save != null || fitted != null)) {
            throw new LatentException("--save and --fitted are for one map; give --site instead of --layers");
        }
        if (fitted == null) {
            return;
        }
        for (String option : List.of("--save", "--method", "--dims", "--metric", "--seed", "--perplexity", "--neighbours", "--min-dist",
                "--epochs", "--densmap", "--supervised", "--time", "--alpha", "--bandwidth")) {
            if (Objects.requireNonNull(spec).commandLine().getParseResult().hasMatchedOption(option)) {
                throw new LatentException("%s and --fitted don't go together: a map that is fitted stays as it is".formatted(option));
            }
        }
    }

    private static void refuse(boolean wrong, String option, String methods) {
        if (wrong) {
            throw new LatentException("%s goes with --method %s".formatted(option, methods));
        }
    }

    private int threads() {
        int count = threads == null ? Runtime.getRuntime().availableProcessors() : threads;
        if (count < 1 || count > 1024) {
            throw new LatentException("--threads %d: give 1 to 1024".formatted(count));
        }
        return count;
    }

    private Map<String, Space> spaces(Progress progress) {
        if (texts == null) {
            Space opened = given == null ? space.open("") : space.named(given);
            Map<String, Space> one = new LinkedHashMap<>();
            one.put("", opened);
            return one;
        }
        Positions position = Positions.parse(positions);
        if (!position.equals(Positions.MEAN) && !position.equals(Positions.LAST)) {
            throw new LatentException("--positions %s: a text's one state is its last or the mean".formatted(positions));
        }
        String named = layers == null ? space.site().orElseThrow() : layers.equals("all") ? "resid_post.*" : sitesOf(layers);
        Sites sites = Sites.of(named);
        Models.Options options = Models.Options.standard().withOffline(space.isOffline()).withProgress(progress).withNotices(this::note);
        try (Model opened = Models.open(model == null ? Models.DEFAULT : model, options.withThreads(threads()))) {
            Map<String, Space> states = new MapSource(opened, sites, position, progress).spaces(texts, Optional.ofNullable(column));
            if (layers == null && states.size() > 1) {
                throw new LatentException("--site %s is %d sites; name one, or give --layers".formatted(named, states.size()));
            }
            return states;
        }
    }

    private static String sitesOf(String layers) {
        List<String> sites = new ArrayList<>();
        for (String part : layers.split(",", -1)) {
            sites.add("resid_post." + part.strip());
        }
        return String.join(",", sites);
    }

    private MapRun.Request request(Space first, Optional<Fitted<Projection>> kept) {
        Metric compared = kept.map(map -> map.fit().metric()).orElse(metric == Compared.cosine ? Metric.COSINE : Metric.EUCLIDEAN);
        UmapSettings umap = UmapSettings.of(dims, compared, seed);
        umap = neighbours == null ? umap : umap.withNeighbours(neighbours);
        umap = minDist == null ? umap : umap.withLeastDistance(minDist);
        umap = epochs == null ? umap : umap.withEpochs(epochs);
        umap = densmap ? umap.withDensity() : umap;
        umap = supervised == null ? umap : umap.withClasses(classes(first, supervised));
        TsneSettings tsne = TsneSettings.of(dims, compared, seed);
        tsne = perplexity == null ? tsne : tsne.withPerplexity(perplexity);
        tsne = epochs == null ? tsne : tsne.withSteps(250, epochs);
        return new MapRun.Request(method, dims, compared, umap, tsne, diffusion(compared));
    }

    private DiffusionSettings diffusion(Metric compared) {
        DiffusionSettings settings = DiffusionSettings.of(dims, compared);
        settings = neighbours == null ? settings : settings.withNeighbours(neighbours);
        settings = time == null ? settings : settings.withTime(time);
        settings = alpha == null ? settings : settings.withAlpha(alpha);
        return bandwidth == null ? settings : settings.withBandwidth(bandwidth);
    }

    private static int[] classes(Space space, String field) {
        List<@Nullable Object> values = space.items().column(field);
        Map<Object, Integer> numbers = new HashMap<>();
        int[] classes = new int[values.size()];
        for (int i = 0; i < classes.length; i++) {
            Object value = values.get(i);
            classes[i] = value == null ? -1 : numbers.computeIfAbsent(value, _ -> numbers.size());
        }
        if (numbers.isEmpty()) {
            throw new LatentException("no point has a field '%s' to supervise by; there are %s".formatted(field, fields(space)));
        }
        return classes;
    }

    private static String fields(Space space) {
        return space.items().fieldNames().isEmpty() ? "none" : String.join(", ", space.items().fieldNames());
    }

    static MapPoints points(Space space) {
        List<MapColumn> columns = new ArrayList<>();
        List<String> shown = List.of();
        for (String field : space.items().fieldNames()) {
            List<@Nullable Object> values = space.items().column(field);
            if (field.equals("text")) {
                shown = values.stream().map(value -> value == null ? "" : String.valueOf(value)).toList();
            } else {
                columns.add(MapColumn.of(field, values));
            }
        }
        return new MapPoints(space.names(), shown, columns);
    }

    /** The column that colours: the one asked for, else the one that supervises, else {@code label} if there is one, else none. */
    private String colouring(MapPoints points) {
        List<String> names = points.columns().stream().map(MapColumn::name).toList();
        String asked = colour != null ? colour : supervised;
        if (asked != null && !names.contains(asked) && !(layers == null && MapFindings.isFound(asked))) {
            throw new LatentException("no column '%s' to colour by; there are %s%s".formatted(asked,
                    names.isEmpty() ? "none" : String.join(", ", names),
                    layers == null ? ", and cluster and outlier_score, which are found" : ""));
        }
        return asked != null ? asked : names.contains("label") ? "label" : names.isEmpty() ? "" : names.getFirst();
    }

    /** Of layers, whose is named once for all. */
    private static String heading(Space first, List<MapView> views) {
        return views.size() == 1
                ? title(first)
                : "%s, %d layers: %s".formatted(first.origin().source().replace(", " + views.getFirst().name(), ""), views.size(),
                        Amounts.of(first.size(), "point"));
    }

    static String title(Space space) {
        return "%s: %s".formatted(space.origin().source(), Amounts.of(space.size(), "point"));
    }

    private Map<String, String> provenance(Space first) {
        Map<String, String> provenance = new LinkedHashMap<>();
        provenance.put("source", first.origin().source());
        first.origin().fingerprint().ifPresent(print -> provenance.put("fingerprint", print.toString()));
        first.origin().details().forEach(provenance::putIfAbsent);
        provenance.put("latent4j", Version.ofLatent4j());
        provenance.put("command", "latent " + String.join(" ",
                Objects.requireNonNull(spec).root().commandLine().getParseResult().originalArgs().stream().map(Shell::quote).toList()));
        return provenance;
    }

    /** How far a map can be believed; of one point nobody can tell. */
    private static MapView.Quality quality(MapRun.Fitted map) {
        return map.view().quality().orElse(new MapView.Quality(0, Double.NaN, Double.NaN, Double.NaN));
    }

    private void tell(List<MapRun.Fitted> maps) {
        var print = Objects.requireNonNull(spec).commandLine().getOut();
        if (json) {
            print.println(asJson(maps));
            return;
        }
        for (MapRun.Fitted map : maps) {
            MapView.Quality quality = quality(map);
            if (quality.k() == 0) {
                print.println("one point: there are no neighbours by which to tell how far the map can be believed");
                continue;
            }
            print.printf(Locale.ROOT, "%strustworthiness %.4f, continuity %.4f, neighbours kept %.4f (k %d)%s, %.1f s%n",
                    maps.size() > 1 ? map.view().name() + ": " : "", quality.trustworthiness(), quality.continuity(),
                    quality.neighboursKept(), quality.k(),
                    Double.isNaN(map.divergence()) ? "" : String.format(Locale.ROOT, ", KL %.4f", map.divergence()), map.seconds());
        }
        if (out.isEmpty() && save == null) {
            note("the map itself is written with --out map.html");
        }
    }

    private String asJson(List<MapRun.Fitted> maps) {
        StringWriter text = new StringWriter();
        try (JsonGenerator generator = new JsonFactory().createGenerator(text)) {
            if (layers != null) {
                generator.writeStartObject();
                generator.writeArrayFieldStart("layers");
            }
            for (MapRun.Fitted map : maps) {
                generator.writeStartObject();
                if (layers != null) {
                    generator.writeStringField("site", map.view().name());
                }
                MapView.Quality quality = quality(map);
                Computing.number(generator, "trustworthiness", quality.trustworthiness());
                Computing.number(generator, "continuity", quality.continuity());
                Computing.number(generator, "neighbours_kept", quality.neighboursKept());
                Computing.number(generator, "kl", map.divergence());
                generator.writeNumberField("seconds", map.seconds());
                generator.writeEndObject();
            }
            if (layers != null) {
                generator.writeEndArray();
                generator.writeEndObject();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString();
    }

    private void note(String line) {
        var err = Objects.requireNonNull(spec).commandLine().getErr();
        err.println("latent: " + line);
        err.flush();
    }
}

package org.latent4j.workbench;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.latent4j.insight.direction.Direction;
import org.latent4j.insight.direction.DirectionFinder;
import org.latent4j.insight.direction.DirectionFinder.Found;
import org.latent4j.insight.direction.Method;
import org.latent4j.insight.direction.Samples;
import org.latent4j.insight.direction.SiteReport;
import org.latent4j.insight.steering.Effect;
import org.latent4j.insight.steering.Operator;
import org.latent4j.insight.steering.SteeringPlan;
import org.latent4j.insight.steering.Sweep;
import org.latent4j.insight.steering.Sweep.Range;
import org.latent4j.insight.steering.SweepReport;
import org.latent4j.insight.steering.SweepState;
import org.latent4j.insight.steering.TextProbe;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Progress;
import org.latent4j.model.Model;
import org.latent4j.model.PromptMode;
import org.latent4j.model.site.Positions;
import org.latent4j.model.site.Site;
import org.latent4j.model.site.Sites;

/** One experiment from texts to a page; beside the page a folder with what it takes to repeat each step by hand. */
final class Experiment {
    private static final int PARTS = 3;

    private final Recipe recipe;
    private final Model model;
    private final CommandText text;
    private final Path page;
    private final Path files;
    private final BooleanSupplier interrupted;
    private final Progress progress = ProgressBar.on(Terminal.detect());

    Experiment(Recipe recipe, Model model, CommandText text, Path page, BooleanSupplier interrupted) {
        this.recipe = recipe;
        this.model = model;
        this.text = text;
        this.page = page;
        this.files = page.resolveSibling(String.valueOf(page.getFileName()).replaceFirst("\\.html?$", "") + ".files");
        this.interrupted = interrupted;
    }

    /** What the experiment found. */
    record Outcome(Recipe recipe, List<SiteReport> probes, List<SiteReport> directions, TextProbe judge, SweepReport sweep,
            List<String> commands) {}

    void run(NewFile to, Optional<PrintWriter> json) {
        List<Range> asked = asked(); // layers that aren't there are told at once
        Samples finding = recipe.half(0);
        Samples judging = recipe.half(1);
        List<SiteReport> probes = finder(Method.LOGISTIC, true).find("probe", recipe.samples(), progress, interrupted).reports();
        Found found = finder(recipe.method(), true).find(recipe.name(), finding, progress, interrupted);
        TextProbe judge = TextProbe.fit("classifier: " + recipe.name(), judging, model, interrupted);
        Direction shuffled = finder(recipe.method(), false).find("shuffled", TextProbe.shuffled(judging, recipe.seed()), Progress.NONE,
                interrupted).direction();
        SteeringPlan plan = SteeringPlan.of(found.direction(), Operator.ADD, 1, List.of(found.direction().bestSite()));
        List<Range> ranges = asked.isEmpty() ? parts(found.direction()) : asked;
        Map<String, String> about = about(plan);
        SweepState state = new SweepState(Unfinished.open(Optional.of(page),
                String.join(" ", about.values()) + recipe.strengths() + ranges.hashCode()
                        + recipe.prompts().hashCode() + " " + recipe.maxTokens() + " " + recipe.controls()));
        if (state.size() > 0) {
            text.note(Unfinished.goingOn("an experiment", state.size()));
        }
        List<int[]> prompts = recipe.prompts().stream().map(p -> model.tokens(p, PromptMode.RAW)).toList();
        var settings = new Sweep.Settings(recipe.strengths(), ranges, prompts, recipe.maxTokens(),
                List.of(judge.effect(), new Effect.OwnReading(found.direction().bestSite())), recipe.controls(),
                recipe.controls() == 0 ? 0 : 1,
                Optional.of(shuffled), recipe.seed());
        SweepReport report = new Sweep(model, plan, settings, state, progress, interrupted).run();
        List<String> commands = keep(found.direction(), finding, judging, about, ranges, shown(report));
        Outcome outcome = new Outcome(recipe, probes, found.reports(), judge, report, commands);
        ExperimentPage shown = new ExperimentPage(outcome, about);
        long size = to.write(shown::write);
        state.remove();
        if (json.isPresent()) {
            new SweepJson(report, about, shown.conclusions(), recipe.prompts()).write(json.get());
            json.get().println();
            json.get().flush(); // before what is told on standard error
        } else {
            shown.conclusions().forEach(line -> text.print(line + "\n"));
        }
        text.note("wrote %s, %d kB: open it in a browser; what it takes to repeat it is in %s".formatted(page, (size + 500) / 1000, files));
    }

    private DirectionFinder finder(Method method, boolean report) {
        return new DirectionFinder(model,
                new DirectionFinder.Options(method, Sites.of("resid_post.*"), recipe.positions(), PromptMode.RAW, report, recipe.seed()));
    }

    private static List<Range> parts(Direction direction) {
        List<Site> sites = List.copyOf(direction.vectors().keySet());
        int edge = sites.size() / 6; // the first and the last blocks hardly carry what is meant
        return SteerSweep.parts(sites.subList(edge, sites.size() - edge), PARTS);
    }

    private List<Range> asked() {
        return recipe.layers().stream().map(l -> new Range(l.strip(), SteerArguments.sites(l.strip(), model))).toList();
    }

    private Map<String, String> about(SteeringPlan plan) {
        Map<String, String> about = new LinkedHashMap<>(text.manifest());
        about.put("model", model.name());
        about.put("model_sha256", model.fingerprint(PromptMode.RAW).model());
        about.put("direction", recipe.name());
        about.put("direction_sha256", SweepHashes.of(plan));
        about.put("operator", "add");
        about.put("method", recipe.method().label());
        about.put("seed", Long.toString(recipe.seed()));
        about.putAll(recipe.inputs());
        return about;
    }

    /** The cell to look at side by side: what was held against controls, else what is whole, else any. */
    private static SweepReport.Cell shown(SweepReport report) {
        List<SweepReport.Cell> cells = report.cells();
        return cells.stream().filter(c -> c.controls().isPresent()).findFirst()
                .or(() -> cells.stream().filter(SweepReport.Cell::whole).findFirst()).orElseGet(cells::getLast);
    }

    /** Writes what the steps by hand begin with, and tells them. */
    private List<String> keep(Direction direction, Samples finding, Samples judging, Map<String, String> about, List<Range> ranges,
            SweepReport.Cell shown) {
        try {
            Files.createDirectories(files);
            direction.write(files.resolve("direction.safetensors"), about);
            String on = " -m " + Shell.quote(model.name());
            String own = quoted("direction.safetensors");
            String strengths = recipe.strengths().stream().map(String::valueOf).collect(Collectors.joining(","));
            return List.of(
                    "latent direction find " + texts("all", recipe.samples()) + found(Method.LOGISTIC) + " --out "
                            + quoted("probe.safetensors") + on,
                    "latent direction find " + texts("found-from", finding) + found(recipe.method()) + " --out " + own + on,
                    "latent steer " + own + " " + Shell.quote(recipe.prompts().getFirst()) + " --strength=" + shown.strength()
                            + " --layers " + Shell.quote(shown.layers()) + on,
                    "latent steer " + own + " --sweep --data " + write("judged-by", labelled(judging)) + " --prompts "
                            + write("prompts", single(recipe.prompts())) + " --strengths=" + strengths + " --layers-ranges "
                            + Shell.quote(ranges.stream().map(Range::name).collect(Collectors.joining(","))) + " --max-tokens "
                            + recipe.maxTokens()
                            + " --controls " + recipe.controls() + " --seed " + recipe.seed() + on);
        } catch (IOException e) {
            throw new LatentException("can't write to %s: %s".formatted(files, e.getMessage()), e);
        }
    }

    private String quoted(String name) {
        return Shell.quote(files.resolve(name).toString());
    }

    private String found(Method method) {
        return " --method " + method.label() + " --positions " + (recipe.positions() instanceof Positions.Mean ? "mean" : "last")
                + " --seed " + recipe.seed();
    }

    /** Writes texts of two kinds as {@code direction find} takes them, and tells its options. */
    private String texts(String name, Samples samples) throws IOException {
        return samples.paired()
                ? "--pairs " + write(name, pairs(samples))
                : "--positive " + write(name + "-positive", single(samples.positive())) + " --negative "
                        + write(name + "-negative", single(samples.negative()));
    }

    private static List<Map<String, String>> pairs(Samples samples) {
        return IntStream.range(0, samples.positive().size())
                .mapToObj(i -> row("positive", samples.positive().get(i), "negative", samples.negative().get(i))).toList();
    }

    private static List<Map<String, String>> single(List<String> texts) {
        return texts.stream().map(t -> Map.of("text", t)).toList();
    }

    /** Pairs as they are; other texts with labels, of which the later in the alphabet counts as positive. */
    private static List<Map<String, String>> labelled(Samples samples) {
        return samples.paired()
                ? pairs(samples)
                : Stream.concat(samples.negative().stream().map(t -> row("text", t, "label", "0")),
                        samples.positive().stream().map(t -> row("text", t, "label", "1"))).toList();
    }

    private static Map<String, String> row(String first, String firstValue, String second, String secondValue) {
        Map<String, String> row = new LinkedHashMap<>();
        row.put(first, firstValue);
        row.put(second, secondValue);
        return row;
    }

    /** Writes rows as lines of JSON, and tells the file as a shell reads it. */
    private String write(String name, List<Map<String, String>> rows) throws IOException {
        StringWriter lines = new StringWriter();
        JsonFactory factory = new JsonFactory();
        factory.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
        for (Map<String, String> row : rows) {
            try (JsonGenerator json = factory.createGenerator(lines)) {
                json.writeStartObject();
                for (Map.Entry<String, String> cell : row.entrySet()) {
                    json.writeStringField(cell.getKey(), TokenText.wellFormed(cell.getValue()));
                }
                json.writeEndObject();
            }
            lines.write('\n');
        }
        Files.writeString(files.resolve(name + ".jsonl"), lines.toString());
        return quoted(name + ".jsonl");
    }
}

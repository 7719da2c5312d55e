package org.latent4j.workbench;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.latent4j.insight.Interrupted;
import org.latent4j.insight.direction.Direction;
import org.latent4j.insight.steering.SteeringPlan;
import org.latent4j.insight.steering.Sweep;
import org.latent4j.insight.steering.Sweep.Range;
import org.latent4j.insight.steering.SweepReport;
import org.latent4j.insight.steering.SweepState;
import org.latent4j.insight.steering.SweepTexts;
import org.latent4j.insight.steering.TextProbe;
import org.latent4j.kernel.LatentException;
import org.latent4j.model.Model;
import org.latent4j.model.PromptMode;
import org.latent4j.model.site.Site;
import picocli.CommandLine;

/** {@code latent steer --sweep}. */
final class SteerSweep {
    private static final int TOKENS = 32;
    private static final int PARTS = 5;
    private static final int MOST_PROMPTS = 1024;
    private static final int INTERRUPTED = 130;

    private final CommandLine line;
    private final CommandText text;
    private final List<String> named;
    private final ModelOptions model;
    private final SteerArguments steer;
    private final SweepOptions options;
    private final GenerationOptions generation;
    private final boolean chat;
    private final boolean json;

    SteerSweep(CommandLine line, List<String> named, ModelOptions model, SteerArguments steer, SweepOptions options,
            GenerationOptions generation, boolean chat, boolean json) {
        this.line = line;
        this.text = new CommandText(line.getCommandSpec());
        this.named = named;
        this.model = model;
        this.steer = steer;
        this.options = options;
        this.generation = generation;
        this.chat = chat;
        this.json = json;
    }

    int run() {
        if (!steer.operator().countsInNorms()) {
            throw new LatentException(
                    "--sweep goes over strengths, and %s has none: sweep add or clamp".formatted(steer.operator().label()));
        }
        AtomicBoolean interrupted = new AtomicBoolean();
        try (@Nullable
        NewFile page = options.html().isPresent() ? NewFile.claim(options.html().get()) : null;
                @Nullable
                NewFile picture = options.svg().isPresent() ? NewFile.claim(options.svg().get()) : null;
                Interrupts _ = Interrupts.setting(interrupted, text::note);
                Model opened = model.open()) {
            opened.requireGenerates();
            return run(opened, page, picture, interrupted);
        } catch (Interrupted _) {
            text.note("stopped; the same command goes on from here");
            return INTERRUPTED;
        }
    }

    private int run(Model opened, @Nullable NewFile page, @Nullable NewFile picture, AtomicBoolean interrupted) {
        List<String> prompts = options.prompts().map(SteerSweep::read).orElseGet(SweepTexts::prompts);
        List<int[]> ids = new ArrayList<>();
        for (String prompt : prompts) {
            ids.add(opened.tokens(prompt, chat ? PromptMode.CHAT : PromptMode.RAW));
        }
        SteeringPlan plan = steer.plan(named, opened, ids, interrupted::get);
        Direction direction = plan.directions().getFirst().direction();
        SweepEffects effects = SweepEffects.of(options, direction, named.getFirst(), opened, interrupted::get);
        Optional<Direction> shuffled = effects.samples()
                .map(s -> SteerArguments.found("shuffled", TextProbe.shuffled(s, 1), opened, interrupted::get));
        var request = generation.request(1, TOKENS, interrupted::get);
        var settings = new Sweep.Settings(options.strengths(), ranges(plan, opened, shuffled), ids, request.maxTokens(), effects.effects(),
                options.controls(), options.controls() == 0 ? 0 : options.controlCells(), shuffled, request.sampling().seed());
        Map<String, String> about = about(opened, plan, settings);
        SweepState state = new SweepState(Unfinished.open(
                options.html().or(options::svg), String.join(" ", about.values()) + " " + options.told() + " " + prompts.hashCode()));
        if (state.size() > 0) {
            text.note(Unfinished.goingOn("a sweep", state.size()));
        }
        SweepReport report = new Sweep(opened, plan, settings, state, ProgressBar.on(Terminal.detect()), interrupted::get).run();
        SweepPage shown = new SweepPage(report, about, effects.notes(), prompts);
        if (page != null) {
            long size = page.write(shown::write);
            text.note("wrote %s, %d kB: open it in a browser".formatted(options.html().orElseThrow(), (size + 500) / 1000));
        }
        if (picture != null) {
            picture.write(shown.picture()::write);
            text.note("the picture is in %s".formatted(options.svg().orElseThrow()));
        }
        show(report, about, effects.notes(), prompts);
        state.remove();
        return 0;
    }

    static List<String> read(Path file) {
        List<String> texts = new ArrayList<>();
        try (TextRows rows = new TextRows.Source(file, Optional.empty(), Optional.empty()).open(_ -> {})) {
            for (TextRow row = rows.next(); row != null; row = rows.next()) {
                if (row.text().isBlank()) {
                    continue;
                }
                if (texts.size() >= MOST_PROMPTS) {
                    throw new LatentException("%s has more than %d prompts".formatted(file, MOST_PROMPTS));
                }
                texts.add(row.text());
            }
        }
        if (texts.isEmpty()) {
            throw new LatentException("there is no text in %s".formatted(file));
        }
        return texts;
    }

    /** The ranges that were asked for; else the direction's sites, in five parts. */
    private List<Range> ranges(SteeringPlan plan, Model opened, Optional<Direction> shuffled) {
        List<Range> ranges = new ArrayList<>();
        List<String> given = options.ranges().isEmpty() && steer.layers().isPresent() ? List.of(steer.layers().get()) : options.ranges();
        for (String range : given) {
            ranges.add(new Range(range, SteerArguments.sites(range, opened)));
        }
        if (ranges.isEmpty()) {
            SortedSet<Site> own = new TreeSet<>(plan.directions().getFirst().direction().vectors().keySet());
            plan.directions().forEach(d -> own.retainAll(d.direction().vectors().keySet()));
            ranges.addAll(parts(List.copyOf(own), PARTS));
        }
        for (Range range : ranges) {
            for (Site site : range.sites()) {
                plan.directions().forEach(d -> d.direction().at(site));
                shuffled.ifPresent(d -> d.at(site));
            }
        }
        return ranges;
    }

    static List<Range> parts(List<Site> sites, int most) {
        int parts = Math.min(most, sites.size());
        List<Range> ranges = new ArrayList<>();
        for (int i = 0; i < parts; i++) {
            List<Site> own = sites.subList(i * sites.size() / parts, (i + 1) * sites.size() / parts);
            boolean residual = own.getFirst().kind() == Site.Kind.RESID_POST;
            String first = residual ? Integer.toString(own.getFirst().layer()) : own.getFirst().toString();
            ranges.add(new Range(own.size() == 1 ? first : first + "-" + own.getLast().layer(), own));
        }
        return ranges;
    }

    private Map<String, String> about(Model opened, SteeringPlan plan, Sweep.Settings settings) {
        Map<String, String> about = new LinkedHashMap<>(text.manifest());
        about.put("model", opened.name());
        about.put("model_sha256", opened.fingerprint(PromptMode.RAW).model());
        StringBuilder names = new StringBuilder();
        for (String one : named) {
            names.append(names.isEmpty() ? "" : ", ").append(one);
        }
        about.put("direction", names.toString());
        about.put("direction_sha256", SweepHashes.of(plan));
        about.put("operator", plan.operator().label());
        about.put("seed", Long.toString(settings.seed()));
        about.put("max_tokens", Integer.toString(settings.tokens()));
        return about;
    }

    private void show(SweepReport report, Map<String, String> about, List<String> notes, List<String> prompts) {
        PrintWriter out = line.getOut();
        if (json) {
            new SweepJson(report, about, notes, prompts).write(out);
            out.println();
        } else {
            out.print(new SweepTable(report, notes).text());
        }
        out.flush();
    }
}

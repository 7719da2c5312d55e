package org.latent4j.workbench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.latent4j.insight.Interrupted;
import org.latent4j.insight.StateFile;
import org.latent4j.insight.probe.Probe;
import org.latent4j.insight.probe.ProbeReport;
import org.latent4j.insight.probe.ProbeStore;
import org.latent4j.insight.probe.ProbeStudy;
import org.latent4j.insight.probe.Words;
import org.latent4j.kernel.LatentException;
import org.latent4j.model.Model;
import org.latent4j.model.site.Positions;
import org.latent4j.model.site.Site;
import org.latent4j.model.site.Sites;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code latent probe}: what a layer knows. */
@Command(name = "probe", header = "Ask what a layer knows: fit small classifiers to hidden states, beside their controls.", description = {
    "",
    "Fits a probe at every site to a part of the data and tests it on another. Beside every figure: the majority class, the same probe "
            + "fitted to shuffled labels, to a random label a word (control; accuracy less it is the selectivity), and the embedding.",
    ""
}, footer = {
    "",
    "  latent probe --conllu dev.conllu --feature upos=PROPN",
    "  latent probe --data reviews.tsv --label sentiment --sites 'resid_post.*' --positions last",
    "  latent probe --conllu dev.conllu --feature Number=Plur --unseen-words --save plural.safetensors --html plural.html",
    "  latent probe apply plural.safetensors \"Two dogs chased a cat\""
}, subcommands = ProbeApplyCommand.class)
final class ProbeCommand implements Callable<Integer> {
    private static final int INTERRUPTED = 130;

    @Spec
    private @Nullable CommandSpec spec;

    @Mixin
    private ModelOptions model = new ModelOptions();

    @Mixin
    private ProbeOptions input = new ProbeOptions();

    @Option(names = "--sites", paramLabel = "LIST", description = "Where to probe (default: embed,resid_post.*; see: latent help sites).")
    private List<String> sites = new ArrayList<>();

    @Option(names = "--words", paramLabel = "WHICH", defaultValue = "last", description = "Which tokens stand for a word or span: first, last or mean (default: ${DEFAULT-VALUE}).")
    private String words = "last";

    @Option(names = "--positions", paramLabel = "WHICH", defaultValue = "last", description = "Which state stands for a whole text: last, mean or a number (default: ${DEFAULT-VALUE}).")
    private String positions = "last";

    @Option(names = {"--kind",
        "--probe"}, paramLabel = "KIND", defaultValue = "logistic", description = "logistic, ridge (for numbers), means (the nearest mean) or mlp (a hidden layer) (default: ${DEFAULT-VALUE}).")
    private String kind = "logistic";

    @Option(names = {"--c",
        "-C"}, paramLabel = "C", defaultValue = "cv", description = "The inverse strength of the L2 penalty, or cv: chosen by cross-validation (default: ${DEFAULT-VALUE}).")
    private String c = "cv";

    @Option(names = "--test", paramLabel = "SHARE", defaultValue = "0.2", description = "The share that is tested on (default: ${DEFAULT-VALUE}).")
    private double test = 0.2;

    @Option(names = "--unseen-words", description = "No word stands in both parts: what is tested are words that the probe never saw.")
    private boolean unseenWords;

    @Option(names = "--random-model", description = "Probe the same architecture with random weights as well.")
    private boolean randomModel;

    @Option(names = "--no-controls", description = "Leave out the controls, which take two thirds of the time.")
    private boolean noControls;

    @Option(names = "--limit", paramLabel = "N", description = "Take at most about so many rows, by chance.")
    private @Nullable Integer limit;

    @Option(names = "--tolerance", paramLabel = "T", defaultValue = "1e-5", description = "Where a fit ends: no derivative of the mean loss is larger (default: ${DEFAULT-VALUE}).")
    private double tolerance = 1e-5;

    @Option(names = "--seed", paramLabel = "S", defaultValue = "1", description = "The same seed gives the same figures (default: ${DEFAULT-VALUE}).")
    private long seed = 1;

    @Option(names = {"--save", "-o",
        "--out"}, paramLabel = "FILE", description = "Write the probe of a site to a safetensors file, for 'latent probe apply'; its weight is a direction.")
    private @Nullable Path save;

    @Option(names = "--save-site", paramLabel = "SITE", description = "The site whose probe is written (default: the best).")
    private @Nullable String saveSite;

    @Option(names = "--html", paramLabel = "FILE", description = "Write the curves as a page that needs no network.")
    private @Nullable Path html;

    @Option(names = "--svg", paramLabel = "FILE", description = "Write the curves as a picture.")
    private @Nullable Path svg;

    @Option(names = "--json", description = "Write the figures as JSON.")
    private boolean json;

    @Override
    public Integer call() {
        CommandText text = new CommandText(Objects.requireNonNull(spec));
        ProbeStudy.Options options = options();
        Optional<Site> keep = Optional.ofNullable(saveSite).map(SiteNames::one);
        ProbeOptions.Read read = input.read();
        AtomicBoolean interrupted = new AtomicBoolean();
        try (NewFile page = html == null ? null : NewFile.claim(html);
                NewFile picture = svg == null ? null : NewFile.claim(svg);
                Interrupts _ = Interrupts.setting(interrupted, text::note);
                Model opened = model.open();
                Model random = randomModel ? opened.withRandomWeights(seed) : null) {
            StateFile state = state(text, read, opened);
            ProbeStudy study = new ProbeStudy(options, ProgressBar.on(Terminal.detect()), state, interrupted::get);
            ProbeStudy.Outcome outcome = run(study, opened, read, random, keep, state, text);
            ProbeReport report = outcome.report();
            report.notes().forEach(text::note);
            ProbeFigures figures = new ProbeFigures(report, read.subject(), opened.name(), seed);
            text.print(json ? figures.json() + "\n" : figures.table(Terminal.detect()));
            if (page != null) {
                page.write(out -> new ProbePage(figures, text.commandLine()).write(out));
                text.note("the curves are in %s".formatted(html));
            }
            if (picture != null) {
                picture.write(new ProbeCurves(report).drawing()
                        .titled("What each layer of %s knows of %s".formatted(opened.name(), read.subject()), report.verdict())::write);
                text.note("the picture is in %s".formatted(svg));
            }
            if (save != null) {
                write(text, read, opened, outcome);
            }
            state.remove();
        } catch (Interrupted _) {
            text.note("stopped; the same command goes on from here");
            return INTERRUPTED;
        }
        return 0;
    }

    private static ProbeStudy.Outcome run(ProbeStudy study, Model opened, ProbeOptions.Read read, @Nullable Model random,
            Optional<Site> keep,
            StateFile state, CommandText text) {
        try {
            return study.run(opened, read.data(), random, keep);
        } catch (Interrupted stopped) {
            long megabytes = state.bytesBeside() >> 20;
            if (megabytes > 0) {
                text.note("the states so far are kept until it is whole: %s MB".formatted(Amounts.count(megabytes)));
            }
            throw stopped;
        }
    }

    /** What an earlier run of the same command found. */
    private StateFile state(CommandText text, ProbeOptions.Read read, Model opened) {
        StateFile state = Unfinished.open(Stream.of(html, save, svg).filter(Objects::nonNull).findFirst(), String.join(" ",
                text.commandLine(), Version.ofLatent4j(), read.sha256(), opened.fingerprint(input.mode()).toString()));
        int parts = state.found().size();
        if (parts > 0) {
            text.note(Unfinished.goingOn("probes", parts));
        }
        return state;
    }

    private ProbeStudy.Options options() {
        if (!(test > 0 && test < 1)) {
            throw new LatentException("--test %s: write a share between 0 and 1, like 0.2".formatted(test));
        }
        if (!(tolerance > 0 && tolerance < 1)) {
            throw new LatentException("--tolerance %s: write a small number like 1e-5".formatted(tolerance));
        }
        if (limit != null && limit < 10) {
            throw new LatentException("--limit %d: ten rows are the least".formatted(limit));
        }
        Positions where = Positions.parse(positions);
        if (!(where instanceof Positions.Mean) && !(where instanceof Positions.At at && at.indices().length == 1)) {
            throw new LatentException("--positions %s: one state stands for a text: last, mean or one number".formatted(positions));
        }
        return new ProbeStudy.Options(
                sites.isEmpty() ? ProbeStudy.Options.STANDARD.sites() : Sites.of(sites.toArray(String[]::new)),
                Words.named(words), where, input.mode(), Probe.Kind.named(kind), strength(), tolerance, test, unseenWords, !noControls,
                !noControls, limit == null ? Integer.MAX_VALUE : limit, seed);
    }

    private OptionalDouble strength() {
        if (c.equals("cv")) {
            return OptionalDouble.empty();
        }
        try {
            double number = Double.parseDouble(c);
            if (number > 0 && Double.isFinite(number)) {
                return OptionalDouble.of(number);
            }
        } catch (NumberFormatException _) {
            // told below
        }
        throw new LatentException("--c %s: write a positive number like 1 or 0.01, or cv".formatted(c));
    }

    private void write(CommandText text, ProbeOptions.Read read, Model opened, ProbeStudy.Outcome outcome) {
        Map<String, String> about = new LinkedHashMap<>(text.manifest());
        about.put("name", read.subject());
        about.put("input", read.file().toString());
        about.put("input_sha256", read.sha256());
        about.put("seed", Long.toString(seed));
        about.put("c", Double.toString(outcome.report().c()));
        about.put("verdict", outcome.report().verdict());
        ProbeStore stored = new ProbeStore(outcome.probe(), opened.fingerprint(input.mode()), outcome.site().toString(), words,
                positions, about);
        Path file = Objects.requireNonNull(save);
        stored.write(file);
        text.note("the probe of %s is in %s".formatted(outcome.site(), file));
    }
}

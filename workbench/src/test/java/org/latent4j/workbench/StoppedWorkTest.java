package org.latent4j.workbench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.latent4j.insight.Interrupted;
import org.latent4j.insight.StateFile;
import org.latent4j.insight.direction.Direction;
import org.latent4j.insight.direction.DirectionFinder;
import org.latent4j.insight.direction.Samples;
import org.latent4j.insight.probe.Probe;
import org.latent4j.insight.probe.ProbeData;
import org.latent4j.insight.probe.ProbeStudy;
import org.latent4j.insight.probe.Words;
import org.latent4j.insight.steering.Effect;
import org.latent4j.insight.steering.Operator;
import org.latent4j.insight.steering.SteeringPlan;
import org.latent4j.insight.steering.Sweep;
import org.latent4j.insight.steering.SweepState;
import org.latent4j.insight.steering.TextProbe;
import org.latent4j.kernel.Progress;
import org.latent4j.model.Model;
import org.latent4j.model.Models;
import org.latent4j.model.PromptMode;
import org.latent4j.model.site.Positions;
import org.latent4j.model.site.Site;
import org.latent4j.model.site.Sites;

/** Long work that is stopped goes on from what it has found, and ends as if it had never been stopped. */
class StoppedWorkTest {
    private static final String ABOUT = "this work";

    @TempDir
    private Path folder = Path.of("");

    private String model = "";
    private Path file = Path.of("");

    @BeforeEach
    void makeModel() throws IOException {
        model = TinyModel.withByteTokenizer(folder).toString();
        file = folder.resolve("work.state");
    }

    /** How many things have been found. */
    private int found() {
        try {
            return Files.exists(file) ? Files.readAllLines(file).size() - 1 : 0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String sweep(Model model, StateFile state, BooleanSupplier interrupted) {
        TreeMap<Site, float[]> vectors = new TreeMap<>();
        List<Sweep.Range> ranges = new ArrayList<>();
        for (int layer = 0; layer < 3; layer++) {
            Site site = Site.of(Site.Kind.RESID_POST, layer);
            float[] vector = new float[64];
            vector[layer] = 1;
            vectors.put(site, vector);
            ranges.add(new Sweep.Range("at " + layer, List.of(site)));
        }
        Direction direction = new Direction("d", "test", Direction.Unit.LENGTH, vectors, new TreeMap<>(), Optional.empty(), Map.of());
        List<int[]> prompts = new ArrayList<>(); // so many that three ways run at once
        for (int p = 0; p < 40; p++) {
            prompts.add(model.tokens((char) ('a' + p % 26) + " text " + p, PromptMode.RAW));
        }
        var settings = new Sweep.Settings(List.of(0.05, 0.1), ranges, prompts, 4,
                List.of(new Effect.OwnReading(Site.of(Site.Kind.RESID_POST, 1))), 4, 1, Optional.empty(), 1);
        SteeringPlan plan = SteeringPlan.of(direction, Operator.ADD, 1, ranges.getFirst().sites());
        StringWriter out = new StringWriter();
        var report = new Sweep(model, plan, settings, new SweepState(state), Progress.NONE, interrupted).run();
        new SweepJson(report, Map.of(), List.of(), List.of()).write(out);
        return out.toString();
    }

    @Test
    void aSweepEndsAsIfItHadNeverBeenStopped() {
        try (Model opened = Models.open(model)) {
            String whole = sweep(opened, StateFile.none(), () -> false);
            assertThatThrownBy(() -> sweep(opened, StateFile.open(file, ABOUT), () -> found() >= 4)).isInstanceOf(Interrupted.class);
            assertThat(found()).isBetween(4, 9);
            assertThat(sweep(opened, StateFile.open(file, ABOUT), () -> false)).isEqualTo(whole);
        }
    }

    private static String probe(Model model, StateFile state, BooleanSupplier interrupted) {
        return probe(model, state, interrupted, Progress.NONE);
    }

    private static String probe(Model model, StateFile state, BooleanSupplier interrupted, Progress progress) {
        List<String> texts = new ArrayList<>();
        List<ProbeData.Item> items = new ArrayList<>();
        for (int i = 0; i < 400; i++) {
            texts.add((i % 2 == 0 ? "aeiou " : "bdgkt ") + i);
            items.add(ProbeData.Item.ofText(i, i % 2 == 0 ? "vowels" : "consonants", texts.get(i), texts.get(i)));
        }
        var options = new ProbeStudy.Options(Sites.of("embed", "resid_post.*"), Words.LAST, Positions.MEAN, PromptMode.RAW,
                Probe.Kind.LOGISTIC, OptionalDouble.empty(), 1e-5, 0.2, false, true, true, Integer.MAX_VALUE, 1);
        var outcome = new ProbeStudy(options, progress, state, interrupted).run(model, new ProbeData(texts, items), null,
                Optional.empty());
        return new ProbeFigures(outcome.report(), "letters", "tiny", 1).json();
    }

    @Test
    void aProbeEndsAsIfItHadNeverBeenStopped() {
        try (Model opened = Models.open(model, Models.Options.standard().withThreads(1))) {
            String whole = probe(opened, StateFile.none(), () -> false);
            assertThatThrownBy(() -> probe(opened, StateFile.open(file, ABOUT), () -> found() >= 2)).isInstanceOf(Interrupted.class);
            assertThat(found()).isBetween(3, 5); // the penalty, some of four sites, and that states are kept
            List<Long> run = new ArrayList<>();
            StateFile again = StateFile.open(file, ABOUT);
            assertThat(probe(opened, again, () -> false, tokensRun(run))).isEqualTo(whole);
            assertThat(run.getFirst()).as("no token is run again").isEqualTo(run.getLast());
            again.remove();
            assertThat(folder.resolve("work.state.trained")).doesNotExist();
        }
    }

    @Test
    void statesThatWereCapturedAreNotCapturedAgain() throws IOException {
        try (Model opened = Models.open(model, Models.Options.standard().withThreads(1))) {
            String whole = probe(opened, StateFile.none(), () -> false);
            List<Long> first = new ArrayList<>();
            assertThatThrownBy(() -> probe(opened, StateFile.open(file, ABOUT), () -> first.size() >= 2, tokensRun(first)))
                    .isInstanceOf(Interrupted.class);
            List<Long> second = new ArrayList<>();
            assertThat(probe(opened, StateFile.open(file, ABOUT), () -> false, tokensRun(second))).isEqualTo(whole);
            assertThat(second.getFirst()).isGreaterThan(first.getLast()); // the batch that ran when it was stopped is there
            Path states = folder.resolve("work.state.trained");
            assertThat(states).exists();
            Files.write(states, new byte[10]);
            List<Long> third = new ArrayList<>();
            Files.write(file, Files.readAllLines(file).subList(0, 2)); // as it was after the first stop
            assertThat(probe(opened, StateFile.open(file, ABOUT), () -> false, tokensRun(third))).isEqualTo(whole);
            assertThat(third.getFirst()).as("what isn't whole is captured anew").isZero();
        }
    }

    private static Progress tokensRun(List<Long> to) {
        return (what, done, _, _) -> {
            if (what.equals("Running the texts")) {
                to.add(done);
            }
        };
    }

    @Test
    void findingADirectionAndFittingAJudgeStopToo() {
        Samples samples = new Samples(List.of("a a", "b a", "c a"), List.of("a z", "b z", "c z"), true);
        try (Model opened = Models.open(model)) {
            var finder = new DirectionFinder(opened, DirectionFinder.Options.STANDARD);
            assertThatThrownBy(() -> finder.find("d", samples, Progress.NONE, () -> true)).isInstanceOf(Interrupted.class);
            assertThatThrownBy(() -> TextProbe.fit("judge", samples, opened, () -> true)).isInstanceOf(Interrupted.class);
        }
    }
}

package org.latent4j.bench;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.latent4j.insight.StateFile;
import org.latent4j.insight.direction.Direction;
import org.latent4j.insight.steering.Effect;
import org.latent4j.insight.steering.Operator;
import org.latent4j.insight.steering.SteeringPlan;
import org.latent4j.insight.steering.Sweep;
import org.latent4j.insight.steering.SweepState;
import org.latent4j.insight.steering.SweepTexts;
import org.latent4j.kernel.Progress;
import org.latent4j.model.Model;
import org.latent4j.model.Models;
import org.latent4j.model.PromptMode;
import org.latent4j.model.site.Site;

/**
 * How long the default sweep takes: seven strengths (one of them 0, the plain model), five ranges of layers, twenty random
 * controls, sixteen prompts of 32 tokens. The direction doesn't matter for that.
 *
 * <p>{@code SweepSpeed [MODEL]}
 */
public final class SweepSpeed {
    private SweepSpeed() {}

    /** Runs it once. */
    public static void main(String[] arguments) {
        try (Model model = Models.open(arguments.length > 0 ? arguments[0] : Models.DEFAULT)) {
            int layers = model.config().layers();
            TreeMap<Site, float[]> vectors = new TreeMap<>();
            for (int layer = 0; layer < layers; layer++) {
                float[] vector = new float[model.config().width()];
                vector[layer % vector.length] = 1;
                vectors.put(Site.of(Site.Kind.RESID_POST, layer), vector);
            }
            Direction direction = new Direction("bench", "bench", Direction.Unit.LENGTH, vectors, new TreeMap<>(), Optional.empty(),
                    Map.of());
            List<Sweep.Range> ranges = IntStream.range(0, 5).mapToObj(r -> new Sweep.Range("part " + r, IntStream
                    .range(r * layers / 5, (r + 1) * layers / 5).mapToObj(l -> Site.of(Site.Kind.RESID_POST, l)).toList())).toList();
            List<int[]> prompts = SweepTexts.prompts().stream().map(t -> model.tokens(t, PromptMode.RAW)).toList();
            var settings = new Sweep.Settings(List.of(-0.1, -0.05, 0.025, 0.05, 0.1, 0.2), ranges, prompts, 32,
                    List.of(new Effect.OwnReading(direction.bestSite())), 20, 1, Optional.empty(), 0);
            SteeringPlan plan = SteeringPlan.of(direction, Operator.ADD, 1, ranges.getFirst().sites());
            long begun = System.nanoTime();
            var report = new Sweep(model, plan, settings, new SweepState(StateFile.none()), Progress.NONE, () -> false).run();
            System.out.printf("sweep of %d cells: %.1f s; %s%n", report.cells().size(), (System.nanoTime() - begun) / 1e9,
                    report.verdict());
        }
    }
}

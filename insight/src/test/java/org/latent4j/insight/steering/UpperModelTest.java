package org.latent4j.insight.steering;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.latent4j.insight.direction.Direction;
import org.latent4j.insight.steering.TextReader.Read;
import org.latent4j.insight.steering.TextReader.Written;
import org.latent4j.kernel.Matrix;
import org.latent4j.kernel.SeededRandom;
import org.latent4j.model.Continuation;
import org.latent4j.model.Generation;
import org.latent4j.model.Model;
import org.latent4j.model.Models;
import org.latent4j.model.site.Positions;
import org.latent4j.model.site.Site;
import org.latent4j.model.site.Sites;

/** What isn't run again below the blocks that are steered changes no bit of what is measured. */
class UpperModelTest {
    private static final List<int[]> TEXTS = List.of(new int[]{5, 9, 200, 17, 9, 44, 3}, new int[]{1, 2, 3});
    private static final int TOKENS = 8;

    private static Model open() {
        Path here = Path.of("").toAbsolutePath();
        for (Path room = here; room != null; room = room.getParent()) {
            Path tiny = room.resolve("model/src/test/resources/tiny/llama");
            if (Files.isDirectory(tiny)) {
                return Models.open(tiny.toString());
            }
        }
        throw new IllegalStateException("no model/src/test/resources/tiny/llama above " + here);
    }

    private static SteeringPlan.Bound bound(Operator operator) {
        TreeMap<Site, float[]> vectors = new TreeMap<>();
        TreeMap<Site, Double> norms = new TreeMap<>();
        for (int layer = 1; layer < 3; layer++) {
            vectors.put(post(layer), Statistics.gaussian(64, new SeededRandom(3, layer)));
            norms.put(post(layer), 1.5);
        }
        Direction direction = new Direction("d", "test", Direction.Unit.UNKNOWN, vectors, norms, Optional.empty(), Map.of());
        return SteeringPlan.of(direction, operator, 0.7, List.of(post(1), post(2))).bind(norms);
    }

    private static Site post(int layer) {
        return Site.of(Site.Kind.RESID_POST, layer);
    }

    @Test
    void aTextIsReadFromWhereItWasSteered() {
        try (Model model = open()) {
            SteeringPlan.Bound bound = bound(Operator.ADD);
            assertThat(bound.block()).isOne();
            Watched watched = new Watched(new TreeSet<>(List.of(post(0))));
            Continuation longer = model.generate(TEXTS.getFirst(),
                    Generation.greedy(TOKENS + 1).withIgnoreEnd(true).with(bound.steering().then(watched.steering())));
            Continuation said = new Continuation(longer.promptIds(), Arrays.copyOf(longer.ids(), TOKENS), "", "max-tokens", List.of());
            int length = TEXTS.getFirst().length + TOKENS;
            assertThat(watched.has(UpperModel.entrance(1), length)).isTrue();
            TreeSet<Site> sites = new TreeSet<>(List.of(post(0), post(2)));
            Read whole = read(model, new Written(said, 1, Optional.empty()), sites);
            Read above = read(model, new Written(said, 1, Optional.of(watched)), sites);
            assertThat(above.surprise()).isEqualTo(whole.surprise()).isPositive();
            for (Site site : sites) {
                assertThat(above.states().get(site)).isDeepEqualTo(whole.states().get(site));
            }
        }
    }

    private static Read read(Model model, Written text, TreeSet<Site> sites) {
        return new TextReader(new UpperModel(model)).read(List.of(text), sites, true, () -> {}).getFirst();
    }

    @Test
    void fixedTextsAreSteeredFromWhereItBegins() {
        try (Model model = open()) {
            FixedTexts texts = new FixedTexts(new UpperModel(model), TEXTS);
            for (Operator operator : Operator.values()) {
                SteeringPlan.Bound bound = bound(operator);
                List<Matrix> above = texts.logits(bound, Positions.ALL);
                var whole = model.traces(TEXTS, Sites.of("logits"), Positions.ALL, bound.steering()).traces();
                for (int t = 0; t < TEXTS.size(); t++) {
                    assertThat(above.get(t).data()).as(operator.label()).isEqualTo(whole.get(t).get("logits").data());
                }
            }
        }
    }
}

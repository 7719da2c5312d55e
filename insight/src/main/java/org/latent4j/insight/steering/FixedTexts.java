package org.latent4j.insight.steering;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.latent4j.kernel.Matrix;
import org.latent4j.model.Trace;
import org.latent4j.model.site.Positions;
import org.latent4j.model.site.Site;
import org.latent4j.model.site.Sites;

/** Texts that many ways of steering are measured on: what the plain model makes of them below what is steered is run once. */
final class FixedTexts {
    private final UpperModel model;
    private final List<int[]> texts;
    private final Map<Integer, List<Matrix>> entrances = new HashMap<>();

    FixedTexts(UpperModel model, List<int[]> texts) {
        this.model = model;
        this.texts = texts;
    }

    List<int[]> ids() {
        return texts;
    }

    /** What is said behind the positions: logits, {@code [positions, vocabulary]} a text. */
    List<Matrix> logits(SteeringPlan.Bound bound, Positions positions) {
        List<Matrix> states = bound.block() == 0 ? List.of() : entrances.computeIfAbsent(bound.block(), this::entrance);
        Site logits = Site.of(Site.Kind.LOGITS);
        List<Trace> traces = model.run(texts, bound.block(), states, bound.above(), List.of(logits), positions);
        return traces.stream().map(t -> t.get(logits)).toList();
    }

    private List<Matrix> entrance(int block) {
        Site site = UpperModel.entrance(block);
        return model.whole().traces(texts, Sites.of(site.toString()), Positions.ALL).stream().map(t -> t.get(site)).toList();
    }
}

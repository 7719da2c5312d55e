package org.latent4j.insight.direction;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.latent4j.kernel.Matrix;
import org.latent4j.model.Model;

/**
 * The tokens that a direction promotes and demotes: what the output head says of it, as the lens reads a state. A direction's norm
 * doesn't matter, for the final norm takes it away; only tokens that are a word or a piece of one, no special ones, are listed.
 *
 * @param promoted most first
 * @param demoted most first
 */
public record HeadReading(List<String> promoted, List<String> demoted) {
    /** Reads a vector of the residual stream; nothing where the model has no head. */
    public static HeadReading of(Model model, float[] direction, int count) {
        if (!model.hasHead() || direction.length != model.config().width()) {
            return new HeadReading(List.of(), List.of());
        }
        return new HeadReading(top(model, direction, count), top(model, Linear.times(direction, -1), count));
    }

    private static List<String> top(Model model, float[] direction, int count) {
        float[] logits = model.read(Matrix.of(1, direction.length, Linear.unit(direction))).data();
        Integer[] order = new Integer[logits.length];
        Arrays.setAll(order, i -> i);
        Arrays.sort(order, (a, b) -> Float.compare(logits[b], logits[a]));
        List<String> tokens = new ArrayList<>();
        for (int i = 0; i < order.length && tokens.size() < count; i++) {
            if (order[i] < model.tokenizer().size()) {
                tokens.add(model.tokenizer().token(order[i]));
            }
        }
        return tokens;
    }
}

package org.latent4j.bench;

import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.function.IntSupplier;
import org.latent4j.kernel.Precision;
import org.latent4j.model.Generation;
import org.latent4j.model.Model;
import org.latent4j.model.Models;
import org.latent4j.model.PromptMode;
import org.latent4j.model.Steering;
import org.latent4j.model.site.Sites;

/**
 * Greedy decoding of 96 tokens, the prompt included in the time: tokens a second for one continuation, one steered at 11
 * layers, one in int8, 8 together. The same work as the peers' {@code decode.py}. Argument: how many runs are counted.
 */
public final class DecodeSpeed {
    private static final String PROMPT = "Once upon a time there was a small village by the sea where";
    private static final int TOKENS = 96;

    private DecodeSpeed() {}

    /** Prints a line for every counted run of every kind; the kinds take turns, so that noise hits all of them. */
    public static void main(String[] arguments) {
        int runs = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 5;
        try (Model model = Models.open(Models.DEFAULT)) {
            int[] ids = model.tokens(PROMPT, PromptMode.RAW);
            float[] direction = new float[model.config().width()];
            direction[7] = 0.1f;
            Generation plain = Generation.greedy(TOKENS).withIgnoreEnd(true);
            Generation steered = plain.with(Steering.add(direction, 1, Sites.of("resid_post.10-20")));
            for (int run = -2; run < runs; run++) { // two that aren't counted: the JVM compiles
                boolean counted = run >= 0;
                time("one", model, counted, () -> model.generate(ids, plain).ids().length);
                time("steered", model, counted, () -> model.generate(ids, steered).ids().length);
                time("int8", model, counted, () -> model.generate(ids, plain.with(Precision.INT8)).ids().length);
                time("eight", model, counted, () -> together(model, Collections.nCopies(8, ids), plain));
            }
        }
    }

    private static int together(Model model, List<int[]> prompts, Generation request) {
        return model.generate(prompts, request, Generation.Listener.NONE).stream()
                .mapToInt(p -> p.getFirst().ids().length)
                .sum();
    }

    private static void time(String name, Model model, boolean counted, IntSupplier work) {
        long begun = System.nanoTime();
        int tokens = work.getAsInt();
        double seconds = (System.nanoTime() - begun) / 1e9;
        if (counted) {
            System.out.printf(Locale.ROOT, "%s: %.1f tokens/s, %d threads%n", name, tokens / seconds, model.threads());
        }
    }
}

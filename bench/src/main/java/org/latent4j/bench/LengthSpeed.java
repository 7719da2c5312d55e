package org.latent4j.bench;

import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.latent4j.kernel.Precision;
import org.latent4j.model.Generation;
import org.latent4j.model.Model;
import org.latent4j.model.Models;
import org.latent4j.model.site.Positions;
import org.latent4j.model.site.Sites;

/**
 * What a text's length and the highest layer asked for cost: tokens a second of a prompt of each length, of decoding behind a short
 * one, and of 512 tokens up to each layer. Arguments: the model, the lengths ({@code 128,512}). Beside it, for llama.cpp,
 * {@code bench/peers/llama_lengths.py}.
 */
public final class LengthSpeed {
    private static final int DECODED = 24;

    private LengthSpeed() {}

    /** Prints a line for every length, for decoding, and for every fifth layer. */
    public static void main(String[] arguments) {
        int[] lengths = List.of(arguments[1].split(",")).stream().mapToInt(Integer::parseInt).toArray();
        try (Model model = Models.open(arguments[0])) {
            generate(model, 32, 8);
            for (int length : lengths) {
                System.out.printf(Locale.ROOT, "prompt %d: %.1f tokens/s%n", length,
                        length / Math.min(generate(model, length, 1), generate(model, length, 1)));
            }
            for (Precision precision : Precision.values()) {
                double behind = Double.MAX_VALUE;
                for (int i = 0; i < 2; i++) {
                    behind = Math.min(behind, generate(model, 64, DECODED + 1, precision) - generate(model, 64, 1, precision));
                }
                System.out.printf(Locale.ROOT, "decode%s: %.1f tokens/s%n", precision == Precision.F32 ? "" : " " + precision,
                        DECODED / behind);
            }
            int last = model.config().layers() - 1;
            for (int layer = 0; layer <= last; layer = layer == last ? last + 1 : Math.min(layer + 5, last)) {
                System.out.printf(Locale.ROOT, "up to layer %d: %.1f tokens/s%n", layer,
                        512 / Math.min(capture(model, layer), capture(model, layer)));
            }
        }
    }

    private static int[] ids(int length) {
        return IntStream.range(0, length).map(i -> i * 37 % 200).toArray();
    }

    private static double generate(Model model, int length, int tokens) {
        return generate(model, length, tokens, Precision.F32);
    }

    private static double generate(Model model, int length, int tokens, Precision precision) {
        long begun = System.nanoTime();
        model.generate(ids(length), Generation.greedy(tokens).withIgnoreEnd(true).with(precision));
        return (System.nanoTime() - begun) / 1e9;
    }

    private static double capture(Model model, int layer) {
        long begun = System.nanoTime();
        model.traces(List.of(ids(512)), Sites.of("resid_post." + layer), Positions.LAST);
        return (System.nanoTime() - begun) / 1e9;
    }
}

package org.latent4j.model.encoder;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What an encoder does around its transformer, as its files say.
 *
 * @param told where that stands, for people: {@code modules.json}
 * @param poolings one or several, whose vectors are put side by side
 * @param poolsPrompt whether a prompt's positions count in pooling
 * @param steps what happens to the pooled vector
 * @param limit the most tokens of a text, special ones included, if the files say so
 * @param lowerCase whether texts are put in lower case
 * @param prompts what may be set before a text, by name
 * @param defaultPrompt the name of the one that is set before texts where nothing is asked for
 * @param dims how many dimensions are kept, if not all
 */
record Recipe(
        String told,
        List<Pooling> poolings,
        boolean poolsPrompt,
        List<Step> steps,
        OptionalInt limit,
        boolean lowerCase,
        Map<String, String> prompts,
        Optional<String> defaultPrompt,
        OptionalInt dims) {
    /** What is done where no file says it: one pooling and nothing else. */
    static Recipe plain(String told, Pooling pooling, OptionalInt limit) {
        return new Recipe(told, List.of(pooling), true, List.of(), limit, false, Map.of(), Optional.empty(), OptionalInt.empty());
    }

    Recipe with(Pooling other) {
        return new Recipe(told, List.of(other), poolsPrompt, steps, limit, lowerCase, prompts, defaultPrompt, dims);
    }

    Recipe withSteps(List<Step> others) {
        return new Recipe(told, poolings, poolsPrompt, others, limit, lowerCase, prompts, defaultPrompt, dims);
    }

    Recipe withPrompts(Map<String, String> others, Optional<String> standard) {
        return new Recipe(told, poolings, poolsPrompt, steps, limit, lowerCase, others, standard, dims);
    }

    Recipe withLimit(OptionalInt other) {
        return new Recipe(told, poolings, poolsPrompt, steps, other, lowerCase, prompts, defaultPrompt, dims);
    }

    Recipe withDims(OptionalInt other) {
        return new Recipe(told, poolings, poolsPrompt, steps, limit, lowerCase, prompts, defaultPrompt, other);
    }

    /** Whether what comes out has length one. */
    boolean normalises() {
        return !steps.isEmpty() && steps.getLast() instanceof Step.Normalise;
    }

    /** What tells projections behind pooling apart: nothing where there is none, else a hash of their weights. */
    String projection() {
        MessageDigest digest = sha256();
        boolean projects = false;
        for (Step step : steps) {
            List<float[]> weights = step.weights();
            projects |= !weights.isEmpty();
            for (float[] values : weights) {
                ByteBuffer bytes = ByteBuffer.allocate(4 * values.length);
                bytes.asFloatBuffer().put(values);
                digest.update(bytes);
            }
        }
        return projects ? " projected by " + HexFormat.of().formatHex(digest.digest(), 0, 6) : "";
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /** The width of what comes out of a transformer of this width. */
    int width(int transformer) {
        int width = Math.multiplyExact(transformer, poolings.size());
        for (Step step : steps) {
            width = step.width(width);
        }
        return dims.isPresent() ? Math.min(dims.getAsInt(), width) : width;
    }
}

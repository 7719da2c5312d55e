package org.latent4j.model;

import java.util.Arrays;
import java.util.BitSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.latent4j.kernel.Matrix;
import org.latent4j.kernel.SeededRandom;
import org.latent4j.model.site.Site;
import org.latent4j.model.tokenizer.TextStream;
import org.latent4j.model.transformer.Cache;

/** One continuation on its way: what was said, and why it ended. */
final class Sequence {
    private final Generator of;
    private final int prompt;
    private final int sample;
    private final int[] promptIds;
    private final Steered steered;
    private final SeededRandom random;
    private final BitSet seen = new BitSet();
    private final StopStrings stops;
    private final @Nullable TextStream stream;
    private final StringBuilder text = new StringBuilder();
    private Cache cache;
    private int[] ids = new int[16];
    private int count;
    private String stop = "";

    /** Number {@code sample} of the continuations of number {@code prompt}, with random numbers of {@code stream}. */
    Sequence(Generator of, int prompt, int stream, int sample, int[] promptIds, Cache cache, Steered steered) {
        this.of = of;
        this.prompt = prompt;
        this.sample = sample;
        this.promptIds = promptIds;
        this.cache = cache;
        this.steered = steered;
        this.random = new SeededRandom(of.request().sampling().seed(), (long) stream << 32 | sample);
        this.stops = new StopStrings(of.request().stops());
        this.stream = of.speaks() ? of.model().tokenizer().stream() : null;
        for (int id : promptIds) {
            seen.set(id);
        }
    }

    boolean goesOn() {
        return stop.isEmpty();
    }

    Cache cache() {
        return cache;
    }

    /** Goes on with other keys and values of the same text. */
    void replace(Cache other) {
        cache = other;
    }

    Steered steered() {
        return steered;
    }

    /** How long the text is by now. */
    int length() {
        return promptIds.length + count;
    }

    /** The text's tokens by now, prompt and continuation. */
    int[] whole() {
        int[] whole = Arrays.copyOf(promptIds, length());
        System.arraycopy(ids, 0, whole, promptIds.length, count);
        return whole;
    }

    int lastId() {
        return ids[count - 1];
    }

    /** Takes the next token from a row of logits, which are changed. */
    void take(Matrix logits, int row, @Nullable Site overflow) {
        if (overflow != null) {
            end("overflow at " + overflow);
            return;
        }
        int vocabulary = logits.columns();
        int offset = row * vocabulary;
        int choice = of.speaks() ? Math.min(vocabulary, of.model().tokenizer().size()) : vocabulary; // padded heads have more rows than there are tokens
        for (int end : of.request().ignoreEnd() ? of.ends() : Set.<Integer>of()) {
            logits.data()[offset + end] = Float.NEGATIVE_INFINITY;
        }
        int id = of.request().sampling().choose(logits.data(), offset, choice, seen, random, count);
        if (!Float.isFinite(logits.data()[offset + id])) {
            end("overflow at logits");
        } else if (of.ends().contains(id)) {
            end("end");
        } else {
            append(id);
        }
    }

    private void append(int id) {
        seen.set(id);
        if (count == ids.length) {
            ids = Arrays.copyOf(ids, 2 * count);
        }
        ids[count++] = id;
        if (stream != null) {
            say(stops.add(stream.add(id)));
        }
        if (!stops.found().isEmpty()) {
            end("stop: " + stops.found());
        } else if (count == of.request().maxTokens()) {
            end("max-tokens");
        } else if (length() >= of.model().config().context()) {
            end("context");
        }
    }

    private void say(String piece) {
        if (!piece.isEmpty()) {
            text.append(piece);
            of.listener().said(prompt, sample, piece);
        }
    }

    /** Says what was kept back, and ends. */
    void end(String why) {
        if (stream != null) {
            say(stops.add(stream.finish()));
            say(stops.finish());
        }
        stop = stops.found().isEmpty() ? why : "stop: " + stops.found();
    }

    Continuation continuation() {
        return new Continuation(promptIds.clone(), Arrays.copyOf(ids, count), text.toString(), stop, steered.report());
    }
}

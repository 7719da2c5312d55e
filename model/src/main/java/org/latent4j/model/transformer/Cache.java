package org.latent4j.model.transformer;

import java.util.ArrayList;
import java.util.List;
import org.latent4j.kernel.KeyValues;
import org.latent4j.kernel.Operations;
import org.latent4j.model.transformer.ModelConfig.Stretch;

/**
 * What a sequence has left behind at every layer, the keys and values of its positions, so that it can be continued: token
 * by token or in pieces, with the same bits as all at once. Grows by {@code 2 * layers * keyValueHeads * headWidth} values a
 * position (head widths padded to whole vectors). For one thread at a time.
 */
public final class Cache {
    private final List<KeyValues> layers;
    private int expected;
    private int length;

    private Cache(List<KeyValues> layers, int expected, int length) {
        this.layers = layers;
        this.expected = expected;
        this.length = length;
    }

    /**
     * An empty cache.
     *
     * @param expected how long the text will be at least, as far as known; decides about rotary frequencies where they depend
     *     on the text's length
     * @param half whether keys and values are kept in 16-bit floats
     */
    public static Cache of(ModelConfig config, Operations operations, int expected, boolean half) {
        List<KeyValues> layers = new ArrayList<>();
        for (int layer = 0; layer < config.layers(); layer++) {
            layers.add(operations.keyValues(config.keyValueHeads(), config.headWidth(), half));
        }
        return new Cache(layers, expected, 0);
    }

    /** How many positions it holds. */
    public int length() {
        return length;
    }

    /** A copy that is continued on its own: another sample of the same prompt. */
    public Cache fork() {
        return new Cache(new ArrayList<>(layers.stream().map(KeyValues::copy).toList()), expected, length);
    }

    /** Forgets the positions from {@code count} on. */
    public void truncate(int count) {
        for (KeyValues layer : layers) {
            layer.truncate(Math.min(count, layer.positions()));
        }
        length = count;
    }

    /**
     * Tells how long the text will be, as far as known, before it is run: its prompt, all of it.
     *
     * @see #fits
     */
    public void expect(int positions) {
        expected = Math.max(expected, positions);
    }

    /** Whether keys are turned as those of a text of so many positions are, so that such a text may go on from here. */
    public boolean fits(ModelConfig config, int positions) {
        return config.turnsAlike(Math.max(expected, length), positions);
    }

    /** Whether a text of so many positions has frequencies for good that the keys here weren't turned by. */
    public boolean outgrown(ModelConfig config, int positions) {
        int turnedFor = Math.max(expected, length);
        return config.layerKinds().stream()
                .flatMap(kind -> kind.rotary().stream())
                .anyMatch(rotary -> rotary.stretch().orElse(null) instanceof Stretch.Listed && !rotary.turnsAlike(turnedFor, positions));
    }

    /** The bytes that it occupies. */
    public long bytes() {
        return layers.stream().mapToLong(KeyValues::bytes).sum();
    }

    KeyValues layer(int layer) {
        return layers.get(layer);
    }

    int expected() {
        return Math.max(expected, 1);
    }

    void advance(int positions) {
        length += positions;
    }
}

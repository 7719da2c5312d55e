package org.latent4j.model.format;

/**
 * Which layers have a sliding window and which are turned by position, where a file doesn't list it.
 *
 * @param windows which layers have a window
 * @param period of how many layers one is without a window, for {@link Windows#EXCEPT}
 * @param except which of them, from 0
 * @param unturned of how many layers the last isn't turned by position; 0 where all are
 */
record LayerPattern(Windows windows, int period, int except, int unturned) {
    /** Which layers have a window. */
    enum Windows {
        /** None. */
        NONE,
        /** All, if the configuration has one. */
        ALL,
        /** All but one of a period. */
        EXCEPT,
        /** Those from a number on, if the configuration says that windows are used (Qwen). */
        UPPER
    }

    /** All layers alike, without windows. */
    static final LayerPattern ALIKE = new LayerPattern(Windows.NONE, 0, 0, 0);

    /** All layers alike, with a window if the configuration has one. */
    static final LayerPattern WINDOWS = new LayerPattern(Windows.ALL, 0, 0, 0);

    /** The upper layers with a window, if the configuration wants it. */
    static final LayerPattern UPPER = new LayerPattern(Windows.UPPER, 0, 0, 0);

    /** Of each {@code period} layers one without a window. */
    static LayerPattern except(int layer, int period) {
        return new LayerPattern(Windows.EXCEPT, period, layer, 0);
    }

    /** Of each {@code period} layers the last isn't turned by position. */
    static LayerPattern unturned(int period) {
        return new LayerPattern(Windows.NONE, 0, 0, period);
    }
}

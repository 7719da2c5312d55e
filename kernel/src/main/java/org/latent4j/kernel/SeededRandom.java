package org.latent4j.kernel;

/**
 * Random numbers that are a function of a seed, a stream and a counter, so that the same seed gives the same numbers on any
 * number of threads and in any order: the finaliser of SplitMix64 (Steele, Lea and Flood 2014) applied to each in turn.
 *
 * @param seed any number
 * @param stream which of the independent sequences of this seed
 */
public record SeededRandom(long seed, long stream) {
    private static final long GOLDEN = 0x9E3779B97F4A7C15L;

    /** The number at a place of the stream, evenly from 0 to 1, exclusive, in steps of 2^-53. */
    public double at(long counter) {
        return (bits(counter) >>> 11) * 0x1p-53;
    }

    /** The 64 bits at a place of the stream. */
    public long bits(long counter) {
        long key = mixed(mixed(seed + GOLDEN) + GOLDEN * (stream + 1));
        return mixed(key + GOLDEN * (counter + 1));
    }

    private static long mixed(long value) {
        long z = (value ^ value >>> 30) * 0xBF58476D1CE4E5B9L;
        z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
        return z ^ z >>> 31;
    }
}

package org.latent4j.kernel;

import static org.latent4j.kernel.Levels.half;
import static org.latent4j.kernel.VectorRoundedDots.high;
import static org.latent4j.kernel.VectorRoundedDots.unsigned;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;

/** Packed rows of blocks of 256 values as integers and their scales, with vectors of 256 bits. */
final class VectorRoundedWeights {
    private VectorRoundedWeights() {}

    /**
     * Unpacks a row.
     *
     * @param length whole blocks
     * @param out receives a scale and a minimum for each 32 values; of {@link Packing#Q6_K} a scale for each 16
     */
    static void unpack(Packing packing, MemorySegment w, long offset, int length, RoundedWeights out) {
        out.reserve(length);
        switch (packing) {
            case Q4_K -> {
                scales(w, offset, 144, length, out.scales(), out.minima());
                q4k(w, offset, out.values(), length);
            }
            case Q5_K -> {
                scales(w, offset, 176, length, out.scales(), out.minima());
                q5k(w, offset, out.values(), length);
            }
            case Q6_K -> {
                scales(w, offset, length, out.scales());
                q6k(w, offset, out.values(), length);
            }
            default -> throw new IllegalArgumentException("no product of rounded rows with " + packing);
        }
    }

    private static void scales(MemorySegment w, long offset, int blockBytes, int length, float[] scales, float[] minima) {
        for (int at = 0; at < length / 32; at += 8, offset += blockBytes) {
            float d = half(w, offset);
            float m = -half(w, offset + 2);
            long own = Levels.scalesOf8(w, offset + 4);
            long minimum = Levels.minimaOf8(w, offset + 4);
            for (int group = 0; group < 8; group++) {
                scales[at + group] = d * Levels.byteOf(own, group);
                minima[at + group] = m * Levels.byteOf(minimum, group);
            }
        }
    }

    private static void q4k(MemorySegment w, long offset, short[] out, int length) {
        for (int k = 0; k < length; k += 256, offset += 144) {
            for (int i = 0; i < 128; i += 32) {
                ShortVector first = unsigned(w, offset + 16 + i);
                ShortVector second = unsigned(w, offset + 32 + i);
                int at = k + 2 * i;
                first.and((short) 15).intoArray(out, at);
                second.and((short) 15).intoArray(out, at + 16);
                high(first).intoArray(out, at + 32);
                high(second).intoArray(out, at + 48);
            }
        }
    }

    private static void q5k(MemorySegment w, long offset, short[] out, int length) {
        for (int k = 0; k < length; k += 256, offset += 176) {
            for (int half = 0; half < 32; half += 16) {
                ShortVector fifths = unsigned(w, offset + 16 + half).lanewise(VectorOperators.LSHL, 4);
                for (int i = 0; i < 128; i += 32) {
                    ShortVector both = unsigned(w, offset + 48 + half + i);
                    int at = k + half + 2 * i;
                    both.and((short) 15).or(fifths.and((short) 16)).intoArray(out, at);
                    high(both).or(fifths.lanewise(VectorOperators.LSHR, 1).and((short) 16)).intoArray(out, at + 32);
                    fifths = fifths.lanewise(VectorOperators.LSHR, 2);
                }
            }
        }
    }

    private static void scales(MemorySegment w, long offset, int length, float[] scales) {
        for (int at = 0; at < length / 16; at += 16, offset += 210) {
            float d = half(w, offset + 208);
            for (int group = 0; group < 16; group++) {
                scales[at + group] = d * (byte) Levels.unsigned(w, offset + 192 + group);
            }
        }
    }

    private static void q6k(MemorySegment w, long offset, short[] out, int length) {
        for (int k = 0; k < length; k += 128) {
            int half = k / 128 % 2;
            for (int i = 0; i < 32; i += 16) {
                ShortVector first = unsigned(w, offset + 64 * half + i);
                ShortVector second = unsigned(w, offset + 64 * half + 32 + i);
                ShortVector twos = unsigned(w, offset + 128 + 32 * half + i).lanewise(VectorOperators.LSHL, 4);
                int at = k + i;
                six(first.and((short) 15), twos).intoArray(out, at);
                six(second.and((short) 15), twos.lanewise(VectorOperators.LSHR, 2)).intoArray(out, at + 32);
                six(high(first), twos.lanewise(VectorOperators.LSHR, 4)).intoArray(out, at + 64);
                six(high(second), twos.lanewise(VectorOperators.LSHR, 6)).intoArray(out, at + 96);
            }
            offset += half * 210;
        }
    }

    private static ShortVector six(ShortVector four, ShortVector two) {
        return two.and((short) 48).or(four).sub((short) 32);
    }
}

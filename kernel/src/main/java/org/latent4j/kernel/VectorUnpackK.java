package org.latent4j.kernel;

import static org.latent4j.kernel.Levels.half;
import static org.latent4j.kernel.VectorUnpack.bytes;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * {@link VectorUnpack} for blocks of 256 values with scales of their own for 16 or 32 of them. Vectors have 8 or 16 floats,
 * so that one lies within one scale.
 */
final class VectorUnpackK {
    private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
    private static final int LANES = FLOATS.length();
    private static final int BLOCK = 256;

    private VectorUnpackK() {}

    private static FloatVector broadcast(float value) {
        return FloatVector.broadcast(FLOATS, value);
    }

    private static FloatVector floats(IntVector q) {
        return (FloatVector) q.convert(VectorOperators.I2F, 0);
    }

    static void q2k(MemorySegment data, long offset, float[] out, int at, int length) {
        for (int start = 0; start < length; start += 128) {
            int half = start / 128 % 2;
            float d = half(data, offset + 80);
            float m = half(data, offset + 82);
            long scales = Levels.eight(data, offset + 8 * half);
            for (int k = 0; k < 32; k += LANES) {
                IntVector four = bytes(data, offset + 16 + 32 * half + k);
                long own = scales >>> k / 16 * 8;
                int to = at + start + k;
                two(four.and(3), d, m, (int) own).intoArray(out, to);
                two(four.lanewise(VectorOperators.LSHR, 2).and(3), d, m, (int) (own >>> 16)).intoArray(out, to + 32);
                two(four.lanewise(VectorOperators.LSHR, 4).and(3), d, m, (int) (own >>> 32)).intoArray(out, to + 64);
                two(four.lanewise(VectorOperators.LSHR, 6), d, m, (int) (own >>> 48)).intoArray(out, to + 96);
            }
            offset += half * 84;
        }
    }

    private static FloatVector two(IntVector q, float d, float m, int both) {
        return floats(q).fma(broadcast(d * (both & 15)), broadcast(-(m * (both >>> 4 & 15))));
    }

    static void q3k(MemorySegment data, long offset, float[] out, int at, int length) {
        for (int start = 0; start < length; start += 128) {
            int half = start / 128 % 2;
            float d = half(data, offset + 108);
            long scales = Levels.scalesOf16(data, offset + 96, half);
            for (int step = 0; step < 64; step += LANES) {
                int k = step % 32;
                int pair = step / 32;
                IntVector low = bytes(data, offset + 32 + 32 * half + k).lanewise(VectorOperators.LSHR, 4 * pair);
                IntVector high = bytes(data, offset + k).lanewise(VectorOperators.LSHR, 4 * half + 2 * pair);
                long own = scales >>> 32 * pair + k / 16 * 8;
                IntVector q0 = low.and(3).or(high.and(1).lanewise(VectorOperators.LSHL, 2)).sub(4);
                IntVector q1 = low.lanewise(VectorOperators.LSHR, 2).and(3).or(high.and(2).lanewise(VectorOperators.LSHL, 1)).sub(4);
                int to = at + start + 64 * pair + k;
                floats(q0).mul(broadcast(d * ((own & 0xFF) - 32))).intoArray(out, to);
                floats(q1).mul(broadcast(d * ((own >>> 16 & 0xFF) - 32))).intoArray(out, to + 32);
            }
            offset += half * 110;
        }
    }

    static void q4k(MemorySegment data, long offset, float[] out, int at, int length) {
        for (int start = 0; start < length; start += BLOCK, offset += 144) {
            float d = half(data, offset);
            float m = half(data, offset + 2);
            long scales = Levels.scalesOf8(data, offset + 4);
            long minima = Levels.minimaOf8(data, offset + 4);
            for (int group = 0; group < 8; group += 2) {
                FloatVector scale0 = broadcast(d * Levels.byteOf(scales, group));
                FloatVector scale1 = broadcast(d * Levels.byteOf(scales, group + 1));
                FloatVector minimum0 = broadcast(-(m * Levels.byteOf(minima, group)));
                FloatVector minimum1 = broadcast(-(m * Levels.byteOf(minima, group + 1)));
                int to = at + start + 32 * group;
                for (int k = 0; k < 32; k += LANES) {
                    IntVector both = bytes(data, offset + 16 + 16 * group + k);
                    floats(both.and(15)).fma(scale0, minimum0).intoArray(out, to + k);
                    floats(both.lanewise(VectorOperators.LSHR, 4)).fma(scale1, minimum1).intoArray(out, to + 32 + k);
                }
            }
        }
    }

    static void q5k(MemorySegment data, long offset, float[] out, int at, int length) {
        for (int start = 0; start < length; start += BLOCK, offset += 176) {
            float d = half(data, offset);
            float m = half(data, offset + 2);
            long scales = Levels.scalesOf8(data, offset + 4);
            long minima = Levels.minimaOf8(data, offset + 4);
            for (int group = 0; group < 8; group += 2) {
                FloatVector scale0 = broadcast(d * Levels.byteOf(scales, group));
                FloatVector scale1 = broadcast(d * Levels.byteOf(scales, group + 1));
                FloatVector minimum0 = broadcast(-(m * Levels.byteOf(minima, group)));
                FloatVector minimum1 = broadcast(-(m * Levels.byteOf(minima, group + 1)));
                int to = at + start + 32 * group;
                for (int k = 0; k < 32; k += LANES) {
                    IntVector both = bytes(data, offset + 48 + 16 * group + k);
                    IntVector high = bytes(data, offset + 16 + k).lanewise(VectorOperators.LSHR, group);
                    IntVector fifth0 = high.and(1).lanewise(VectorOperators.LSHL, 4);
                    IntVector fifth1 = high.and(2).lanewise(VectorOperators.LSHL, 3);
                    floats(both.and(15).or(fifth0)).fma(scale0, minimum0).intoArray(out, to + k);
                    floats(both.lanewise(VectorOperators.LSHR, 4).or(fifth1)).fma(scale1, minimum1).intoArray(out, to + 32 + k);
                }
            }
        }
    }

    static void q6k(MemorySegment data, long offset, float[] out, int at, int length) {
        for (int start = 0; start < length; start += 128) {
            int half = start / 128 % 2;
            float d = half(data, offset + 208);
            long scales = Levels.eight(data, offset + 192 + 8 * half);
            for (int step = 0; step < 64; step += LANES) {
                int k = step % 32;
                int pair = step / 32;
                IntVector four = bytes(data, offset + 64 * half + step);
                IntVector two = bytes(data, offset + 128 + 32 * half + k).lanewise(VectorOperators.LSHR, 2 * pair);
                long own = scales >>> 16 * pair + k / 16 * 8;
                IntVector q0 = four.and(15).or(two.and(3).lanewise(VectorOperators.LSHL, 4)).sub(32);
                IntVector q2 = four.lanewise(VectorOperators.LSHR, 4).or(two.and(0x30)).sub(32);
                int to = at + start + step;
                floats(q0).mul(broadcast(d * (byte) own)).intoArray(out, to);
                floats(q2).mul(broadcast(d * (byte) (own >>> 32))).intoArray(out, to + 64);
            }
            offset += half * 210;
        }
    }

    static void iq4xs(MemorySegment data, long offset, float[] out, int at, int length) {
        for (int start = 0; start < length; start += BLOCK, offset += 136) {
            float d = half(data, offset);
            for (int group = 0; group < 8; group++) {
                FloatVector scale = broadcast(d * Levels.scaleOfXs(data, offset, group));
                int to = at + start + 32 * group;
                for (int k = 0; k < 16; k += LANES) {
                    IntVector both = bytes(data, offset + 8 + 16 * group + k);
                    VectorUnpack.uneven(both.and(15)).mul(scale).intoArray(out, to + k);
                    VectorUnpack.uneven(both.lanewise(VectorOperators.LSHR, 4)).mul(scale).intoArray(out, to + 16 + k);
                }
            }
        }
    }
}

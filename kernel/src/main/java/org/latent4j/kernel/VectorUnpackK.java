package org.latent4j.kernel;

import static org.latent4j.kernel.Levels.half;
import static org.latent4j.kernel.VectorUnpack.bytes;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
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
        for (int start = 0; start < length; start += BLOCK, offset += 84) {
            float d = half(data, offset + 80);
            float m = half(data, offset + 82);
            for (int group = 0; group < 16; group++) {
                int both = Levels.unsigned(data, offset + group);
                FloatVector scale = broadcast(d * (both & 15));
                FloatVector minimum = broadcast(-(m * (both >> 4)));
                int shift = group / 2 % 4 * 2;
                long from = offset + 16 + group / 8 * 32 + group % 2 * 16;
                for (int k = 0; k < 16; k += LANES) {
                    IntVector q = bytes(data, from + k).lanewise(VectorOperators.LSHR, shift).and(3);
                    floats(q).fma(scale, minimum).intoArray(out, at + start + 16 * group + k);
                }
            }
        }
    }

    static void q3k(MemorySegment data, long offset, float[] out, int at, int length) {
        for (int start = 0; start < length; start += BLOCK, offset += 110) {
            float d = half(data, offset + 108);
            for (int group = 0; group < 16; group++) {
                FloatVector scale = broadcast(d * Levels.scaleOf16(data, offset + 96, group));
                int shift = group / 2 % 4 * 2;
                long from = offset + 32 + group / 8 * 32 + group % 2 * 16;
                long highFrom = offset + group % 2 * 16;
                for (int k = 0; k < 16; k += LANES) {
                    IntVector low = bytes(data, from + k).lanewise(VectorOperators.LSHR, shift).and(3);
                    IntVector high = bytes(data, highFrom + k).lanewise(VectorOperators.LSHR, group / 2).and(1);
                    IntVector q = low.or(high.lanewise(VectorOperators.LSHL, 2));
                    floats(q).sub(4f).mul(scale).intoArray(out, at + start + 16 * group + k);
                }
            }
        }
    }

    static void q4k(MemorySegment data, long offset, float[] out, int at, int length) {
        for (int start = 0; start < length; start += BLOCK, offset += 144) {
            float d = half(data, offset);
            float m = half(data, offset + 2);
            for (int group = 0; group < 8; group += 2) {
                FloatVector scale0 = broadcast(d * Levels.scaleOf8(data, offset + 4, group));
                FloatVector scale1 = broadcast(d * Levels.scaleOf8(data, offset + 4, group + 1));
                FloatVector minimum0 = broadcast(-(m * Levels.minimumOf8(data, offset + 4, group)));
                FloatVector minimum1 = broadcast(-(m * Levels.minimumOf8(data, offset + 4, group + 1)));
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
            for (int group = 0; group < 8; group++) {
                FloatVector scale = broadcast(d * Levels.scaleOf8(data, offset + 4, group));
                FloatVector minimum = broadcast(-(m * Levels.minimumOf8(data, offset + 4, group)));
                int shift = group % 2 * 4;
                long from = offset + 48 + group / 2 * 32;
                for (int k = 0; k < 32; k += LANES) {
                    IntVector low = bytes(data, from + k).lanewise(VectorOperators.LSHR, shift).and(15);
                    IntVector high = bytes(data, offset + 16 + k).lanewise(VectorOperators.LSHR, group).and(1);
                    IntVector q = low.or(high.lanewise(VectorOperators.LSHL, 4));
                    floats(q).fma(scale, minimum).intoArray(out, at + start + 32 * group + k);
                }
            }
        }
    }

    static void q6k(MemorySegment data, long offset, float[] out, int at, int length) {
        for (int start = 0; start < length; start += BLOCK, offset += 210) {
            float d = half(data, offset + 208);
            for (int group = 0; group < 16; group++) {
                FloatVector scale = broadcast(d * data.get(ValueLayout.JAVA_BYTE, offset + 192 + group));
                int lowShift = group / 4 % 2 * 4;
                int highShift = group / 2 % 4 * 2;
                long low = offset + group / 8 * 64 + group % 4 * 16;
                long high = offset + 128 + group / 8 * 32 + group % 2 * 16;
                for (int k = 0; k < 16; k += LANES) {
                    IntVector four = bytes(data, low + k).lanewise(VectorOperators.LSHR, lowShift).and(15);
                    IntVector two = bytes(data, high + k).lanewise(VectorOperators.LSHR, highShift).and(3);
                    IntVector q = four.or(two.lanewise(VectorOperators.LSHL, 4));
                    floats(q).sub(32f).mul(scale).intoArray(out, at + start + 16 * group + k);
                }
            }
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

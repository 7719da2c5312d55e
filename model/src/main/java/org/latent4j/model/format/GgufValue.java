package org.latent4j.model.format;

import java.math.BigInteger;
import org.jspecify.annotations.Nullable;

/** A value of GGUF's metadata. Text and arrays stay in the file; only where they lie is kept. */
sealed interface GgufValue {
    /** A number or a truth value: a Long, a BigInteger (above a Long's range), a Double or a Boolean. */
    record Scalar(Type type, Object value) implements GgufValue {}

    /** A string of {@code length} bytes from {@code at} on. */
    record Text(long at, long length) implements GgufValue {}

    /** {@code count} values one after the other from {@code at} to {@code end}. */
    record Array(Type element, long count, long at, long end) implements GgufValue {}

    /** What this is, for messages: {@code an array of strings}. */
    default String described() {
        return switch (this) {
            case Scalar(Type type, Object _) -> "a value of type " + type.word;
            case Text _ -> "a string";
            case Array(Type element, long _, long _, long _) -> "an array of " + element.word + "s";
        };
    }

    /** The types by their numbers in the file; {@code size} is the bytes of a value, 0 where they vary. */
    enum Type {
        UINT8("uint8", 1), INT8("int8", 1), UINT16("uint16", 2), INT16("int16", 2), UINT32("uint32", 4), INT32("int32", 4), FLOAT32(
                "float32",
                4), BOOL("bool", 1), STRING("string", 0), ARRAY("array", 0), UINT64("uint64", 8), INT64("int64", 8), FLOAT64("float64", 8);

        private static final Type[] ALL = values();

        final String word;
        final int size;

        Type(String word, int size) {
            this.word = word;
            this.size = size;
        }

        /** The type with this number, or null. */
        static @Nullable Type of(int number) {
            return number >= 0 && number < ALL.length ? ALL[number] : null;
        }

        /** The fewest bytes that a value takes: an empty string has its length, an empty array its type and length. */
        int leastBytes() {
            return this == STRING ? 8 : this == ARRAY ? 12 : size;
        }

        /** Reads one number or truth value. */
        Object scalar(Cursor in) {
            return switch (this) {
                case UINT8 -> (long) in.u8();
                case INT8 -> (long) (byte) in.u8();
                case UINT16 -> (long) in.u16();
                case INT16 -> (long) (short) in.u16();
                case UINT32 -> in.i32() & 0xffff_ffffL;
                case INT32 -> (long) in.i32();
                case FLOAT32 -> (double) Float.intBitsToFloat(in.i32());
                case BOOL -> in.u8() != 0;
                case UINT64 -> unsigned(in.i64());
                case INT64 -> in.i64();
                case FLOAT64 -> Double.longBitsToDouble(in.i64());
                case STRING, ARRAY -> throw new IllegalStateException(word + " is no scalar");
            };
        }

        private static Object unsigned(long bits) {
            return bits >= 0 ? (Object) bits : new BigInteger(Long.toUnsignedString(bits));
        }
    }
}

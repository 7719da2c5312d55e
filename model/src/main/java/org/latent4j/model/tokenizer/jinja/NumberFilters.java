package org.latent4j.model.tokenizer.jinja;

import java.math.RoundingMode;
import org.jspecify.annotations.Nullable;
import org.latent4j.model.tokenizer.jinja.Scope.Undefined;

/** The filters that make numbers. */
final class NumberFilters {
    private NumberFilters() {}

    static @Nullable Object apply(String name, @Nullable Object value, Arguments a) {
        return switch (name) {
            case "int" -> whole(value, a.get(0, "default", 0L), Math.toIntExact(Math.clamp(a.integer(1, "base", 10), -1, 99)));
            case "float" -> real(value, a.get(0, "default", 0.0));
            case "abs" -> absolute(value);
            default -> rounded(value, a.integer(0, "precision", 0), Value.string(a.get(1, "method", "common")));
        };
    }

    private static Object absolute(@Nullable Object value) {
        if (value instanceof Double d) {
            return Math.abs(d);
        }
        return Math.absExact(Value.integer(value));
    }

    /** What can't be read as a number is the default; what isn't defined is an error. */
    private static @Nullable Object whole(@Nullable Object value, @Nullable Object otherwise, int base) {
        return switch (value) {
            case Undefined u -> Value.defined(u);
            case String s -> {
                Long whole = Numbers.whole(s, base);
                Double real = whole == null ? Numbers.real(s) : null;
                yield whole != null ? whole : real != null ? whole(real, otherwise, base) : otherwise;
            }
            case Double d -> Double.isNaN(d) || Double.isInfinite(d) ? otherwise : (Object) Value.truncated(d);
            case null, default -> Value.isNumber(value) ? (Object) Value.integer(value) : otherwise;
        };
    }

    private static @Nullable Object real(@Nullable Object value, @Nullable Object otherwise) {
        return switch (value) {
            case Undefined u -> Value.defined(u);
            case String s -> {
                Double real = Numbers.real(s);
                yield real != null ? real : otherwise;
            }
            case null, default -> Value.isNumber(value) ? (Object) Value.real(value) : otherwise;
        };
    }

    /** A whole number stays one, as in Python. */
    private static Object rounded(@Nullable Object value, long digits, String method) {
        RoundingMode mode = switch (method) {
            case "common" -> RoundingMode.HALF_EVEN;
            case "ceil" -> RoundingMode.CEILING;
            case "floor" -> RoundingMode.FLOOR;
            default -> throw new TemplateException("rounding method '" + Text.shortened(method) + "' isn't common, ceil or floor");
        };
        if (mode != RoundingMode.HALF_EVEN) {
            double scale = Math.pow(10, digits);
            double scaled = Value.real(value) * scale;
            return (mode == RoundingMode.CEILING ? Math.ceil(scaled) : Math.floor(scaled)) / scale;
        }
        return value instanceof Double d
                ? (Object) Numbers.rounded(d, digits, mode)
                : (Object) Numbers.rounded(Value.integer(value), digits);
    }
}

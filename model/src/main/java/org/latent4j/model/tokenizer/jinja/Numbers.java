package org.latent4j.model.tokenizer.jinja;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Python's {@code int}, {@code float} and {@code round}. */
final class Numbers {
    private static final int MOST_DIGITS = 400; // of a fraction; no double has more that count for a template

    private Numbers() {}

    /**
     * A whole number in text; null if it is none.
     *
     * @throws TemplateException if it is out of range, where Python's has no end
     */
    static @Nullable Long whole(String text, int base) {
        String digits = unpunctuated(Text.strip(text));
        boolean signed = digits != null && (digits.startsWith("-") || digits.startsWith("+"));
        String unsigned = digits == null ? "" : signed ? digits.substring(1) : digits;
        int radix = base;
        int prefixed = prefixBase(unsigned);
        if (prefixed > 0 && (base == prefixed || base == 0)) {
            radix = prefixed;
            unsigned = unsigned.substring(2);
        } else if (base == 0) {
            radix = 10;
        }
        if (digits == null || unsigned.isEmpty() || radix < 2 || radix > 36 || !isOf(unsigned, radix)) {
            return null;
        }
        try {
            return Long.valueOf(digits.startsWith("-") ? "-" + unsigned : unsigned, radix);
        } catch (NumberFormatException e) {
            throw new TemplateException("number " + Text.shortened(text) + " is out of range");
        }
    }

    private static int prefixBase(String text) {
        if (text.length() < 3 || text.charAt(0) != '0') {
            return 0;
        }
        return switch (text.charAt(1)) {
            case 'x', 'X' -> 16;
            case 'o', 'O' -> 8;
            case 'b', 'B' -> 2;
            default -> 0;
        };
    }

    private static boolean isOf(String text, int radix) {
        return text.codePoints().allMatch(c -> Character.digit(c, radix) >= 0);
    }

    /** Without underscores between digits; null if one stands elsewhere. */
    private static @Nullable String unpunctuated(String text) {
        if (text.startsWith("_") || text.endsWith("_") || text.contains("__") || text.contains("._") || text.contains("_.")) {
            return null;
        }
        return text.replace("_", "");
    }

    /** A real number in text; null if it is none. */
    static @Nullable Double real(String text) {
        String digits = unpunctuated(Text.strip(text));
        if (digits == null) {
            return null;
        }
        String lower = digits.toLowerCase(Locale.ROOT).replaceFirst("^[+-]", "");
        double sign = digits.startsWith("-") ? -1 : 1;
        if (lower.equals("inf") || lower.equals("infinity")) {
            return sign * Double.POSITIVE_INFINITY;
        }
        if (lower.equals("nan")) {
            return Double.NaN;
        }
        if (!lower.matches("(\\d+\\.?\\d*|\\.\\d+)(e[+-]?\\d+)?")) { // Java's knows more, as 1f and 0x1p3
            return null;
        }
        return sign * Double.parseDouble(lower);
    }

    /** To so many digits behind the point, halves to the even one, as the number's exact value has it. */
    static double rounded(double value, long digits, RoundingMode mode) {
        if (Double.isNaN(value) || Double.isInfinite(value) || digits > MOST_DIGITS) {
            return value;
        }
        if (digits < -MOST_DIGITS) {
            return Math.copySign(0, value);
        }
        double rounded = new BigDecimal(value).setScale((int) digits, mode).doubleValue();
        return Math.copySign(rounded, value);
    }

    /** A whole number to tens, hundreds, … where digits are negative. */
    static long rounded(long value, long digits) {
        if (digits >= 0) {
            return value;
        }
        try {
            return digits < -MOST_DIGITS ? 0 : new BigDecimal(value).setScale((int) digits, RoundingMode.HALF_EVEN).longValueExact();
        } catch (ArithmeticException e) {
            throw new TemplateException("the result of round is out of range");
        }
    }

    /**
     * As {@code %f}: so many digits behind the point.
     */
    static String fixed(double value, int digits) {
        return notFinite(value)
                ? named(value)
                : minus(value) + new BigDecimal(Math.abs(value)).setScale(digits, RoundingMode.HALF_EVEN).toPlainString();
    }

    /** As {@code %e}: one digit, the point, so many digits, and the power of ten. */
    static String scientific(double value, int digits) {
        if (notFinite(value)) {
            return named(value);
        }
        BigDecimal exact = new BigDecimal(Math.abs(value));
        BigDecimal rounded = exact.signum() == 0 ? BigDecimal.ZERO : exact.round(new MathContext(digits + 1, RoundingMode.HALF_EVEN));
        int exponent = exact.signum() == 0 ? 0 : rounded.precision() - rounded.scale() - 1;
        BigDecimal mantissa = rounded.scaleByPowerOfTen(-exponent).setScale(digits, RoundingMode.UNNECESSARY);
        return minus(value) + mantissa.toPlainString() + "e" + (exponent < 0 ? "-" : "+")
                + (Math.abs(exponent) < 10 ? "0" : "") + Math.abs(exponent);
    }

    /**
     * As {@code %g}: so many digits that count, in whichever of the two ways is shorter.
     *
     * @param zeros whether zeros at the end stay
     */
    static String general(double value, int digits, boolean zeros) {
        if (notFinite(value)) {
            return named(value);
        }
        int counting = Math.max(1, digits);
        String scientific = scientific(value, counting - 1);
        int at = scientific.indexOf('e');
        int exponent = Integer.parseInt(scientific.substring(at + 1));
        if (exponent >= -4 && exponent < counting) {
            String fixed = fixed(value, counting - 1 - exponent);
            return zeros ? fixed : withoutZeros(fixed);
        }
        String mantissa = scientific.substring(0, at);
        return (zeros ? mantissa : withoutZeros(mantissa)) + scientific.substring(at);
    }

    private static String withoutZeros(String digits) {
        return digits.contains(".") ? digits.replaceFirst("\\.?0*$", "") : digits;
    }

    private static boolean notFinite(double value) {
        return Double.isNaN(value) || Double.isInfinite(value);
    }

    private static String named(double value) {
        return Double.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
    }

    private static String minus(double value) {
        return Double.doubleToRawLongBits(value) < 0 ? "-" : "";
    }
}

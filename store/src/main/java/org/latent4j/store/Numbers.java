package org.latent4j.store;

import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** Numbers written in decimal, read from bytes: a few times faster than by way of strings, to the same double in almost all cases. */
final class Numbers {
    private static final double[] POWERS = new double[23];
    private static final long MOST_EXACT = 1L << 53;

    static {
        double power = 1;
        for (int i = 0; i < POWERS.length; i++) {
            POWERS[i] = power;
            power *= 10;
        }
    }

    private Numbers() {}

    /**
     * The number that some bytes write.
     *
     * @throws NumberFormatException if they are none
     */
    static double parse(byte[] text, int from, int to) {
        int at = from;
        boolean negative = at < to && text[at] == '-';
        if (at < to && (text[at] == '-' || text[at] == '+')) {
            at++;
        }
        long digits = 0;
        int read = 0;
        int behindPoint = 0;
        boolean point = false;
        for (; at < to; at++) {
            byte c = text[at];
            if (c >= '0' && c <= '9' && digits < MOST_EXACT / 10) {
                digits = 10 * digits + c - '0';
                read++;
                behindPoint += point ? 1 : 0;
            } else if (c == '.' && !point) {
                point = true;
            } else {
                break;
            }
        }
        // A product or quotient of two doubles that are exact is the nearest double (Clinger 1990).
        if (at == to && read > 0 && behindPoint < POWERS.length) {
            double value = digits / POWERS[behindPoint];
            return negative ? -value : value;
        }
        return slowly(text, from, to);
    }

    private static double slowly(byte[] text, int from, int to) {
        String number = new String(text, from, to - from, StandardCharsets.ISO_8859_1);
        return switch (number.toLowerCase(Locale.ROOT)) {
            case "nan", "-nan", "+nan" -> Double.NaN;
            case "inf", "+inf", "infinity", "+infinity" -> Double.POSITIVE_INFINITY;
            case "-inf", "-infinity" -> Double.NEGATIVE_INFINITY;
            default -> {
                char last = number.isEmpty() ? ' ' : number.charAt(number.length() - 1);
                if (last == 'f' || last == 'F' || last == 'd' || last == 'D' || number.indexOf('x') >= 0 || number.indexOf('X') >= 0) {
                    throw new NumberFormatException(number); // Java's own ways to write numbers
                }
                yield Double.parseDouble(number);
            }
        };
    }

    /** Whether some bytes write a number. */
    static boolean isNumber(byte[] text, int from, int to) {
        try {
            parse(text, from, to);
            return true;
        } catch (NumberFormatException _) {
            return false;
        }
    }
}

package org.latent4j.model.tokenizer.jinja;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How one value is written: Python's format specification {@code [[fill]align][sign][#][0][width][,][.precision][type]}.
 *
 * @param fill what pads, one character
 * @param align {@code <}, {@code >}, {@code ^}, {@code =} (behind the sign), or a blank for what the value's type has
 * @param sign {@code -}, {@code +} or a blank
 * @param alternate whether a number in another base shows its prefix
 * @param width the least number of characters
 * @param grouping what stands between thousands, or nothing
 * @param precision digits behind the point, or characters of a string; -1 where not given
 * @param type the letter; a blank where not given
 */
record Layout(int fill, char align, char sign, boolean alternate, int width, String grouping, int precision, char type) {
    private static final int WIDEST = 100_000;
    private static final int FINEST = 1_100; // a double has no more digits behind the point
    private static final Pattern SPECIFICATION = Pattern.compile(
            "(?:(.)?([<>=^]))?([-+ ])?(#)?(0)?(\\d{1,9})?([,_])?(?:\\.(\\d{1,9}))?([a-zA-Z%])?", Pattern.DOTALL);

    /** A number in a format, which would otherwise make endless text. */
    static int bounded(String digits) {
        if (digits.length() > 6 || Integer.parseInt(digits) > WIDEST) {
            throw new TemplateException("a format's width is " + Text.shortened(digits) + ", at most " + WIDEST + " is possible");
        }
        return Integer.parseInt(digits);
    }

    /** A value as a specification has it. */
    static String formatted(Run run, @Nullable Object value, String specification) {
        if (specification.isEmpty()) {
            return Value.text(run, value);
        }
        Matcher parts = SPECIFICATION.matcher(specification);
        if (!parts.matches()) {
            throw new TemplateException("format '" + Text.shortened(specification) + "' isn't known");
        }
        return of(parts).written(run, value);
    }

    private static Layout of(Matcher parts) {
        boolean zero = parts.group(5) != null;
        String align = parts.group(2) == null ? zero ? "=" : " " : parts.group(2);
        int fill = parts.group(1) != null ? parts.group(1).codePointAt(0) : zero ? '0' : ' ';
        return new Layout(fill, align.charAt(0), parts.group(3) == null ? '-' : parts.group(3).charAt(0), parts.group(4) != null,
                parts.group(6) == null ? 0 : bounded(parts.group(6)), parts.group(7) == null ? "" : parts.group(7),
                parts.group(8) == null ? -1 : bounded(parts.group(8)), parts.group(9) == null ? ' ' : parts.group(9).charAt(0));
    }

    private String written(Run run, @Nullable Object value) {
        return switch (value) {
            case String s when (type == ' ' || type == 's') && grouping.isEmpty() && sign == '-' && !alternate -> padded(run, cut(s));
            case Double d -> real(run, d);
            case Long n when "eEfFgG%".indexOf(type) >= 0 -> real(run, n);
            case Long n -> whole(run, n, true);
            case Boolean b -> with(type == ' ' ? 'd' : type).written(run, b ? 1L : 0L);
            case null, default -> throw new TemplateException(Value.kind(Value.defined(value)) + " can't be written in that format");
        };
    }

    private Layout with(char otherType) {
        return new Layout(fill, align, sign, alternate, width, grouping, precision, otherType);
    }

    /** As many characters as the precision says. */
    String cut(String text) {
        return precision < 0 ? text : Text.start(text, precision);
    }

    /** A string at its width. */
    String padded(Run run, String text) {
        if (align == '=') {
            throw new TemplateException("a string has no sign to be aligned at");
        }
        return padded(run, "", text, align == ' ' ? '<' : align);
    }

    private String padded(Run run, String sign, String digits, char side) {
        int missing = Math.max(0, width - Text.length(sign) - Text.length(digits));
        run.text(missing + digits.length());
        int before = switch (side) {
            case '<' -> 0;
            case '^' -> missing / 2;
            default -> missing;
        };
        String pad = Character.toString(fill);
        return side == '='
                ? sign + pad.repeat(missing) + digits
                : pad.repeat(before) + sign + digits + pad.repeat(missing - before);
    }

    /** A whole number; a precision, where allowed, is the least number of digits. */
    String whole(Run run, long value, boolean plain) {
        String digits = switch (type) {
            case 'd', ' ' -> unsigned(value, 10);
            case 'x' -> unsigned(value, 16);
            case 'X' -> unsigned(value, 16).toUpperCase(Locale.ROOT);
            case 'o' -> unsigned(value, 8);
            case 'b' -> unsigned(value, 2);
            default -> throw new TemplateException("a whole number can't be written as '" + type + "'");
        };
        if (plain && precision >= 0) {
            throw new TemplateException("a whole number has no precision");
        }
        String prefix = alternate && type != 'd' && type != ' ' ? "0" + type : "";
        return padded(run, signOf(value < 0) + prefix,
                grouped("0".repeat(Math.max(0, precision - digits.length())) + digits, type == 'd' || type == ' ' ? 3 : 4),
                align == ' ' ? '>' : align);
    }

    private static String unsigned(long value, int base) {
        String digits = Long.toString(value, base);
        return value < 0 ? digits.substring(1) : digits;
    }

    /** A real number. */
    String real(Run run, double value) {
        double size = Math.abs(value);
        int digits = precision < 0 ? 6 : precision;
        if (digits > FINEST) {
            throw new TemplateException("a format asks for " + digits + " digits behind the point, at most " + FINEST + " are possible");
        }
        String text = switch (type) {
            case 'f', 'F' -> Numbers.fixed(size, digits);
            case 'e', 'E' -> Numbers.scientific(size, digits);
            case 'g', 'G' -> Numbers.general(size, digits, alternate);
            case '%' -> Numbers.fixed(size * 100, digits) + "%";
            case ' ' -> precision < 0 ? Json.number(size) : shortest(size, digits);
            default -> throw new TemplateException("a real number can't be written as '" + type + "'");
        };
        boolean large = type == 'E' || type == 'F' || type == 'G';
        String cased = large ? text.toUpperCase(Locale.ROOT) : text;
        boolean negative = Double.doubleToRawLongBits(value) < 0 && !Double.isNaN(value);
        return padded(run, signOf(negative), grouped(cased, 3), align == ' ' ? '>' : align);
    }

    /** Without a type: as {@code g}, but with a digit behind the point, and in powers of ten one digit earlier. */
    private static String shortest(double value, int digits) {
        String text = Numbers.general(value, digits, false);
        if (text.contains("e") || !Character.isDigit(text.charAt(0))) {
            return text;
        }
        if (text.contains(".")) {
            return text;
        }
        return text.length() >= Math.max(1, digits) && !text.equals("0")
                ? Numbers.scientific(value, Math.max(1, digits) - 1).replaceFirst("\\.?0*e", "e")
                : text + ".0";
    }

    private String signOf(boolean negative) {
        return negative ? "-" : sign == '-' ? "" : String.valueOf(sign);
    }

    private String grouped(String digits, int by) {
        if (grouping.isEmpty()) {
            return digits;
        }
        int end = 0;
        while (end < digits.length() && Character.digit(digits.charAt(end), 16) >= 0) {
            end++;
        }
        StringBuilder grouped = new StringBuilder(digits);
        for (int i = end - by; i > 0; i -= by) {
            grouped.insert(i, grouping);
        }
        return grouped.toString();
    }
}

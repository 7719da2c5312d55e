package org.latent4j.model.tokenizer.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Python's arithmetic. */
final class Operators {
    private Operators() {}

    static Object apply(Run run, String operator, @Nullable Object left, @Nullable Object right) {
        if (operator.equals("~")) {
            return concatenated(run, Value.text(run, left), Value.text(run, right));
        }
        if (operator.equals("%") && left instanceof String s) {
            return Percent.formatted(run, s, right);
        }
        Value.defined(left);
        Value.defined(right);
        try {
            return switch (operator) {
                case "+" -> plus(run, left, right);
                case "*" -> times(run, left, right);
                default -> numeric(operator, left, right);
            };
        } catch (ArithmeticException e) {
            throw new TemplateException("the result of " + operator + " is out of range");
        }
    }

    private static String concatenated(Run run, String left, String right) {
        run.text((long) left.length() + right.length());
        return left.concat(right);
    }

    private static Object plus(Run run, @Nullable Object left, @Nullable Object right) {
        if (left instanceof String a && right instanceof String b) {
            return concatenated(run, a, b);
        }
        if (left instanceof Markup && isText(right) || right instanceof Markup && isText(left)) {
            return Markup.sum(run, left, right);
        }
        if (left instanceof List<?> a && right instanceof List<?> b && canBeMade(a) && Listed.alike(a, b)) {
            run.text(16L * (a.size() + b.size()));
            List<@Nullable Object> both = new ArrayList<>(a);
            both.addAll(b);
            return like(a, both);
        }
        return numeric("+", left, right);
    }

    private static Object times(Run run, @Nullable Object left, @Nullable Object right) {
        if (isRepeated(left) && (right instanceof Long || right instanceof Boolean)) {
            return repeated(run, left, Math.max(0, Value.integer(right)));
        }
        if (isRepeated(right) && (left instanceof Long || left instanceof Boolean)) {
            return repeated(run, right, Math.max(0, Value.integer(left)));
        }
        return numeric("*", left, right);
    }

    private static boolean isText(@Nullable Object value) {
        return value instanceof String || value instanceof Markup;
    }

    /** Whether it is a list or tuple, and not a look at something else. */
    private static boolean canBeMade(List<?> list) {
        Listed.Form form = Listed.formOf(list);
        return form == null || form.isTuple();
    }

    private static List<@Nullable Object> like(List<?> list, List<@Nullable Object> items) {
        return Listed.formOf(list) == null ? items : new Listed(Listed.Form.TUPLE, items);
    }

    private static boolean isRepeated(@Nullable Object value) {
        return value instanceof String || value instanceof List<?> list && canBeMade(list);
    }

    private static Object repeated(Run run, @Nullable Object value, long times) {
        if (value instanceof String s) {
            run.text(Math.multiplyExact(s.length(), times));
            return s.repeat(Math.toIntExact(times));
        }
        List<?> list = (List<?>) Objects.requireNonNull(value);
        run.text(Math.multiplyExact(16L * list.size(), times));
        List<@Nullable Object> items = new ArrayList<>();
        for (long i = 0; i < times && !list.isEmpty(); i++) {
            items.addAll(list);
        }
        return like(list, items);
    }

    private static Object numeric(String operator, @Nullable Object left, @Nullable Object right) {
        if (!Value.isNumber(left) || !Value.isNumber(right)) {
            throw new TemplateException(Value.kind(left) + " " + operator + " " + Value.kind(right)
                    + " isn't possible");
        }
        boolean divides = operator.equals("/") || operator.equals("//") || operator.equals("%");
        if (divides && Value.real(right) == 0) {
            throw new TemplateException("division by zero");
        }
        if (left instanceof Double || right instanceof Double || operator.equals("/")) {
            return real(operator, Value.real(left), Value.real(right));
        }
        long a = Value.integer(left);
        long b = Value.integer(right);
        return switch (operator) {
            case "+" -> (Object) Math.addExact(a, b);
            case "-" -> Math.subtractExact(a, b);
            case "*" -> Math.multiplyExact(a, b);
            case "//" -> Math.floorDivExact(a, b);
            case "%" -> Math.floorMod(a, b);
            default -> b < 0 ? (Object) Math.pow(a, b) : (Object) power(a, b);
        };
    }

    private static long power(long base, long exponent) {
        if (base == 0 || base == 1) {
            return exponent == 0 ? 1 : base;
        }
        long result = 1;
        for (long i = 0; i < exponent; i++) { // at most 63 rounds before the result is out of range, but for -1
            result = Math.multiplyExact(result, base);
            if (base == -1 && i > Long.SIZE) {
                return exponent % 2 == 0 ? 1 : -1;
            }
        }
        return result;
    }

    /** With the sign of the divisor, and exact as Python's. */
    private static double remainder(double a, double b) {
        double remainder = a % b;
        if (remainder == 0) {
            return Math.copySign(0, b);
        }
        return remainder < 0 != b < 0 ? remainder + b : remainder;
    }

    private static Object real(String operator, double a, double b) {
        return switch (operator) {
            case "+" -> a + b;
            case "-" -> a - b;
            case "*" -> a * b;
            case "/" -> a / b;
            case "//" -> Math.rint((a - remainder(a, b)) / b);
            case "%" -> remainder(a, b);
            default -> Math.pow(a, b);
        };
    }
}

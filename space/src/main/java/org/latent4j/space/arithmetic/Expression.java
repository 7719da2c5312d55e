package org.latent4j.space.arithmetic;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.WorkerPool;
import org.latent4j.space.Space;
import org.latent4j.space.arithmetic.Similarities.Ranked;

/**
 * A sum of named points: {@code king - man + woman}. A name may be quoted, and may have a factor: {@code 0.5 * king}. Plus and minus
 * stand between spaces, because names may have hyphens; without any they may stand close where that leaves names that are known.
 *
 * @param terms in the order of the text
 */
public record Expression(List<Term> terms) {
    private static final int MOST_TERMS = 1000;
    private static final Pattern FACTOR = Pattern.compile("(\\d+(?:\\.\\d+)?)\\s*\\*\\s*(.+)");

    /** A point and what it counts for. */
    public record Term(int point, String name, double weight) {}

    /** How points are scored. */
    public enum Method {
        /** By the cosine with the sum of the terms' unit vectors (Mikolov, Yih and Zweig 2013; so called by Levy and Goldberg 2014). */
        ADD,
        /**
         * By the product of the similarities with what is added over the product of those with what is subtracted, each moved to
         * 0 to 1 (Levy and Goldberg 2014); the divisor is raised by 1e-6.
         */
        MUL
    }

    /**
     * What an expression comes to.
     *
     * @param results the best points, the terms left out
     * @param unfiltered the best points, nothing left out
     */
    public record Answer(List<Ranked> results, List<Ranked> unfiltered) {}

    /** Copies the terms. */
    public Expression {
        terms = List.copyOf(terms);
    }

    /**
     * Reads an expression whose names are a space's.
     *
     * @throws LatentException if it is none, or a name isn't known; the message has the nearest spellings
     */
    public static Expression parse(String text, Space space) {
        List<String> parts = split(text);
        if (parts.size() == 1 && parts.getFirst().matches(".*[+-].*") && !isKnown(parts.getFirst(), space)) {
            parts = split(text.replaceAll("([+-])", " $1 "));
        }
        List<Term> terms = new ArrayList<>();
        double sign = 1;
        boolean wantsName = true;
        for (String part : parts) {
            if (part.equals("+") || part.equals("-")) {
                if (wantsName && !terms.isEmpty() || wantsName && sign < 0) {
                    throw new LatentException("'%s' has two signs one after the other; write it as: king - man + woman".formatted(text));
                }
                sign = part.equals("-") ? -1 : 1;
                wantsName = true;
            } else {
                terms.add(term(part, sign, space));
                wantsName = false;
                sign = 1;
            }
        }
        if (terms.isEmpty() || wantsName) {
            throw new LatentException("'%s' is no sum of names; write it as: king - man + woman".formatted(text));
        }
        if (terms.size() > MOST_TERMS) {
            throw new LatentException("the expression has %d terms, at most %d are allowed".formatted(terms.size(), MOST_TERMS));
        }
        return new Expression(terms);
    }

    private static boolean isKnown(String name, Space space) {
        return space.find(unquoted(name)).isPresent() || space.find(unquoted(name).toLowerCase(Locale.ROOT)).isPresent();
    }

    /** Names and signs; what stands between two signs is one name, spaces included. */
    private static List<String> split(String text) {
        List<String> parts = new ArrayList<>();
        StringBuilder name = new StringBuilder();
        char quote = 0;
        for (String word : text.strip().split("(?<=\\s)|(?=\\s)")) {
            if (quote == 0 && (word.equals("+") || word.equals("-") || word.equals("\u2212"))) {
                flush(name, parts);
                parts.add(word.equals("+") ? "+" : "-");
                continue;
            }
            char first = word.isEmpty() ? ' ' : word.charAt(0);
            if (quote == 0 && name.toString().isBlank() && (first == '"' || first == '\'') && word.length() > 0) {
                quote = word.length() > 1 && word.charAt(word.length() - 1) == first ? 0 : first;
            } else if (quote != 0 && word.charAt(word.length() - 1) == quote) {
                quote = 0;
            }
            name.append(word);
        }
        flush(name, parts);
        return parts;
    }

    private static void flush(StringBuilder name, List<String> parts) {
        if (!name.toString().isBlank()) {
            parts.add(name.toString().strip());
        }
        name.setLength(0);
    }

    private static Term term(String text, double sign, Space space) {
        Matcher factor = FACTOR.matcher(text);
        boolean has = factor.matches();
        String name = unquoted(has ? factor.group(2) : text);
        int point = space.require(name);
        return new Term(point, space.name(point), has ? sign * Double.parseDouble(factor.group(1)) : sign);
    }

    private static String unquoted(String name) {
        char first = name.charAt(0);
        boolean quoted = name.length() > 2 && (first == '"' || first == '\'') && name.charAt(name.length() - 1) == first;
        return quoted ? name.substring(1, name.length() - 1) : name;
    }

    /** The weighted sum of the terms' unit vectors, {@code [width]}. */
    public double[] sum(Space space) {
        double[] sum = new double[space.width()];
        for (Term term : terms) {
            double[] unit = Similarities.unit(space.vectors(), term.point());
            for (int c = 0; c < sum.length; c++) {
                sum[c] += term.weight() * unit[c];
            }
        }
        return sum;
    }

    /**
     * The points that the expression comes nearest to.
     *
     * @param k how many
     * @param among only the first so many points; word vectors come by how frequent they are
     * @throws LatentException if the terms cancel each other out
     */
    public Answer solve(Space space, int k, Method method, int among, WorkerPool pool) {
        double[] scores = method == Method.ADD ? Similarities.cosines(space.vectors(), sum(space), pool) : products(space, pool);
        double[] asked = among < scores.length ? Arrays.copyOf(scores, among) : scores;
        Set<Integer> inputs = new HashSet<>();
        terms.forEach(term -> inputs.add(term.point()));
        return new Answer(Similarities.highest(asked, k, inputs), Similarities.highest(asked, k, Set.of()));
    }

    private double[] products(Space space, WorkerPool pool) {
        double[] above = new double[space.size()];
        double[] below = new double[space.size()];
        Arrays.fill(above, 1);
        Arrays.fill(below, 1);
        for (Term term : terms) {
            double[] cosines = Similarities.cosines(space.vectors(), Similarities.unit(space.vectors(), term.point()), pool);
            double[] product = term.weight() > 0 ? above : below;
            double power = Math.abs(term.weight());
            for (int point = 0; point < cosines.length; point++) {
                double moved = (1 + cosines[point]) / 2;
                product[point] *= power == 1 ? moved : Math.pow(moved, power);
            }
        }
        for (int point = 0; point < above.length; point++) {
            above[point] /= below[point] + Analogies.EPSILON;
        }
        return above;
    }
}

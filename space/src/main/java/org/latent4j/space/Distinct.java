package org.latent4j.space;

import java.util.Arrays;
import org.latent4j.kernel.Matrix;

/**
 * Which points are equal. Algorithms that look at neighbours look at each of the different points once, however often it
 * is there: a hundred thousand copies of one point would have nothing but each other for neighbours.
 *
 * @param groupOf the group of each point, groups numbered in the order of their first points
 * @param firsts the first point of each group
 * @param counts how many points each group has
 */
public record Distinct(int[] groupOf, int[] firsts, int[] counts) {
    /** Groups equal rows, {@code [points, width]}; 0 and -0 are equal, what isn't a number equals nothing. */
    public static Distinct of(Matrix points) {
        int n = points.rows();
        int[] table = new int[(int) Math.min(1 << 30, Integer.highestOneBit(Math.max(1, n)) * 4L)];
        Arrays.fill(table, -1);
        int[] groupOf = new int[n];
        int[] firsts = new int[n];
        int[] counts = new int[n];
        int groups = 0;
        for (int row = 0; row < n; row++) {
            int slot = hash(points, row) & table.length - 1;
            while (table[slot] >= 0 && !equal(points, firsts[table[slot]], row)) {
                slot = slot + 1 & table.length - 1;
            }
            if (table[slot] < 0) {
                table[slot] = groups;
                firsts[groups++] = row;
            }
            groupOf[row] = table[slot];
            counts[table[slot]]++;
        }
        return new Distinct(groupOf, Arrays.copyOf(firsts, groups), Arrays.copyOf(counts, groups));
    }

    /** The number of different points. */
    public int groups() {
        return firsts.length;
    }

    /** The different points, {@code [groups, width]}; the points themselves where no two are equal. */
    public Matrix pick(Matrix points) {
        if (firsts.length == points.rows()) {
            return points;
        }
        int width = points.columns();
        Matrix different = Matrix.zeros(firsts.length, width);
        for (int group = 0; group < firsts.length; group++) {
            System.arraycopy(points.data(), firsts[group] * width, different.data(), group * width, width);
        }
        return different;
    }

    /** What was found for the different points, {@code [groups, width]}, for each of all points; the same where no two are equal. */
    public Matrix spread(Matrix found) {
        if (firsts.length == groupOf.length) {
            return found;
        }
        int width = found.columns();
        Matrix all = Matrix.zeros(groupOf.length, width);
        for (int row = 0; row < groupOf.length; row++) {
            System.arraycopy(found.data(), groupOf[row] * width, all.data(), row * width, width);
        }
        return all;
    }

    private static int hash(Matrix points, int row) {
        int width = points.columns();
        long hash = width;
        for (int i = row * width; i < (row + 1) * width; i++) {
            hash = (hash ^ Float.floatToIntBits(points.data()[i] + 0f)) * 0x9E3779B97F4A7C15L;
            hash ^= hash >>> 29;
        }
        return (int) (hash ^ hash >>> 32);
    }

    private static boolean equal(Matrix points, int row, int other) {
        int width = points.columns();
        for (int c = 0; c < width; c++) {
            if (points.data()[row * width + c] != points.data()[other * width + c]) {
                return false;
            }
        }
        return true;
    }
}

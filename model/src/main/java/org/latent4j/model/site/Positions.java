package org.latent4j.model.site;

import java.util.Arrays;
import java.util.TreeSet;
import org.latent4j.kernel.LatentException;

/** Which positions of a text are kept: all, the last, their mean, or some by number. */
public sealed interface Positions {
    /** Every position. */
    Positions ALL = new All();
    /** The last position. */
    Positions LAST = new At(-1);
    /** The mean over all positions, one row. */
    Positions MEAN = new Mean();

    /** Every position. */
    record All() implements Positions {}

    /** The mean over all positions, one row. */
    record Mean() implements Positions {}

    /**
     * Some positions.
     *
     * @param indices from 0; negative ones count from the end, -1 being the last
     */
    record At(int... indices) implements Positions {
        @Override
        public boolean equals(Object other) {
            return other instanceof At that && Arrays.equals(indices, that.indices);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(indices);
        }

        @Override
        public String toString() {
            return Arrays.toString(indices);
        }
    }

    /** Some positions, from 0; negative ones count from the end. */
    static Positions of(int... indices) {
        return new At(indices);
    }

    /**
     * Reads {@code all}, {@code last}, {@code mean}, or a list of indices and ranges like {@code 0,3,5-8,-1,last}.
     *
     * @throws LatentException if it is none of these
     */
    static Positions parse(String text) {
        return switch (text.strip()) {
            case "all" -> ALL;
            case "last" -> LAST;
            case "mean" -> MEAN;
            default -> new At(indices(text));
        };
    }

    private static int[] indices(String text) {
        TreeSet<Integer> indices = new TreeSet<>();
        for (String part : text.split(",", -1)) {
            String item = part.strip();
            if (item.equals("last")) {
                indices.add(-1);
                continue;
            }
            int dash = item.indexOf('-', 1);
            int from = number(dash < 0 ? item : item.substring(0, dash), text);
            int to = dash < 0 ? from : number(item.substring(dash + 1), text);
            if (to < from || (long) to - from > 1_000_000 || (from < 0 && dash > 0)) {
                throw new LatentException("positions '%s': '%s' is not a range; write it like 3-7".formatted(text, item));
            }
            for (int i = from; i <= to; i++) {
                indices.add(i);
            }
        }
        return indices.stream().mapToInt(Integer::intValue).toArray();
    }

    private static int number(String digits, String text) {
        try {
            return Integer.parseInt(digits);
        } catch (NumberFormatException _) {
            throw new LatentException(
                    "positions '%s': '%s' is not a position; write all, last, mean, or a list like 0,3,5-8,-1".formatted(text, digits));
        }
    }

    /**
     * The indices in a text of {@code count} positions, ascending, each once. {@link Mean} reads all.
     *
     * @throws LatentException if an index is outside
     */
    default int[] in(int count) {
        if (!(this instanceof At(int[] indices))) {
            int[] all = new int[count];
            Arrays.setAll(all, i -> i);
            return all;
        }
        TreeSet<Integer> found = new TreeSet<>();
        for (int index : indices) {
            int position = index < 0 ? count + index : index;
            if (position < 0 || position >= count) {
                throw new LatentException(
                        "position %d is outside the text, which has %d tokens: 0 to %d".formatted(index, count, count - 1));
            }
            found.add(position);
        }
        return found.stream().mapToInt(Integer::intValue).toArray();
    }
}

package org.latent4j.workbench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.latent4j.workbench.map.MapColumn;

/**
 * What colour each point of a picture has, and the legend that says so: the largest classes of a column of words have one each,
 * the others share a grey; numbers lie on a ramp from dark blue to yellow.
 *
 * @param points {@code 0xRRGGBB} for each
 * @param legend texts with their colours, in order; empty where nothing colours the points
 * @param title the column's name
 */
record MapColours(int[] points, List<Entry> legend, String title) {
    private static final int PLAIN = 0x3B6FB6;
    private static final int OTHERS = 0xB8B8B8;
    private static final int[] CLASSES = {0x4E79A7, 0xF28E2B, 0xE15759, 0x59A14F, 0xB07AA1, 0x76B7B2, 0xEDC948, 0x9C755F, 0xFF9DA7,
        0x2F4B7C,
        0x86BC66, 0xA05195};
    private static final int[] RAMP = {0x30366B, 0x2C6E8E, 0x27908B, 0x49B675, 0xA8DB42, 0xF4E324};
    private static final int STEPS = 5;

    /**
     * A line of the legend.
     *
     * @param count how many points have the colour; empty where colours flow
     */
    record Entry(String text, String count, int colour) {}

    static MapColours plain(int points) {
        int[] colours = new int[points];
        Arrays.fill(colours, PLAIN);
        return new MapColours(colours, List.of(), "");
    }

    static MapColours of(MapColumn column) {
        return switch (column) {
            case MapColumn.Labels labels -> classes(labels);
            case MapColumn.Numbers numbers -> ramp(numbers);
        };
    }

    private static MapColours classes(MapColumn.Labels labels) {
        Map<String, Integer> counts = new HashMap<>();
        for (String value : labels.values()) {
            if (value != null) {
                counts.merge(value, 1, Integer::sum);
            }
        }
        List<String> order = counts.keySet().stream()
                .sorted(Comparator.comparingInt((String value) -> -counts.getOrDefault(value, 0)).thenComparing(value -> value)).toList();
        Map<String, Integer> colours = new HashMap<>();
        List<Entry> legend = new ArrayList<>();
        for (int i = 0; i < Math.min(order.size(), CLASSES.length); i++) {
            colours.put(order.get(i), CLASSES[i]);
            legend.add(new Entry(order.get(i), Amounts.count(counts.getOrDefault(order.get(i), 0)), CLASSES[i]));
        }
        int others = labels.size() - order.stream().limit(CLASSES.length).mapToInt(value -> counts.getOrDefault(value, 0)).sum();
        if (others > 0) {
            legend.add(new Entry("others", Amounts.count(others), OTHERS));
        }
        int[] points = new int[labels.size()];
        for (int i = 0; i < points.length; i++) {
            points[i] = colours.getOrDefault(labels.values().get(i), OTHERS);
        }
        return new MapColours(points, legend, labels.name());
    }

    private static MapColours ramp(MapColumn.Numbers numbers) {
        float least = Float.POSITIVE_INFINITY;
        float most = Float.NEGATIVE_INFINITY;
        for (float value : numbers.values()) {
            if (Float.isFinite(value)) {
                least = Math.min(least, value);
                most = Math.max(most, value);
            }
        }
        int[] points = new int[numbers.size()];
        for (int i = 0; i < points.length; i++) {
            float value = numbers.values()[i];
            points[i] = Float.isFinite(value) ? onRamp(most > least ? (value - least) / (most - least) : 0.5f) : OTHERS;
        }
        boolean whole = MapFiles.areWhole(numbers.values());
        List<Entry> legend = new ArrayList<>();
        for (int step = 0; step < STEPS && most >= least; step++) {
            float share = step / (float) (STEPS - 1);
            legend.add(new Entry(said(least + share * (most - least), whole), "", onRamp(share)));
        }
        return new MapColours(points, legend, numbers.name());
    }

    private static String said(float value, boolean whole) {
        return whole ? Integer.toString(Math.round(value)) : String.format(Locale.ROOT, "%.4g", value);
    }

    private static int onRamp(float share) {
        float place = share * (RAMP.length - 1);
        int below = Math.min((int) place, RAMP.length - 2);
        float rest = place - below;
        int mixed = 0;
        for (int shift = 0; shift <= 16; shift += 8) {
            int from = RAMP[below] >> shift & 255;
            int to = RAMP[below + 1] >> shift & 255;
            mixed |= Math.round(from + rest * (to - from)) << shift;
        }
        return mixed;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof MapColours that && Arrays.equals(points, that.points) && legend.equals(that.legend);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(points);
    }
}

package org.latent4j.store.search;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * How many of the 10 nearest an approximate index finds at least, measured with some queries beside its points and as many far from them.
 *
 * @param queries how many of each
 * @param steps by rising numbers of candidates
 */
record Recall(int queries, List<Step> steps) {
    static final int AT = 10;
    static final Recall NONE = new Recall(0, List.of());

    /**
     * What so many candidates find.
     *
     * @param recall of queries beside the points
     * @param far of queries far from all of them; no more than the other
     */
    record Step(int candidates, double recall, double far) {}

    /** The fewest candidates that reach a recall beside the points, or the most that were tried. */
    Step reaching(double wanted) {
        return steps.stream().filter(step -> step.recall >= wanted).findFirst().orElseGet(steps::getLast);
    }

    String written() {
        StringBuilder text = new StringBuilder().append(queries);
        steps.forEach(
                step -> text.append(' ').append(step.candidates).append(String.format(Locale.ROOT, ":%.6f:%.6f", step.recall, step.far)));
        return text.toString();
    }

    static Recall read(String text) {
        String[] parts = text.split(" ");
        List<Step> steps = new ArrayList<>();
        for (int i = 1; i < parts.length; i++) {
            String[] step = parts[i].split(":");
            steps.add(new Step(Integer.parseInt(step[0]), Double.parseDouble(step[1]), Double.parseDouble(step[2])));
        }
        return new Recall(Integer.parseInt(parts[0]), List.copyOf(steps));
    }
}

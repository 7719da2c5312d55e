package org.latent4j.workbench;

import java.util.ArrayList;
import java.util.List;
import org.latent4j.model.SteeringReport;

/** Adds up what interventions did in many texts: means over all their positions. */
final class SteeringTally {
    private final List<SteeringReport> sums = new ArrayList<>();

    /** One more text: the same steps at the same sites as before. */
    void add(List<SteeringReport> reports) {
        if (sums.isEmpty()) {
            sums.addAll(reports);
            return;
        }
        for (int i = 0; i < reports.size(); i++) {
            sums.set(i, together(sums.get(i), reports.get(i)));
        }
    }

    private static SteeringReport together(SteeringReport a, SteeringReport b) {
        long n = a.positions() + b.positions();
        return a.positions() == 0
                ? b
                : b.positions() == 0
                        ? a
                        : new SteeringReport(
                                a.step(), a.name(), a.site(), n, mean(a, a.projectionBefore(), b, b.projectionBefore()),
                                mean(a, a.projectionAfter(), b, b.projectionAfter()), mean(a, a.normBefore(), b, b.normBefore()),
                                mean(a, a.normAfter(), b, b.normAfter()));
    }

    private static double mean(SteeringReport a, double ofA, SteeringReport b, double ofB) {
        return (ofA * a.positions() + ofB * b.positions()) / (a.positions() + b.positions());
    }

    List<SteeringReport> reports() {
        return List.copyOf(sums);
    }
}

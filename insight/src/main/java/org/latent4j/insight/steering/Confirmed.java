package org.latent4j.insight.steering;

import java.util.ArrayList;
import java.util.List;
import org.latent4j.model.SteeringReport;

/**
 * What a step of a plan did to the states, held against what it was to do: projections on the direction of length 1, as means
 * over the positions that it edited, read off the states before and after.
 *
 * @param asked what the projection was to become or, for added directions, by how much it was to move; NaN where that depends on the
 *     position (decay)
 * @param holds whether it did, to a thousandth; false where no position was reached
 */
public record Confirmed(SteeringPlan.Step step, SteeringReport report, double asked, boolean holds) {
    private static final double TOLERANCE = 1e-3;

    /** By how much the projection moved. */
    public double moved() {
        return report.projectionAfter() - report.projectionBefore();
    }

    /** Each step of a plan at its site. */
    public static List<Confirmed> of(SteeringPlan plan, SteeringPlan.Bound bound, List<SteeringReport> reports) {
        List<Confirmed> all = new ArrayList<>();
        for (SteeringReport report : reports) {
            all.add(of(bound.steps().get(report.step()), report, plan.halfLife().isPresent()));
        }
        return all;
    }

    private static Confirmed of(SteeringPlan.Step step, SteeringReport report, boolean fades) {
        double moved = report.projectionAfter() - report.projectionBefore();
        double asked = switch (step.operator()) {
            case ADD, CLAMP -> step.absolute();
            case ABLATE -> 0;
            case DAMPEN -> step.absolute() * report.projectionBefore();
        };
        double scale = Math.max(Math.abs(asked), Math.max(Math.abs(report.projectionBefore()), 1e-3 * report.normBefore()));
        double error = step.operator() == Operator.ADD ? moved - asked : report.projectionAfter() - asked;
        boolean holds;
        if (fades) { // between what was there and what was asked for, according to the position
            double goal = step.operator() == Operator.ADD ? asked : asked - report.projectionBefore();
            holds = Math.abs(moved) <= Math.abs(goal) + TOLERANCE * scale && moved * goal >= 0;
        } else {
            holds = Math.abs(error) <= TOLERANCE * scale;
        }
        return new Confirmed(step, report, fades ? Double.NaN : asked, report.positions() > 0 && holds);
    }
}

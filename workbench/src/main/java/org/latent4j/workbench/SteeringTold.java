package org.latent4j.workbench;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.latent4j.model.SteeringReport;

/**
 * What interventions did, so that nobody steers a model that isn't being steered.
 *
 * @param bound the interventions
 * @param reports what each of its steps did, at each site
 */
record SteeringTold(BoundSteering bound, List<SteeringReport> reports) {
    /** Nothing was steered. */
    static final SteeringTold NOTHING = new SteeringTold(BoundSteering.NONE, List.of());

    boolean isEmpty() {
        return reports.isEmpty();
    }

    /** A line for each report. */
    List<String> lines() {
        List<String> lines = new ArrayList<>();
        for (SteeringReport r : reports) {
            BoundSteering.Step step = bound.steps().get(r.step());
            String what = step.edit().kind() == SteeringEdit.Kind.ABLATE
                    ? "ablate " + step.edit().file()
                    : String.format(
                            Locale.ROOT, "add %s x %s%s, norm %.2f", step.edit().file(), (float) step.strength(),
                            step.edit().relative() ? " (" + step.edit().amount() + ")" : "",
                            step.norm());
            String did = r.positions() == 0
                    ? "never reached: nothing that was asked for lies behind it"
                    : String.format(
                            Locale.ROOT, "%d positions: projection %.3f -> %.3f, norm %.2f -> %.2f%s", r.positions(), r.projectionBefore(),
                            r.projectionAfter(), r.normBefore(), r.normAfter(),
                            Double.isFinite(r.normAfter()) ? "" : "; the states overflow: give less strength");
            lines.add("%s at %s, %s".formatted(what, r.site(), did));
        }
        return lines;
    }

    /** One line for all. */
    String summary() {
        List<String> edits = new ArrayList<>();
        for (BoundSteering.Step step : bound.steps()) {
            String edit = step.edit().kind().name().toLowerCase(Locale.ROOT) + " " + step.edit();
            if (!edits.contains(edit)) {
                edits.add(edit);
            }
        }
        return String.join(", ", edits);
    }

    /** An array {@code steering}, an object for each report. */
    void write(JsonGenerator to) throws IOException {
        to.writeArrayFieldStart("steering");
        for (SteeringReport r : reports) {
            BoundSteering.Step step = bound.steps().get(r.step());
            to.writeStartObject();
            to.writeStringField("what", r.name());
            to.writeStringField("file", step.edit().file().toString());
            to.writeStringField("site", r.site().toString());
            if (step.edit().kind() == SteeringEdit.Kind.ADD) {
                to.writeStringField("amount", step.edit().amount());
                number(to, "strength", step.strength());
                number(to, "strength_norm", step.norm());
            }
            to.writeNumberField("positions", r.positions());
            number(to, "projection_before", r.projectionBefore());
            number(to, "projection_after", r.projectionAfter());
            number(to, "norm_before", r.normBefore());
            number(to, "norm_after", r.normAfter());
            to.writeEndObject();
        }
        to.writeEndArray();
    }

    private static void number(JsonGenerator to, String name, double value) throws IOException {
        if (Double.isFinite(value)) {
            to.writeNumberField(name, (float) value);
        } else {
            to.writeNullField(name);
        }
    }
}

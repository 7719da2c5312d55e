package org.latent4j.workbench;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.latent4j.insight.steering.Confirmed;
import org.latent4j.insight.steering.Operator;
import org.latent4j.insight.steering.SteeringPlan;
import org.latent4j.model.Continuation;
import org.latent4j.model.Generation;
import org.latent4j.model.Model;
import org.latent4j.model.PromptMode;
import org.latent4j.model.site.Site;

/** A plain and a steered continuation side by side, and what steering did to the states. */
record SteerShown(
        Model model, SteeringPlan plan, Continuation plain, Continuation steered, List<Confirmed> confirmed, Generation request) {
    private static final int GAP = 3;

    boolean holds() {
        return !confirmed.isEmpty() && confirmed.stream().allMatch(Confirmed::holds);
    }

    /** The two texts in columns; below, a line for each direction and site. */
    String text(int width) {
        StringBuilder out = new StringBuilder();
        int column = Math.max(20, (Math.min(width, 140) - GAP) / 2);
        String prompt = plain.promptIds().length == 0
                ? ""
                : TokenText.visible(model.tokenizer().decode(plain.promptIds())).replace('␣', ' ');
        Wrapped.append(out, prompt, 0, 0, 2 * column + GAP);
        out.append('\n');
        columns(out, List.of("plain"), List.of("steered: " + summary()), column);
        columns(out, List.of("─".repeat(column)), List.of("─".repeat(column)), column);
        columns(out, lines(plain.text(), column), lines(steered.text(), column), column);
        out.append('\n');
        for (Confirmed one : confirmed) {
            out.append(told(one)).append('\n');
        }
        out.append(verdict()).append('\n');
        if (steered.stop().startsWith("overflow")) {
            out.append("Stopped: ").append(steered.stop()).append("; give less strength.\n");
        }
        return out.toString();
    }

    private String verdict() {
        if (confirmed.stream().allMatch(c -> c.report().positions() == 0)) {
            return "Nothing was steered: no position was reached.";
        }
        String moved = holds() ? "The projection moved as asked" : "The projection did NOT move as asked";
        return moved + (Arrays.equals(plain.ids(), steered.ids()) ? "; the text stays the same." : ".")
                + " Whether that works, and what it costs, tells: latent steer … --sweep";
    }

    private String summary() {
        String names = plan.directions().stream()
                .map(d -> PlainLine.of(d.direction().name()) + (d.weight() == 1 ? "" : ":" + (float) d.weight()))
                .collect(Collectors.joining(", "));
        return plan.operator().label() + " " + names + (plan.operator() == Operator.ABLATE ? "" : " " + (float) plan.strength())
                + (plan.halfLife().isPresent() ? ", half every %s tokens".formatted((float) plan.halfLife().getAsDouble()) : "");
    }

    private static List<String> lines(String text, int column) {
        List<String> lines = new ArrayList<>();
        for (String paragraph : TokenText.orSaidBlank(text).strip().split("\n", -1)) {
            StringBuilder wrapped = new StringBuilder();
            Wrapped.append(wrapped, PlainLine.of(paragraph), 0, 0, column);
            lines.addAll(wrapped.toString().lines().toList());
        }
        return lines;
    }

    private static void columns(StringBuilder out, List<String> left, List<String> right, int column) {
        for (int i = 0; i < Math.max(left.size(), right.size()); i++) {
            StringBuilder line = new StringBuilder(i < left.size() ? left.get(i) : "");
            int width = DisplayWidth.of(line.toString());
            line.append(" ".repeat(Math.max(1, column + GAP - width)));
            line.append(i < right.size() ? right.get(i) : "");
            out.append(line.toString().stripTrailing()).append('\n');
        }
    }

    private static String told(Confirmed one) {
        SteeringPlan.Step step = one.step();
        String what = switch (step.operator()) {
            case ADD ->
                "%s x typical norm %s = %s added".formatted(number(step.strength()), number(step.typicalNorm()), number(step.absolute()));
            case CLAMP ->
                "set to %s x typical norm %s = %s".formatted(number(step.strength()), number(step.typicalNorm()), number(step.absolute()));
            case DAMPEN -> "times " + number(step.absolute());
            case ABLATE -> "removed";
        };
        String did = one.report().positions() == 0
                ? "no position reached"
                : "%d positions: projection %s -> %s, norm %s -> %s %s".formatted(one.report().positions(),
                        number(one.report().projectionBefore()), number(one.report().projectionAfter()),
                        number(one.report().normBefore()), number(one.report().normAfter()), one.holds() ? "✓" : "✗ not as asked");
        return "%s at %s: %s; %s".formatted(PlainLine.of(step.direction()), step.site(), what, did);
    }

    private static String number(double value) {
        return Decimals.fixed(value, 2);
    }

    /** Everything. */
    void writeJson(PrintWriter out) {
        JsonFactory factory = new JsonFactory();
        factory.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
        try (JsonGenerator to = factory.createGenerator(out)) {
            to.writeStartObject();
            to.writeStringField("model", model.name());
            to.writeStringField("model_sha256", model.fingerprint(PromptMode.RAW).model());
            to.writeNumberField("seed", request.sampling().seed());
            to.writeStringField("operator", plan.operator().label());
            to.writeNumberField("strength", plan.strength());
            to.writeArrayFieldStart("directions");
            for (SteeringPlan.Weighted one : plan.directions()) {
                to.writeStartObject();
                to.writeStringField("name", one.direction().name());
                to.writeNumberField("weight", one.weight());
                to.writeEndObject();
            }
            to.writeEndArray();
            to.writeArrayFieldStart("sites");
            for (Site site : plan.sites()) {
                to.writeString(site.toString());
            }
            to.writeEndArray();
            write(to, "plain", plain);
            write(to, "steered", steered);
            to.writeArrayFieldStart("steering");
            for (Confirmed one : confirmed) {
                write(to, one);
            }
            to.writeEndArray();
            to.writeBooleanField("confirmed", holds());
            to.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        out.println();
    }

    private static void write(JsonGenerator to, String name, Continuation one) throws IOException {
        to.writeObjectFieldStart(name);
        to.writeFieldName("prompt_ids");
        to.writeArray(one.promptIds(), 0, one.promptIds().length);
        to.writeFieldName("ids");
        to.writeArray(one.ids(), 0, one.ids().length);
        to.writeStringField("text", TokenText.wellFormed(one.text()));
        to.writeStringField("stop", one.stop());
        to.writeEndObject();
    }

    private static void write(JsonGenerator to, Confirmed one) throws IOException {
        to.writeStartObject();
        to.writeStringField("direction", one.step().direction());
        to.writeStringField("site", one.step().site().toString());
        to.writeStringField("operator", one.step().operator().label());
        SweepJson.number(to, "strength", one.step().strength());
        SweepJson.number(to, "typical_norm", one.step().typicalNorm());
        SweepJson.number(to, "absolute", one.step().absolute());
        to.writeNumberField("positions", one.report().positions());
        SweepJson.number(to, "projection_before", one.report().projectionBefore());
        SweepJson.number(to, "projection_after", one.report().projectionAfter());
        SweepJson.number(to, "moved", one.moved());
        SweepJson.number(to, "asked", one.asked());
        SweepJson.number(to, "norm_before", one.report().normBefore());
        SweepJson.number(to, "norm_after", one.report().normAfter());
        to.writeBooleanField("confirmed", one.holds());
        to.writeEndObject();
    }
}

package org.latent4j.workbench;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.latent4j.insight.probe.Probe;
import org.latent4j.insight.probe.ProbeStore;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Matrix;
import org.latent4j.model.Model;
import org.latent4j.model.PromptMode;
import org.latent4j.model.Trace;
import org.latent4j.model.site.Positions;
import org.latent4j.model.site.Sites;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code latent probe apply}: what a probe reads off a text. */
@Command(name = "apply", header = "Read texts with a probe that 'latent probe --save' wrote.", description = {
    "",
    "A probe of words reads every token, a probe of texts the state that it was fitted on; --every-token reads all with either.",
    ""
}, mixinStandardHelpOptions = true)
final class ProbeApplyCommand implements Callable<Integer> {
    @Spec
    private @Nullable CommandSpec spec;

    @Parameters(index = "0", paramLabel = "PROBE", description = "The file that holds the probe.")
    private @Nullable Path file;

    @Parameters(index = "1..*", paramLabel = "TEXT", description = "Texts to read.")
    private List<String> given = new ArrayList<>();

    @Mixin
    private ModelOptions model = new ModelOptions();

    @Mixin
    private TextOptions texts = new TextOptions();

    @Option(names = "--every-token", description = "Read the state of every token.")
    private boolean everyToken;

    @Option(names = "--json", description = "One JSON object a text.")
    private boolean json;

    /** What was read of a text. */
    private record Reading(String text, List<String> tokens, Matrix predicted) {}

    @Override
    public Integer call() {
        CommandText out = new CommandText(Objects.requireNonNull(spec));
        ProbeStore stored = ProbeStore.read(Objects.requireNonNull(file));
        TextInput input = texts.input(given, null, "a text, --texts or --text-file");
        try (Model opened = model.open()) {
            stored.requireFits(opened);
            PromptMode mode = mode(stored);
            boolean all = everyToken || stored.about().getOrDefault("command", "").contains("--conllu");
            Positions positions = all ? Positions.ALL : Positions.parse(stored.positions());
            PromptTokens tokens = new PromptTokens(opened, mode, positions, true, false);
            try (PromptReader reader = input.open()) {
                for (Prompt prompt = reader.next(); prompt != null; prompt = reader.next()) {
                    int[] ids = tokens.of(prompt).ids();
                    Trace trace = opened.traces(List.of(ids), Sites.of(stored.site()), positions).getFirst();
                    String text = prompt instanceof Prompt.Text(String _, String written) ? written : "";
                    List<String> names = new ArrayList<>();
                    for (int position : all ? trace.positions() : new int[0]) {
                        names.add(opened.tokenizer().token(ids[position]));
                    }
                    Reading reading = new Reading(text, names, stored.probe().predict(trace.get(stored.site())));
                    out.print(json ? json(reading, stored) + "\n" : told(reading, stored));
                }
            }
        }
        return 0;
    }

    private PromptMode mode(ProbeStore stored) {
        PromptMode asked = texts.mode();
        String fitted = stored.fingerprint().promptMode();
        if (asked != PromptMode.RAW && !asked.label().equals(fitted)) {
            throw new LatentException("the probe was fitted on texts given %s, not %s".formatted(fitted, asked.label()));
        }
        for (PromptMode mode : PromptMode.values()) {
            if (mode.label().equals(fitted)) {
                return mode;
            }
        }
        throw new LatentException("the probe was fitted on texts given in the mode '%s', which isn't known".formatted(fitted));
    }

    private static String told(Reading reading, ProbeStore stored) {
        List<String> classes = stored.probe().classes();
        int[] best = classes.isEmpty() ? new int[0] : Probe.mostProbable(reading.predicted);
        StringBuilder out = new StringBuilder();
        for (int r = 0; r < reading.predicted.rows(); r++) {
            String what = reading.tokens.isEmpty() ? PlainLine.of(reading.text) : TokenText.visible(reading.tokens.get(r));
            String said = classes.isEmpty()
                    ? Decimals.fixed(reading.predicted.at(r, 0), 4)
                    : "%s %s".formatted(PlainLine.of(classes.get(best[r])), Decimals.fixed(reading.predicted.at(r, best[r]), 3));
            out.append("%-24s %s%n".formatted(said, what));
        }
        return out.toString();
    }

    private static String json(Reading reading, ProbeStore stored) {
        List<String> classes = stored.probe().classes();
        int[] best = classes.isEmpty() ? new int[0] : Probe.mostProbable(reading.predicted);
        StringWriter text = new StringWriter();
        try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
            json.writeStartObject();
            json.writeStringField("text", reading.text);
            json.writeStringField("site", stored.site());
            json.writeArrayFieldStart("readings");
            for (int r = 0; r < reading.predicted.rows(); r++) {
                json.writeStartObject();
                if (!reading.tokens.isEmpty()) {
                    json.writeStringField("token", reading.tokens.get(r));
                }
                if (classes.isEmpty()) {
                    ProbeFigures.number(json, "value", reading.predicted.at(r, 0));
                } else {
                    json.writeStringField("label", classes.get(best[r]));
                    json.writeObjectFieldStart("probabilities");
                    for (int k = 0; k < classes.size(); k++) {
                        ProbeFigures.number(json, classes.get(k), reading.predicted.at(r, k));
                    }
                    json.writeEndObject();
                }
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("memory doesn't fail so", e);
        }
        return text.toString();
    }
}

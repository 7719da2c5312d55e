package org.latent4j.workbench;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.latent4j.insight.direction.Direction;
import org.latent4j.kernel.Matrix;
import org.latent4j.model.Model;
import org.latent4j.model.Trace;
import org.latent4j.model.site.Positions;
import org.latent4j.model.site.Site;
import org.latent4j.model.site.Sites;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code latent direction read}: how far each token of a text lies along a direction. */
@Command(name = "read", header = "Colour every token of a text by how far its state lies along a direction.", description = {
    "",
    "The projection on the direction of length 1, less the text's mean, over the deviation within the text: teal tokens lie further "
            + "along it than the others, orange ones against it. The first token, whose state is unlike all others, counts for neither.",
    ""
}, mixinStandardHelpOptions = true)
final class DirectionReadCommand implements Callable<Integer> {
    private static final String RESET = "\u001B[0m";

    @Spec
    private @Nullable CommandSpec spec;

    @Mixin
    private ModelOptions model = new ModelOptions();

    @Parameters(index = "0", paramLabel = "DIRECTION", description = "A file, or a name of the library.")
    private String named = "";

    @Parameters(index = "1..*", paramLabel = "TEXT", description = "Texts to read.")
    private List<String> given = new ArrayList<>();

    @Mixin
    private TextOptions texts = new TextOptions();

    @Option(names = {"--site", "--layer"}, paramLabel = "SITE", description = "Where to read (default: the direction's best site).")
    private @Nullable String site;

    @Option(names = "--json", description = "One JSON object a text.")
    private boolean json;

    @Override
    public Integer call() {
        CommandText out = new CommandText(Objects.requireNonNull(spec));
        TextInput input = texts.input(given, null, "a text, --texts or --text-file");
        Terminal terminal = Terminal.detect();
        try (Model opened = model.open()) {
            Direction direction = DirectionFiles.open(named, opened);
            Site where = site != null ? SiteNames.one(site) : direction.bestSite();
            float[] unit = direction.unitAt(where);
            if (!json) {
                out.note("projections on '%s' at %s".formatted(direction.name(), where)); // figures of other sites don't compare
            }
            PromptTokens tokens = new PromptTokens(opened, texts.mode(), Positions.ALL, true, false);
            try (PromptReader reader = input.open()) {
                for (Prompt prompt = reader.next(); prompt != null; prompt = reader.next()) {
                    int[] ids = tokens.of(prompt).ids();
                    Trace trace = opened.traces(List.of(ids), Sites.of(where.toString()), Positions.ALL).getFirst();
                    double[] along = projections(trace.get(where), unit);
                    List<String> shown = new ArrayList<>();
                    for (int id : ids) {
                        shown.add(opened.tokenizer().token(id));
                    }
                    out.print(json ? json(direction, where, shown, along) + "\n" : told(shown, along, terminal));
                }
            }
        }
        return 0;
    }

    private static double[] projections(Matrix states, float[] unit) {
        double[] along = new double[states.rows()];
        for (int r = 0; r < along.length; r++) {
            for (int c = 0; c < unit.length; c++) {
                along[r] += (double) states.data()[r * unit.length + c] * unit[c];
            }
        }
        return along;
    }

    private static double[] standardised(double[] along) {
        int first = along.length > 2 ? 1 : 0;
        double mean = 0;
        for (int i = first; i < along.length; i++) {
            mean += along[i] / (along.length - first);
        }
        double variance = 0;
        for (int i = first; i < along.length; i++) {
            variance += (along[i] - mean) * (along[i] - mean) / (along.length - first);
        }
        double[] z = new double[along.length];
        for (int i = first; i < along.length; i++) {
            z[i] = variance > 0 ? (along[i] - mean) / Math.sqrt(variance) : 0;
        }
        return z;
    }

    private static String told(List<String> tokens, double[] along, Terminal terminal) {
        double[] z = standardised(along);
        StringBuilder out = new StringBuilder();
        if (terminal.colours() == Terminal.Colours.NONE) {
            for (int i = 0; i < z.length; i++) {
                int bars = (int) Math.clamp(Math.round(Math.abs(z[i]) * 4), 0, 12);
                out.append("%10s  %12s|%-12s %s%n".formatted(Decimals.fixed(along[i], 3), z[i] < 0 ? "━".repeat(bars) : "",
                        z[i] > 0 ? "━".repeat(bars) : "", TokenText.visible(tokens.get(i))));
            }
            return out.toString();
        }
        for (int i = 0; i < z.length; i++) {
            out.append(colour(z[i], terminal.colours())).append(PlainLine.of(tokens.get(i).replace("\n", "⏎"))).append(RESET);
        }
        return out.append('\n').toString();
    }

    /** A background from orange over none to teal. */
    private static String colour(double z, Terminal.Colours colours) {
        double strength = Math.clamp(Math.abs(z) / 2, 0, 1);
        if (strength < 0.15) {
            return "";
        }
        if (colours == Terminal.Colours.TRUE_COLOUR) {
            int rgb = Ramp.oklch(0.35 + 0.3 * strength, 0.02 + 0.1 * strength, z > 0 ? 195 : 60);
            return "\u001B[38;2;255;255;255;48;2;%d;%d;%dm".formatted(rgb >> 16 & 255, rgb >> 8 & 255, rgb & 255);
        }
        int[] palette = z > 0 ? new int[]{23, 30, 37} : new int[]{58, 130, 166};
        return "\u001B[97;48;5;%dm".formatted(palette[(int) Math.min(2, strength * 3)]);
    }

    private static String json(Direction direction, Site where, List<String> tokens, double[] along) {
        double[] z = standardised(along);
        StringWriter text = new StringWriter();
        try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
            json.writeStartObject();
            json.writeStringField("direction", direction.name());
            json.writeStringField("site", where.toString());
            json.writeArrayFieldStart("tokens");
            for (int i = 0; i < along.length; i++) {
                json.writeStartObject();
                json.writeStringField("token", tokens.get(i));
                ProbeFigures.number(json, "projection", along[i]);
                ProbeFigures.number(json, "standardised", z[i]);
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

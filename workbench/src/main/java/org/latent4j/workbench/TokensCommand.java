package org.latent4j.workbench;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.io.SerializedString;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.latent4j.kernel.LatentException;
import org.latent4j.model.Model;
import org.latent4j.model.PromptMode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code latent tokens}: what a model's tokenizer makes of texts. */
@Command(name = "tokens", header = "Show the tokens of texts.", description = {"",
    "Nothing is added to a text unless --special or --chat asks for it.", ""}, footer = {
        "",
        "  latent tokens \"The capital of France is\"",
        "  latent tokens --chat \"Who wrote Faust?\"",
        "  latent tokens --texts reviews.jsonl --column review --json"
    })
final class TokensCommand implements Callable<Integer> {
    @Spec
    private @Nullable CommandSpec spec;

    @Mixin
    private ModelOptions model = new ModelOptions();

    @Parameters(paramLabel = "TEXT", arity = "0..*", description = "The text.")
    private List<String> words = new ArrayList<>();

    @Mixin
    private TextOptions texts = new TextOptions();

    @Option(names = "--json", description = "One JSON array of {\"text\", \"ids\", \"tokens\"}.")
    private boolean json;

    @Override
    public Integer call() {
        if (words.size() > 1) {
            throw new LatentException("the text is in " + words.size() + " pieces: put it in quotes");
        }
        TextInput input = texts.input(words, null, "TEXT, --texts or --text-file");
        PromptMode mode = texts.mode();
        PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
        try (PromptReader reader = input.open(); Model opened = model.open()) {
            if (json) {
                writeJson(reader, opened, mode, out);
            } else {
                writeTables(reader, opened, mode, out);
            }
        }
        out.flush();
        return 0;
    }

    private static void writeJson(PromptReader reader, Model model, PromptMode mode, PrintWriter out) {
        try (JsonGenerator json = new JsonFactory().createGenerator(out)) {
            json.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
            json.setRootValueSeparator(new SerializedString(",\n"));
            out.print("[\n");
            for (Prompt prompt = reader.next(); prompt != null && !out.checkError(); prompt = reader.next()) {
                String text = ((Prompt.Text) prompt).text();
                int[] ids = model.tokens(text, mode);
                json.writeStartObject();
                json.writeStringField("text", text);
                json.writeFieldName("ids");
                json.writeArray(ids, 0, ids.length);
                json.writeArrayFieldStart("tokens");
                for (int id : ids) {
                    json.writeString(model.tokenizer().token(id));
                }
                json.writeEndArray();
                json.writeEndObject();
            }
            json.flush();
            out.print("\n]\n");
        } catch (IOException e) {
            throw new UncheckedIOException("a writer that only remembers errors threw one", e);
        }
    }

    private static void writeTables(PromptReader reader, Model model, PromptMode mode, PrintWriter out) {
        int number = 0;
        for (Prompt prompt = reader.next(); prompt != null && !out.checkError(); prompt = reader.next()) {
            int[] ids = model.tokens(((Prompt.Text) prompt).text(), mode);
            out.println((number == 0 ? "" : "\n") + "text " + number + ": " + ids.length
                    + (ids.length == 1 ? " token" : " tokens") + " (" + model.name() + ", " + mode.label() + ")");
            number++;
            for (int i = 0; i < ids.length; i++) {
                String token = TokenText.visible(model.tokenizer().token(ids[i]));
                out.println(padded(i, 6) + padded(ids[i], 8) + "  " + token);
            }
        }
    }

    private static String padded(int number, int width) {
        String digits = Integer.toString(number);
        return " ".repeat(Math.max(1, width - digits.length())) + digits;
    }
}

package org.latent4j.workbench;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.latent4j.kernel.LatentException;
import org.latent4j.model.Continuation;
import org.latent4j.model.Generation;
import org.latent4j.model.Model;
import org.latent4j.model.PromptMode;
import org.latent4j.model.Sampling;
import org.latent4j.model.Steering;
import org.latent4j.model.SteeringReport;
import org.latent4j.model.tokenizer.ChatTemplate.Message;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code latent generate}. */
@Command(name = "generate", header = "Let a model go on with a text, steered if you like.", footer = {
    "",
    "  latent generate --prompt \"The capital of France is\" --max-tokens 24",
    "  latent generate --chat --prompt \"How are you?\" --add happy.gguf:1.5@8-21"
})
final class GenerateCommand implements Callable<Integer> {
    private static final int DEFAULT_TOKENS = 128;

    @Spec
    private @Nullable CommandSpec spec;

    @Mixin
    private ModelOptions model = new ModelOptions();

    @Mixin
    private SteeringOptions steering = new SteeringOptions();

    @Option(names = "--prompt", paramLabel = "T", description = "The text to go on with.")
    private @Nullable String prompt;

    @Option(names = "--prompts", paramLabel = "FILE", description = "Many: .txt (one a line), .json (an array of strings), .jsonl or .tsv.")
    private @Nullable Path prompts;

    @Option(names = "--chat", description = "Give the text as a user's message in the model's chat template.")
    private boolean chat;

    @Option(names = "--system", paramLabel = "S", description = "A system message before it (with --chat).")
    private @Nullable String system;

    @Option(names = "--max-tokens", paramLabel = "N", description = "The most tokens (default: 128, less where the context ends).")
    private @Nullable Integer maxTokens;

    @Option(names = "--temperature", paramLabel = "X", defaultValue = "0", description = "0 takes the most probable token (default: 0).")
    private double temperature;

    @Option(names = "--top-k", paramLabel = "N", defaultValue = "0", description = "Only the N most probable tokens (default: all).")
    private int topK;

    @Option(names = "--top-p", paramLabel = "X", defaultValue = "1", description = "Only the most probable that together reach X (default: 1).")
    private double topP = 1;

    @Option(names = "--min-p", paramLabel = "X", defaultValue = "0", description = "Only tokens at least X times as probable as the most probable (default: 0).")
    private double minP;

    @Option(names = "--repeat-penalty", paramLabel = "X", defaultValue = "1", description = "Make tokens that are there already less probable (default: 1, off).")
    private double repeatPenalty = 1;

    @Option(names = "--stop", paramLabel = "S", description = "End before this text; may be repeated.")
    private List<String> stops = new ArrayList<>();

    @Option(names = "--seed", paramLabel = "N", defaultValue = "0", description = "The same seed gives the same text on any number of threads.")
    private long seed;

    @Option(names = "--samples", paramLabel = "N", defaultValue = "1", description = "How many continuations (default: 1).")
    private int samples = 1;

    @Option(names = "--ignore-eos", description = "Keep the model from ending its text.")
    private boolean ignoreEos;

    @Option(names = "--json", description = "Write JSON.")
    private boolean json;

    @Override
    public Integer call() {
        if (system != null && !chat) {
            throw new LatentException("--system is for --chat: without a chat template there is no place for it");
        }
        var sampling = new Sampling(temperature, topK, topP, minP, repeatPenalty, seed);
        var request = new Generation(
                maxTokens == null ? DEFAULT_TOKENS : maxTokens, sampling, samples, stops, ignoreEos, Steering.NONE, false, () -> false);
        List<String> texts = texts();
        AtomicBoolean interrupted = new AtomicBoolean();
        CountDownLatch done = new CountDownLatch(1);
        Thread farewell = new Thread(() -> endWithWhatThereIs(interrupted, done));
        Runtime.getRuntime().addShutdownHook(farewell);
        try (Model opened = model.open()) {
            generate(opened, texts, request, interrupted);
        } finally {
            done.countDown();
            withdraw(farewell);
        }
        return 0;
    }

    private static void endWithWhatThereIs(AtomicBoolean interrupted, CountDownLatch done) {
        interrupted.set(true);
        try {
            done.await(3, TimeUnit.SECONDS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private static void withdraw(Thread farewell) {
        try {
            Runtime.getRuntime().removeShutdownHook(farewell);
        } catch (IllegalStateException _) {
            // the program is ending already
        }
    }

    private List<String> texts() {
        if ((prompt == null) == (prompts == null)) {
            throw new LatentException("give --prompt or --prompts, one of them");
        }
        if (prompt != null) {
            return List.of(ArgumentText.intact(prompt));
        }
        List<String> texts = new ArrayList<>();
        try (PromptReader reader = TextInput.ofFile(Objects.requireNonNull(prompts), Optional.empty()).open()) {
            for (Prompt next = reader.next(); next != null; next = reader.next()) {
                if (next instanceof Prompt.Text(String _, String text)) {
                    texts.add(text);
                }
            }
        }
        if (texts.isEmpty()) {
            throw new LatentException("there is no text in %s".formatted(prompts));
        }
        return texts;
    }

    private void generate(Model opened, List<String> texts, Generation base, AtomicBoolean interrupted) {
        List<int[]> ids = new ArrayList<>();
        int context = opened.config().context();
        for (String text : texts) {
            int[] own = tokens(opened, text);
            ids.add(own);
            if (maxTokens != null && (long) own.length + maxTokens > context) {
                throw new LatentException(
                        "--max-tokens %d and a prompt of %d tokens are more than the model's context of %d: give at most %d"
                                .formatted(maxTokens, own.length, context, Math.max(0, context - own.length)));
            }
        }
        var request = new Generation(
                base.maxTokens(), base.sampling(), base.samples(), base.stops(), base.ignoreEnd(), steering.of(opened, ids.getFirst()),
                false, interrupted::get);
        PrintWriter out = out();
        boolean streams = !json && ids.size() == 1 && samples == 1;
        Generation.Listener listener = streams ? (_, _, text) -> {
            out.print(text);
            out.flush();
        } : Generation.Listener.NONE;
        List<List<Continuation>> said = opened.generate(ids, request, listener);
        if (json) {
            write(said);
        } else {
            for (List<Continuation> own : said) {
                own.forEach(one -> out.println(streams ? "" : one.text()));
            }
            out.flush();
            tell(said.getFirst().getFirst());
        }
        out.flush();
    }

    private int[] tokens(Model opened, String text) {
        if (!chat) {
            return opened.tokens(text, PromptMode.RAW);
        }
        Message user = new Message("user", text);
        return opened.chatTokens(system == null ? List.of(user) : List.of(new Message("system", system), user));
    }

    private PrintWriter out() {
        return Objects.requireNonNull(spec).commandLine().getOut();
    }

    /** What the interventions did, so that nobody steers a model that isn't being steered. */
    private void tell(Continuation first) {
        PrintWriter err = Objects.requireNonNull(spec).commandLine().getErr();
        for (SteeringReport r : first.steering()) {
            err.printf(java.util.Locale.ROOT, "latent: %s at %s, %d positions: projection %.3f -> %.3f, norm %.2f -> %.2f%n", r.name(),
                    r.site(), r.positions(), r.projectionBefore(), r.projectionAfter(), r.normBefore(), r.normAfter());
        }
        if (first.stop().startsWith("overflow")) {
            err.println("latent: stopped: " + first.stop() + "; give less strength");
        }
        err.flush();
    }

    private void write(List<List<Continuation>> said) {
        JsonFactory factory = new JsonFactory();
        factory.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
        PrintWriter out = out();
        try (JsonGenerator to = factory.createGenerator(out)) {
            if (prompts != null) {
                to.writeStartArray();
            }
            for (List<Continuation> own : said) {
                if (samples == 1) {
                    write(to, own.getFirst());
                } else {
                    to.writeStartObject();
                    to.writeArrayFieldStart("samples");
                    for (Continuation one : own) {
                        write(to, one);
                    }
                    to.writeEndArray();
                    to.writeEndObject();
                }
            }
            if (prompts != null) {
                to.writeEndArray();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        out.println();
    }

    private static void write(JsonGenerator to, Continuation one) throws IOException {
        to.writeStartObject();
        to.writeFieldName("prompt_ids");
        to.writeArray(one.promptIds(), 0, one.promptIds().length);
        to.writeFieldName("ids");
        to.writeArray(one.ids(), 0, one.ids().length);
        to.writeStringField("text", TokenText.wellFormed(one.text()));
        to.writeStringField("stop", one.stop());
        to.writeArrayFieldStart("steering");
        for (SteeringReport r : one.steering()) {
            to.writeStartObject();
            to.writeStringField("what", r.name());
            to.writeStringField("site", r.site().toString());
            to.writeNumberField("positions", r.positions());
            number(to, "projection_before", r.projectionBefore());
            number(to, "projection_after", r.projectionAfter());
            number(to, "norm_before", r.normBefore());
            number(to, "norm_after", r.normAfter());
            to.writeEndObject();
        }
        to.writeEndArray();
        to.writeEndObject();
    }

    private static void number(JsonGenerator to, String name, double value) throws IOException {
        if (Double.isFinite(value)) {
            to.writeNumberField(name, (float) value);
        } else {
            to.writeNullField(name);
        }
    }
}

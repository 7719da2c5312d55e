package org.latent4j.workbench;

import java.io.PrintWriter;
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
import org.latent4j.model.tokenizer.ChatTemplate.Message;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code latent generate}. */
@Command(name = "generate", header = "Let a model go on with a text, steered if you like.", footer = {
    "",
    "Without --max-tokens a continuation has at most 128 tokens. Samples and prompts decode together. What steering did at "
            + "each site is told at the end (see: latent help steering). Ctrl-C ends with what there is.",
    "",
    "  latent generate --prompt \"The capital of France is\" --max-tokens 24",
    "  latent generate --chat --prompt \"How are you?\" --add happy.gguf:1.5@8-21",
    "  latent generate --prompt Once --add sea.gguf:0.5r@10-20 --ablate sad.safetensors@3,5 --json"
})
final class GenerateCommand implements Callable<Integer> {
    @Spec
    private @Nullable CommandSpec spec;

    @Mixin
    private ModelOptions model = new ModelOptions();

    @Option(names = "--prompt", paramLabel = "T", description = "The text to go on with.")
    private @Nullable String prompt;

    @Option(names = "--prompts", paramLabel = "FILE", description = "Many: .txt (one a line), .json (an array of strings), .jsonl or .tsv.")
    private @Nullable Path prompts;

    @Option(names = "--chat", description = "Give the text as a user's message in the model's chat template.")
    private boolean chat;

    @Option(names = "--system", paramLabel = "S", description = "A system message before it (with --chat).")
    private @Nullable String system;

    @Mixin
    private SteeringOptions steering = new SteeringOptions();

    @Mixin
    private GenerationOptions generation = new GenerationOptions();

    @Option(names = "--samples", paramLabel = "N", defaultValue = "1", description = "How many continuations (default: 1).")
    private int samples = 1;

    @Option(names = "--json", description = "Write JSON.")
    private boolean json;

    @Override
    public Integer call() {
        if (system != null && !chat) {
            throw new LatentException("--system is for --chat: without a chat template there is no place for it");
        }
        AtomicBoolean interrupted = new AtomicBoolean();
        Generation request = generation.request(samples, interrupted::get);
        List<SteeringEdit> edits = steering.edits();
        List<String> texts = texts();
        CountDownLatch done = new CountDownLatch(1);
        Thread farewell = new Thread(() -> endWithWhatThereIs(interrupted, done));
        Runtime.getRuntime().addShutdownHook(farewell);
        try (Model opened = model.open()) {
            generate(opened, texts, edits, request);
        } finally {
            done.countDown();
            withdraw(farewell);
        }
        return 0;
    }

    private static void endWithWhatThereIs(AtomicBoolean interrupted, CountDownLatch done) {
        interrupted.set(true);
        try {
            done.await(5, TimeUnit.SECONDS);
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

    private void generate(Model opened, List<String> texts, List<SteeringEdit> edits, Generation base) {
        opened.requireGenerates();
        List<int[]> ids = new ArrayList<>();
        for (String text : texts) {
            int[] own = tokens(opened, text);
            ids.add(own);
            generation.check(own.length, opened.config().context());
        }
        BoundSteering bound = BoundSteering.of(edits, opened, ids.getFirst());
        PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
        boolean streams = !json && ids.size() == 1 && samples == 1;
        Generation.Listener listener = streams ? (_, _, text) -> {
            out.print(text);
            out.flush();
        } : Generation.Listener.NONE;
        List<List<Continuation>> said = opened.generate(ids, base.with(bound.steering()), listener);
        Optional<RoundingTold> rounding = RoundingTold.of(base.precision(), opened, ids.getFirst());
        if (json) {
            new GeneratedJson(bound, rounding, prompts != null, samples > 1).write(said, out);
        } else {
            for (List<Continuation> own : said) {
                own.forEach(one -> out.println(streams ? "" : one.text()));
            }
            out.flush();
            tell(bound, said);
            rounding.ifPresent(told -> tell(told.line()));
        }
        out.flush();
    }

    private int[] tokens(Model opened, String text) {
        if (!chat) {
            return opened.tokens(text, PromptMode.RAW);
        }
        Message user = new Message("user", text);
        return opened.chatTokens(
                system == null ? List.of(user) : List.of(new Message("system", ArgumentText.intact(system)), user));
    }

    private void tell(String line) {
        PrintWriter err = Objects.requireNonNull(spec).commandLine().getErr();
        err.println("latent: " + line);
        err.flush();
    }

    /** What the interventions did, and which continuations ended because of them. */
    private void tell(BoundSteering bound, List<List<Continuation>> said) {
        PrintWriter err = Objects.requireNonNull(spec).commandLine().getErr();
        for (int p = 0; p < said.size(); p++) {
            for (int s = 0; s < samples; s++) {
                Continuation one = said.get(p).get(s);
                String which = (said.size() > 1 ? "prompt " + p + ", " : "") + (samples > 1 ? "sample " + s + ", " : "");
                for (String line : new SteeringTold(bound, one.steering()).lines()) {
                    err.println("latent: " + which + line);
                }
                if (one.stop().startsWith("overflow")) {
                    err.println("latent: " + which + "stopped: " + one.stop() + "; give less strength");
                } else if (one.stop().equals("interrupted")) {
                    err.println("latent: " + which + "interrupted");
                }
            }
        }
        err.flush();
    }
}

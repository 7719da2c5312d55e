package org.latent4j.workbench;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Progress;
import org.latent4j.model.Model;
import org.latent4j.model.PromptMode;
import org.latent4j.model.site.Positions;
import org.latent4j.model.site.Sites;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code latent capture}: hidden states of many texts into safetensors files. */
@Command(name = "capture", header = "Write the hidden states of texts to a safetensors file.", description = {
    "",
    "Tensors are named TEXT.SITE, texts counted from 0: 0.resid_post.12, [positions, width], 32-bit floats; "
            + "attn_pattern is [heads, positions, positions]. TEXT.input_ids has the token ids. "
            + "The metadata tell which model, inputs and options they came from, and the beginnings of the texts (text_strings) and what "
            + "their tokens say (token_strings).",
    ""
}, footer = {
    "",
    "An interrupted capture goes on when the same command is given again.",
    "",
    "  latent capture --text \"The capital of France is\" --sites resid_post.12 -o states.safetensors",
    "  latent capture --texts reviews.jsonl --column review --sites 'resid_post.*' --positions last"
            + " -o reviews.safetensors",
    "  latent capture --ids tokens.json --sites attn_pattern.3,logits -m models/tiny -o tiny.safetensors"
})
final class CaptureCommand implements Callable<Integer> {
    private static final long CHECKPOINT_NANOS = 1_000_000_000L;

    @Spec
    private @Nullable CommandSpec spec;

    @Mixin
    private ModelOptions model = new ModelOptions();

    @Option(names = "--text", paramLabel = "T", description = "A text; may be repeated.")
    private List<String> text = new ArrayList<>();

    @Option(names = "--ids", paramLabel = "FILE", description = "Token ids: a JSON array of arrays of numbers.")
    private @Nullable Path ids;

    @Mixin
    private TextOptions texts = new TextOptions();

    @Option(names = "--sites", paramLabel = "LIST", required = true, description = "Which hidden states: resid_post.12, resid_post.*, attn_out.3-7,logits (see: latent "
            + "help sites).")
    private List<String> sites = new ArrayList<>();

    @Option(names = "--positions", paramLabel = "LIST", defaultValue = "all", description = "all, last, mean, or indices like 0,3,5-8,-1 (default: ${DEFAULT-VALUE}).")
    private String positions = "all";

    @Mixin
    private SteeringOptions steering = new SteeringOptions();

    @Option(names = "--truncate", description = "Cut texts that are longer than the model's context.")
    private boolean truncate;

    @Option(names = "--skip-empty", description = "Leave out empty texts; the others keep their numbers.")
    private boolean skipEmpty;

    @Option(names = {"-o", "--out"}, paramLabel = "FILE", required = true, description = "The safetensors file to write.")
    private @Nullable Path out;

    @Option(names = "--shard-size", paramLabel = "SIZE", defaultValue = "2GB", description = "More than this is written as several files with an index (default: ${DEFAULT-VALUE}).")
    private String shardSize = "2GB";

    @Option(names = "--restart", description = "Start over, throwing away what an interrupted capture left.")
    private boolean restart;

    @Override
    public Integer call() {
        TextInput input = texts.input(text, ids, "--text, --texts, --text-file or --ids");
        Capture.Request request = request(input);
        try (PartialCapture partial = PartialCapture.open(request.out(), restart)) {
            Thread farewell = new Thread(() -> sayHowToGoOn(partial));
            Runtime.getRuntime().addShutdownHook(farewell);
            try (Model opened = model.open()) {
                Capture.Result result = new Capture(opened, request, partial, progress(), this::note).run();
                result.steering().lines().forEach(this::note);
                note(summary(result, opened, request.mode()));
            } finally {
                withdraw(farewell);
            }
        }
        return 0;
    }

    private Capture.Request request(TextInput input) {
        PromptMode mode = texts.mode();
        if (input instanceof TextInput.TokenIds && mode != PromptMode.RAW) {
            throw new LatentException("--ids are taken as they are; --%s is for texts".formatted(mode.label()));
        }
        long bytes = Amounts.parseBytes(shardSize);
        if (bytes < 1) {
            throw new LatentException("--shard-size %s: write a size like 500MB or 2GB".formatted(shardSize));
        }
        return new Capture.Request(
                input,
                Sites.of(sites.toArray(String[]::new)),
                Positions.parse(positions),
                positions.strip(),
                mode,
                truncate,
                skipEmpty,
                steering.edits(),
                Objects.requireNonNull(out),
                bytes,
                CHECKPOINT_NANOS,
                commandLine());
    }

    private Progress progress() {
        return ProgressBar.on(Terminal.detect());
    }

    private void note(String line) {
        PrintWriter err = spec().commandLine().getErr();
        err.println("latent: " + line);
        err.flush();
    }

    private void sayHowToGoOn(PartialCapture partial) {
        if (partial.done() > 0) {
            note("stopped after " + Amounts.count(partial.done()) + " texts; the same command goes on from there");
        }
    }

    private static void withdraw(Thread farewell) {
        try {
            Runtime.getRuntime().removeShutdownHook(farewell);
        } catch (IllegalStateException _) {
            // the program is ending already
        }
    }

    private static String summary(Capture.Result result, Model model, PromptMode mode) {
        long speed = Math.round(result.ran() / (result.nanos() / 1e9));
        return Amounts.count(result.texts()) + (result.texts() == 1 ? " text, " : " texts, ")
                + Amounts.count(result.tokens()) + " tokens (" + model.name() + ", " + mode.label() + ")"
                + (result.ran() == 0 ? "" : " at " + Amounts.count(speed) + " tokens/s")
                + ": " + result.file() + (result.shards() == 1 ? "" : " and " + result.shards() + " shards")
                + ", " + Amounts.bytes(result.bytes());
    }

    private String commandLine() {
        StringBuilder line = new StringBuilder("latent");
        for (String argument : spec().root().commandLine().getParseResult().originalArgs()) {
            line.append(' ').append(Shell.quote(argument));
        }
        return line.toString();
    }

    private CommandSpec spec() {
        return Objects.requireNonNull(spec);
    }
}

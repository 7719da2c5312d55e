package org.latent4j.workbench;

import java.io.BufferedReader;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.latent4j.model.Generation;
import org.latent4j.model.Model;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code latent chat}. */
@Command(name = "chat", header = "Talk with a model, and steer it meanwhile.", description = {
    "",
    "A line is a message; one that ends with \\ goes on in the next. Keys and values are kept between turns: only what is new "
            + "is computed. Ctrl-C stops an answer. Input may be a pipe: answers go to standard output, all else to standard error.",
    "",
    "  /steer FILE:AMOUNT@LAYERS   add a direction from now on, /ablate FILE@LAYERS removes one (see: latent help steering)",
    "  /steer off, /steer          no steering; what steering did in the last answer",
    "  /lens                       what every layer said at the last position",
    "  /undo, /history             take the last message and its answer back; show the conversation",
    "  /help, /quit                these lines; the end (also Ctrl-D)",
    ""
}, footer = {
    "",
    "An answer has at most 512 tokens without --max-tokens.",
    "",
    "  latent chat",
    "  latent chat --system \"You are a pirate.\" --temperature 0.7 --top-p 0.9 --seed 1",
    "  latent chat --add happy.gguf:1.5@8-21"
})
final class ChatCommand implements Callable<Integer> {
    private static final int LONGEST_ANSWER = 512;

    @Spec
    private @Nullable CommandSpec spec;

    @Mixin
    private ModelOptions model = new ModelOptions();

    @Option(names = "--system", paramLabel = "S", description = "A system message at the beginning.")
    private @Nullable String system;

    @Mixin
    private SteeringOptions steering = new SteeringOptions();

    @Mixin
    private GenerationOptions generation = new GenerationOptions();

    private final InputStream input;

    /** Reads messages from a stream. */
    ChatCommand(InputStream input) {
        this.input = input;
    }

    @Override
    public Integer call() {
        AtomicBoolean interrupted = new AtomicBoolean();
        Generation request = generation.request(1, LONGEST_ANSWER, interrupted::get);
        List<SteeringEdit> edits = steering.edits();
        PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
        PrintWriter err = spec.commandLine().getErr();
        var lines = new BufferedReader(new InputStreamReader(input, StandardCharsets.UTF_8));
        try (Model opened = model.open(); Interrupts _ = Interrupts.calling(() -> interrupted.set(true))) {
            Conversation conversation = new Conversation(opened, request, system == null ? null : ArgumentText.intact(system));
            if (!edits.isEmpty()) {
                conversation.steer(edits);
            }
            new Chat(conversation, interrupted, lines, out, err, Terminal.detect().output()).run();
        }
        return 0;
    }
}

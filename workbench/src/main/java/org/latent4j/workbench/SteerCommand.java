package org.latent4j.workbench;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.latent4j.insight.Interrupted;
import org.latent4j.insight.steering.Confirmed;
import org.latent4j.insight.steering.SteeringPlan;
import org.latent4j.insight.steering.TypicalNorms;
import org.latent4j.kernel.LatentException;
import org.latent4j.model.Continuation;
import org.latent4j.model.Generation;
import org.latent4j.model.Model;
import org.latent4j.model.PromptMode;
import org.latent4j.model.Steering;
import org.latent4j.model.site.Site;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code latent steer}: a text with and without a direction, and sweeps that tell whether it works. */
@Command(name = "steer", header = "Steer a model along a direction, beside the plain model, and see whether it worked.", description = {
    "",
    "DIRECTION is a file (latent direction find), a GGUF control vector or a name of the library; several with weights are "
            + "happy.safetensors:1 formal:-0.5. Plain and steered text come from the same seed. What the projection on the direction was "
            + "to become is held against what it became.",
    "",
    "With --sweep: strengths by layers, the effect beside 20 random directions of the same norm and a direction of shuffled labels, "
            + "and what it costs (see: latent help steering).",
    ""
}, footer = {
    "",
    "  latent steer sentiment \"The weather today is\"",
    "  latent steer happy.safetensors \"The weather today is\" --strength 1.5 --layers 10-20",
    "  latent steer sad.gguf \"Once upon a time\" --operator ablate --layers 8-20",
    "  latent steer happy.safetensors --sweep --html happy.html"
})
final class SteerCommand implements Callable<Integer> {
    private static final int DEFAULT_TOKENS = 48;
    private static final int INTERRUPTED = 130;

    @Spec
    private @Nullable CommandSpec spec;

    @Parameters(paramLabel = "DIRECTION… TEXT", arity = "0..*", description = "One or more directions, then the text to go on with (none with --sweep).")
    private List<String> words = new ArrayList<>();

    @Mixin
    private ModelOptions model = new ModelOptions();

    @Mixin
    private SteerArguments steer = new SteerArguments();

    @Option(names = "--chat", description = "Give the text as a user's message in the model's chat template.")
    private boolean chat;

    @Mixin
    private GenerationOptions generation = new GenerationOptions();

    @Mixin
    private SweepOptions sweep = new SweepOptions();

    @Option(names = "--json", description = "Write JSON.")
    private boolean json;

    @Override
    public Integer call() {
        CommandSpec own = Objects.requireNonNull(spec);
        if (sweep.wanted()) {
            return new SteerSweep(own.commandLine(), words, model, steer, sweep, generation, chat, json).run();
        }
        sweep.requireUnused();
        if (words.size() < 2) {
            throw new LatentException(words.isEmpty()
                    ? "along which direction, and which text? latent steer sentiment \"The weather today is\""
                    : "which text shall the model go on with? latent steer %s \"The weather today is\" (or --sweep)"
                            .formatted(words.getFirst()));
        }
        String text = ArgumentText.intact(words.getLast());
        if (text.isEmpty()) {
            throw new LatentException("the text is empty: there is no token to go on from");
        }
        AtomicBoolean interrupted = new AtomicBoolean();
        Generation request = generation.request(1, DEFAULT_TOKENS, interrupted::get);
        try (Interrupts _ = Interrupts.setting(interrupted, new CommandText(own)::note); Model opened = model.open()) {
            opened.requireGenerates();
            int[] ids = opened.tokens(text, chat ? PromptMode.CHAT : PromptMode.RAW);
            SteeringPlan plan = steer.plan(words.subList(0, words.size() - 1), opened, List.of(ids), interrupted::get);
            generation.check(ids.length, opened.config().context());
            show(opened, plan, ids, request);
        } catch (Interrupted _) {
            return INTERRUPTED;
        }
        return interrupted.get() ? INTERRUPTED : 0;
    }

    private void show(Model opened, SteeringPlan plan, int[] ids, Generation request) {
        Map<Site, Double> norms = TypicalNorms.of(opened, plan.sites());
        SteeringPlan.Bound bound = plan.bind(norms);
        List<List<Continuation>> both = opened.generate(
                List.of(ids, ids), request, List.of(Steering.NONE, bound.steering()), new int[]{0, 0}, Generation.Listener.NONE);
        Continuation plain = both.get(0).getFirst();
        Continuation steered = both.get(1).getFirst();
        List<Confirmed> confirmed = Confirmed.of(plan, bound, steered.steering());
        SteerShown shown = new SteerShown(opened, plan, plain, steered, confirmed, request);
        PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
        if (json) {
            shown.writeJson(out);
        } else {
            out.print(shown.text(Terminal.detect().width()));
        }
        out.flush();
    }
}

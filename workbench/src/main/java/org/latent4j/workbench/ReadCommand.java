package org.latent4j.workbench;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.latent4j.insight.Lens;
import org.latent4j.insight.LensReading;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.WarmUp;
import org.latent4j.model.Model;
import org.latent4j.model.PromptMode;
import org.latent4j.model.site.Positions;
import org.latent4j.model.tokenizer.ChatTemplate.Message;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code latent read}: what every layer of a model holds of a text. */
@Command(name = "read", header = "Show what every layer of a model holds of a text.", description = {
    "",
    "A table, one row a layer, one column a token: each cell shows the token that the model would say if it "
            + "had to answer from the hidden state there (logit lens), coloured by its probability. Beside the "
            + "rows: how far the state moved. Below: what the model expects next.",
    ""
}, footer = {
    "",
    "Where not all positions fit, those are shown that tell most: always the last; then those at which the "
            + "probability of the model's final answer moves most on its way through the layers, ups and downs "
            + "added.",
    "",
    "  latent read \"The capital of France is\"",
    "  latent read --chat \"Who wrote Faust?\" --html faust.html",
    "  latent read --text-file essay.txt --truncate --positions -5,-3,last"
})
final class ReadCommand implements Callable<Integer> {
    private static final int SHOWN_NEXT = 5;
    private static final int WRITTEN_TOP = 10;
    private static final int MOST_TOP = 1000;

    @Parameters(paramLabel = "TEXT", arity = "0..*", description = "The text; - reads standard input.")
    private List<String> words = new ArrayList<>();

    @Mixin
    private ModelOptions model = new ModelOptions();

    @Option(names = "--text-file", paramLabel = "FILE", description = "Read the text from a file, all of it.")
    private @Nullable Path textFile;

    @Option(names = "--chat", description = "Give the text as a user's message in the model's chat template.")
    private boolean chat;

    @Option(names = "--system", paramLabel = "TEXT", description = "A system message before it (with --chat).")
    private @Nullable String system;

    @Option(names = "--special", description = "Add the begin and end tokens that the model's tokenizer has.")
    private boolean special;

    @Option(names = "--truncate", description = "Cut a text that is longer than the model's context, and say so.")
    private boolean truncate;

    @Option(names = "--positions", paramLabel = "LIST", description = "Which positions to show: all, last, or a list like 0,3,5-8,-2,last; negative ones count "
            + "from the end.")
    private @Nullable String positions;

    @Option(names = "--top", paramLabel = "N", description = "How many next tokens to list (default: 5), and candidates a cell with --json (default: 10).")
    private @Nullable Integer top;

    @Option(names = "--json", description = "Write everything as JSON: every layer, position and candidate.")
    private boolean json;

    @Option(names = "--html", paramLabel = "FILE", description = "Write a page to look at it all with the mouse.")
    private @Nullable Path html;

    @Mixin
    private SteeringOptions steering = new SteeringOptions();

    @Spec
    private @Nullable CommandSpec spec;

    private final WarmUp warmUp;

    /** Reads once the kernels are warm. */
    ReadCommand(WarmUp warmUp) {
        this.warmUp = warmUp;
    }

    @Override
    public Integer call() {
        PromptMode mode = mode();
        @Nullable
        Positions wanted = wanted();
        if (top != null && (top < 1 || top > MOST_TOP)) {
            throw new LatentException("--top " + top + " is out of range: give a number from 1 to " + MOST_TOP);
        }
        List<SteeringEdit> edits = steering.edits();
        String text = ReadText.of(words, textFile, System.in);
        if (html == null) {
            read(text, mode, wanted, edits, null);
        } else {
            try (NewFile page = NewFile.claim(html)) {
                read(text, mode, wanted, edits, page);
            }
        }
        return 0;
    }

    private PromptMode mode() {
        if (chat && special) {
            throw new LatentException(
                    "--chat and --special exclude each other: the chat template adds its own special tokens");
        }
        if (system != null && !chat) {
            throw new LatentException("--system is for --chat: without a chat template there is no place for it");
        }
        return chat ? PromptMode.CHAT : special ? PromptMode.SPECIAL : PromptMode.RAW;
    }

    private @Nullable Positions wanted() {
        if (positions == null) {
            return null;
        }
        Positions parsed = Positions.parse(positions);
        if (parsed instanceof Positions.Mean) {
            throw new LatentException(
                    "--positions mean: a lens reads states one by one; choose all, last, or a list like 0,3,5-8,-2");
        }
        return parsed;
    }

    private void read(
            String text, PromptMode mode, @Nullable Positions wanted, List<SteeringEdit> edits, @Nullable NewFile page) {
        try (Model opened = model.open()) {
            int[] whole = tokens(opened, text, mode);
            int[] ids = truncate ? Arrays.copyOf(whole, Math.min(whole.length, opened.config().context())) : whole;
            int @Nullable [] chosen = wanted == null ? null : wanted.in(ids.length);
            int candidates = top != null ? top : json || page != null ? WRITTEN_TOP : SHOWN_NEXT;
            int kept = page != null ? Math.max(candidates, WRITTEN_TOP) : candidates;
            warmUp.await();
            BoundSteering bound = BoundSteering.of(edits, opened, ids);
            Lens.Steered read = Lens.read(opened, ids, mode, kept, ProgressBar.on(Terminal.detect()), bound.steering());
            SteeringTold told = new SteeringTold(bound, read.reports());
            show(read.reading(), subject(opened, mode, whole.length, told), chosen, page);
            if (!json) {
                PrintWriter err = Objects.requireNonNull(spec).commandLine().getErr();
                told.lines().forEach(line -> err.println("latent: " + line));
                err.flush();
            }
        }
    }

    private int[] tokens(Model model, String text, PromptMode mode) {
        if (mode != PromptMode.CHAT || system == null) {
            return model.tokens(text, mode);
        }
        return model.chatTokens(List.of(new Message("system", system), new Message("user", text)));
    }

    private ReadSubject subject(Model model, PromptMode mode, int wholeTokens, SteeringTold told) {
        return new ReadSubject(
                model.config().architecture(),
                model.config().layers(),
                model.config().width(),
                model.description().quantisation(),
                model.origin(),
                model.licence(),
                wholeTokens,
                json ? Optional.of(model.fingerprint(mode)) : Optional.empty(),
                told);
    }

    private void show(LensReading reading, ReadSubject subject, int @Nullable [] chosen, @Nullable NewFile page) {
        PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
        if (page != null) {
            long size = page.write(new ReadPage(reading, subject, chosen)::write);
            String wrote = "Wrote " + html + ", " + (size + 500) / 1000 + " kB: open it in a browser.";
            (json ? spec.commandLine().getErr() : out).println(wrote);
        }
        if (json) {
            try {
                ReadJson.write(reading, subject, out);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        } else if (page == null) {
            ReadTable table = new ReadTable(reading, subject, Terminal.detect());
            out.print(table.render(chosen, top != null ? top : SHOWN_NEXT));
        }
        out.flush();
    }
}

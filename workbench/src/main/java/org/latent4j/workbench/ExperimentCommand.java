package org.latent4j.workbench;

import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.latent4j.insight.Interrupted;
import org.latent4j.kernel.LatentException;
import org.latent4j.model.Model;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code latent experiment}. */
@Command(name = "experiment", header = "From texts of two kinds to a verdict: find a direction, probe it by layer, steer both ways, hold it against controls.", description = {
    "",
    "NAME is a concept of the library (sentiment, formality, …: latent direction list), FILE a recipe in YAML or JSON (see: latent help steering). "
            + "The direction is found from one half of the texts; the classifier that judges what is written is fitted to the other.",
    ""
}, footer = {
    "",
    "  latent experiment sentiment",
    "  latent experiment happy.yaml -m ~/models/my-model -o happy.html"
})
final class ExperimentCommand implements Callable<Integer> {
    private static final int INTERRUPTED = 130;

    @Spec
    private @Nullable CommandSpec spec;

    @Parameters(paramLabel = "NAME|FILE", description = "A concept or a recipe.")
    private String named = "";

    @Mixin
    private ModelOptions model = new ModelOptions();

    @Option(names = {"-o", "--out", "--html"}, paramLabel = "FILE", description = "The page to write (default: NAME.html).")
    private @Nullable Path out;

    @Option(names = "--json", description = "Write the figures as JSON as well, to standard output.")
    private boolean json;

    @Override
    public Integer call() {
        CommandText text = new CommandText(Objects.requireNonNull(spec));
        Recipe recipe = Recipe.of(named);
        String name = recipe.name().replaceAll("[^\\p{L}\\p{Nd}._-]+", "-");
        if (name.isEmpty() || name.startsWith(".")) {
            throw new LatentException("the recipe's name is '%s': give one that a file can have".formatted(recipe.name()));
        }
        Path page = out == null ? Path.of(name + ".html") : out;
        AtomicBoolean interrupted = new AtomicBoolean();
        try (NewFile file = NewFile.claim(page);
                Interrupts _ = Interrupts.setting(interrupted, text::note);
                Model opened = given() ? model.open() : model.open(recipe.model())) {
            opened.requireGenerates();
            new Experiment(recipe, opened, text, page, interrupted::get).run(file,
                    json ? Optional.of(spec.commandLine().getOut()) : Optional.empty());
        } catch (Interrupted _) {
            text.note("stopped; the same command goes on from here");
            return INTERRUPTED;
        }
        return 0;
    }

    /** Whether a model is named on the command line, which goes before the recipe's. */
    private boolean given() {
        return Objects.requireNonNull(spec).commandLine().getParseResult().hasMatchedOption("--model");
    }
}

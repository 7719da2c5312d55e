package org.latent4j.workbench;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.latent4j.insight.direction.Direction;
import org.latent4j.insight.direction.DirectionFinder;
import org.latent4j.insight.direction.DirectionFinder.Found;
import org.latent4j.insight.direction.Method;
import org.latent4j.kernel.LatentException;
import org.latent4j.model.Model;
import org.latent4j.model.PromptMode;
import org.latent4j.model.site.Positions;
import org.latent4j.model.site.Sites;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code latent direction find}. */
@Command(name = "find", header = "Find a direction from texts of two kinds, and measure how well it separates them.", description = {
    "",
    "Separation is how probable it is that a positive text that the direction wasn't found from lies further along it than a negative "
            + "one: 0.5 is chance. Agreement is the cosine of the directions of two halves. Both are told for shuffled labels as well.",
    ""
}, mixinStandardHelpOptions = true)
final class DirectionFindCommand implements Callable<Integer> {
    @Spec
    private @Nullable CommandSpec spec;

    @Mixin
    private ModelOptions model = new ModelOptions();

    @Mixin
    private DirectionSamples input = new DirectionSamples();

    @Option(names = "--method", paramLabel = "M", defaultValue = "means", description = "means, pca-diff, pca-center (as repeng), logistic or lda (default: ${DEFAULT-VALUE}).")
    private String method = "means";

    @Option(names = {"--layer",
        "--layers"}, paramLabel = "L", defaultValue = "all", description = "all, best (by held-out separation), or layers like 12 or 8-21 (default: ${DEFAULT-VALUE}).")
    private String layers = "all";

    @Option(names = "--sites", paramLabel = "LIST", description = "Other sites than resid_post (see: latent help sites).")
    private @Nullable String sites;

    @Option(names = "--positions", paramLabel = "WHICH", defaultValue = "last", description = "Which state of a text: last, mean or a number (default: ${DEFAULT-VALUE}).")
    private String positions = "last";

    @Option(names = "--chat", description = "Give texts as a user's turn in the model's chat template.")
    private boolean chat;

    @Option(names = "--special", description = "Add the begin and end tokens that the model's tokenizer adds.")
    private boolean special;

    @Option(names = "--name", paramLabel = "NAME", description = "What it is called (default: after the file).")
    private @Nullable String name;

    @Option(names = "--seed", paramLabel = "S", defaultValue = "1", description = "Divides the texts (default: ${DEFAULT-VALUE}).")
    private long seed = 1;

    @Option(names = {"-o",
        "--out"}, paramLabel = "FILE", required = true, description = "The safetensors file to write (or a .gguf control vector).")
    private @Nullable Path out;

    @Option(names = "--json", description = "Write the figures as JSON.")
    private boolean json;

    @Override
    public Integer call() {
        CommandText text = new CommandText(Objects.requireNonNull(spec));
        Path file = Objects.requireNonNull(out);
        DirectionFiles.requireFolder(file);
        if (chat && special) {
            throw new LatentException("--chat and --special exclude each other: the chat template adds its own special tokens");
        }
        boolean best = layers.equals("best");
        Sites where = sites != null ? Sites.of(sites) : DirectionFiles.layers(best ? "all" : layers);
        PromptMode mode = chat ? PromptMode.CHAT : special ? PromptMode.SPECIAL : PromptMode.RAW;
        DirectionFinder.Options options = new DirectionFinder.Options(
                Method.named(method), where, Positions.parse(positions), mode, true, seed);
        try (Model opened = model.open()) {
            DirectionSamples.Read read = input.read(opened);
            Found all = new DirectionFinder(opened, options)
                    .find(name == null ? read.name() : name, read.samples(), ProgressBar.on(Terminal.detect()));
            Found found = best ? all.atBest() : all;
            Map<String, String> manifest = new LinkedHashMap<>(text.manifest());
            manifest.putAll(read.inputs());
            manifest.put("seed", Long.toString(seed));
            DirectionFiles.write(found.direction(), file, manifest, opened);
            DirectionFigures figures = DirectionFigures.of(found.direction(), found.reports(), opened);
            text.print(json ? figures.json(file.toString()) + "\n" : figures.told());
            Direction direction = found.direction();
            text.note("direction '%s' (%s) at %d %s is in %s".formatted(direction.name(), direction.method(), direction.vectors().size(),
                    direction.vectors().size() == 1 ? "site" : "sites", file));
        }
        return 0;
    }
}

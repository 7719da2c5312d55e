package org.latent4j.workbench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.latent4j.insight.direction.Combination;
import org.latent4j.insight.direction.Direction;
import org.latent4j.kernel.LatentException;
import org.latent4j.model.Model;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code latent direction combine}. */
@Command(name = "combine", header = "Make a direction out of several: add, subtract, orthogonalise, average.", description = {
    "",
    "subtract takes the others from the first; orthogonalise removes from the first what lies along the others; average counts all alike.",
    ""
}, mixinStandardHelpOptions = true)
final class DirectionCombineCommand implements Callable<Integer> {
    @Spec
    private @Nullable CommandSpec spec;

    @Mixin
    private ModelOptions model = new ModelOptions();

    @Parameters(index = "0", paramLabel = "HOW", description = "add, subtract, orthogonalise or average.")
    private String how = "";

    @Parameters(index = "1..*", paramLabel = "DIRECTION", arity = "2..*", description = "Files, or names of the library.")
    private List<String> named = new ArrayList<>();

    @Option(names = "--weights", paramLabel = "LIST", split = ",", description = "What each is multiplied with first: 1,0.5.")
    private List<Double> weights = new ArrayList<>();

    @Option(names = {"-o", "--out"}, paramLabel = "FILE", required = true, description = "The file to write: .safetensors or .gguf.")
    private @Nullable Path out;

    @Override
    public Integer call() {
        CommandText text = new CommandText(Objects.requireNonNull(spec));
        Path file = Objects.requireNonNull(out);
        DirectionFiles.requireFolder(file);
        String wanted = how.toLowerCase(Locale.ROOT).replace("orthogonalize", "orthogonalise");
        Combination combination = Arrays.stream(Combination.values())
                .filter(c -> c.name().toLowerCase(Locale.ROOT).equals(wanted)).findFirst()
                .orElseThrow(
                        () -> new LatentException("combine how? '%s' is none of add, subtract, orthogonalise, average".formatted(how)));
        try (Model opened = model.open()) {
            List<Direction> directions = named.stream().map(name -> DirectionFiles.open(name, opened)).toList();
            String name = String.valueOf(file.getFileName()).replaceFirst("\\.[^.]*$", "");
            Direction made = combination.of(name, directions, weights);
            var manifest = new TreeMap<>(text.manifest());
            DirectionFiles.write(made, file, manifest, opened);
            text.note("direction '%s' at %d sites is in %s".formatted(name, made.vectors().size(), file));
        }
        return 0;
    }
}

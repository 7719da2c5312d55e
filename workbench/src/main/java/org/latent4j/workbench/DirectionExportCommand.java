package org.latent4j.workbench;

import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.latent4j.insight.direction.Direction;
import org.latent4j.kernel.LatentException;
import org.latent4j.model.Model;
import org.latent4j.model.site.Site;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code latent direction export}. */
@Command(name = "export", header = "Write a direction for other programs: a GGUF control vector, which llama.cpp and repeng read.", mixinStandardHelpOptions = true)
final class DirectionExportCommand implements Callable<Integer> {
    @Spec
    private @Nullable CommandSpec spec;

    @Mixin
    private ModelOptions model = new ModelOptions();

    @Parameters(paramLabel = "DIRECTION", description = "A file, or a name of the library.")
    private String named = "";

    @Option(names = "--to", paramLabel = "FORMAT", defaultValue = "gguf", description = "gguf or safetensors (default: ${DEFAULT-VALUE}).")
    private String to = "gguf";

    @Option(names = {"-o", "--out"}, paramLabel = "FILE", description = "The file to write (default: the name with the format's ending).")
    private @Nullable Path out;

    @Override
    public Integer call() {
        CommandText text = new CommandText(Objects.requireNonNull(spec));
        if (!to.equals("gguf") && !to.equals("safetensors")) {
            throw new LatentException("--to %s: directions are written as gguf or safetensors".formatted(to));
        }
        try (Model opened = model.open()) {
            Direction direction = DirectionFiles.open(named, opened);
            Path file = out != null ? out : Path.of(direction.name().replaceAll("[^\\w.-]", "_") + "." + to);
            DirectionFiles.requireFolder(file);
            if (to.equals("gguf")) {
                direction.writeGguf(file, opened.description().architecture(), opened.config().layers());
                long left = direction.vectors().keySet().stream().filter(s -> s.kind() != Site.Kind.RESID_POST || s.layer() == 0).count();
                if (left > 0) {
                    text.note("%d of %d sites left out: control vectors act on resid_post.1 and above".formatted(left,
                            direction.vectors().size()));
                }
            } else {
                direction.write(file, text.manifest());
            }
            text.note("direction '%s' is in %s".formatted(direction.name(), file));
        }
        return 0;
    }
}

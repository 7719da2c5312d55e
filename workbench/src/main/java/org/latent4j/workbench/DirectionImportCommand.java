package org.latent4j.workbench;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.latent4j.insight.direction.Direction;
import org.latent4j.insight.probe.ProbeStore;
import org.latent4j.kernel.LatentException;
import org.latent4j.model.Model;
import org.latent4j.model.PromptMode;
import org.latent4j.model.site.Site;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code latent direction import}. */
@Command(name = "import", header = "Take a direction from another program or a probe: GGUF control vectors, safetensors, probes.", mixinStandardHelpOptions = true)
final class DirectionImportCommand implements Callable<Integer> {
    @Spec
    private @Nullable CommandSpec spec;

    @Mixin
    private ModelOptions model = new ModelOptions();

    @Parameters(paramLabel = "FILE", description = "A .gguf control vector, a safetensors with a tensor 'direction', or a probe.")
    private @Nullable Path file;

    @Option(names = "--site", paramLabel = "SITE", description = "Where the direction belongs, if the file doesn't tell.")
    private @Nullable String site;

    @Option(names = "--class", paramLabel = "NAME", description = "Of a probe with several classes: the one that the direction points to.")
    private @Nullable String label;

    @Option(names = "--name", paramLabel = "NAME", description = "What it is called (default: after the file).")
    private @Nullable String name;

    @Option(names = {"-o", "--out"}, paramLabel = "FILE", required = true, description = "The safetensors file to write.")
    private @Nullable Path out;

    @Override
    public Integer call() {
        CommandText text = new CommandText(Objects.requireNonNull(spec));
        Path from = Objects.requireNonNull(file);
        Path to = Objects.requireNonNull(out);
        DirectionFiles.requireFolder(to);
        try (Model opened = model.open()) {
            Direction read = label != null
                    ? ofProbe(from, opened)
                    : site != null ? Direction.read(from, SiteNames.one(site)) : Direction.read(from);
            read.requireFits(opened);
            // From here on it belongs to this model.
            Direction direction = new Direction(name != null ? name : read.name(), read.method(), read.unit(), read.vectors(),
                    read.typicalNorms(), read.fingerprint().or(() -> Optional.of(opened.fingerprint(PromptMode.RAW))), read.notes());
            Map<String, String> manifest = new LinkedHashMap<>(text.manifest());
            manifest.put("input", from.toString());
            manifest.put("input_sha256", HashedFile.hashOf(from));
            DirectionFiles.write(direction, to, manifest, opened);
            text.note("direction '%s' at %d %s is in %s".formatted(direction.name(), direction.vectors().size(),
                    direction.vectors().size() == 1 ? "site" : "sites", to));
        }
        return 0;
    }

    private Direction ofProbe(Path from, Model opened) {
        ProbeStore stored = ProbeStore.read(from);
        stored.requireFits(opened);
        int number = stored.probe().classes().indexOf(label);
        if (number < 0) {
            throw new LatentException("the probe in %s has no class '%s'; it has %s".formatted(from, label,
                    stored.probe().classes().isEmpty() ? "none: it is for numbers" : String.join(", ", stored.probe().classes())));
        }
        Site where = SiteNames.one(stored.site());
        return new Direction(String.valueOf(label), "probe (" + stored.probe().kind().label() + ")", Direction.Unit.UNKNOWN,
                new TreeMap<>(Map.of(where, stored.probe().direction(number))), new TreeMap<>(), Optional.of(stored.fingerprint()),
                Map.of());
    }
}

package org.latent4j.workbench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.latent4j.insight.direction.Direction;
import org.latent4j.insight.direction.DirectionFinder;
import org.latent4j.insight.direction.DirectionFinder.Found;
import org.latent4j.insight.direction.DirectionLibrary;
import org.latent4j.insight.direction.DirectionLibrary.Concept;
import org.latent4j.insight.direction.Method;
import org.latent4j.insight.direction.SiteReport;
import org.latent4j.model.Model;
import org.latent4j.model.PromptMode;
import org.latent4j.model.site.Positions;
import org.latent4j.model.site.Sites;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code latent direction build-library}. */
@Command(name = "build-library", header = "Make the library's directions for a model, from the sentences that ship with the program.", mixinStandardHelpOptions = true)
final class DirectionLibraryCommand implements Callable<Integer> {
    @Spec
    private @Nullable CommandSpec spec;

    @Mixin
    private ModelOptions model = new ModelOptions();

    @Parameters(paramLabel = "NAME", arity = "0..*", description = "Which (default: all).")
    private List<String> names = new ArrayList<>();

    @Option(names = {"-o",
        "--out"}, paramLabel = "FOLDER", description = "Where to (default: latent's own folder, where names are looked up).")
    private @Nullable Path out;

    @Override
    public Integer call() throws IOException {
        CommandText text = new CommandText(Objects.requireNonNull(spec));
        names.forEach(DirectionLibrary::samples); // sees that they are there
        DirectionFinder.Options options = new DirectionFinder.Options(
                Method.MEANS, Sites.of("resid_post.*"), Positions.MEAN, PromptMode.RAW, true, 1);
        try (Model opened = model.open()) {
            Path folder = out != null ? out : DirectionFiles.library(opened);
            Files.createDirectories(folder);
            DirectionFinder finder = new DirectionFinder(opened, options);
            text.print("%-14s %-15s %10s  %-13s %9s   %s%n".formatted("direction", "best site", "separation", "interval", "agreement",
                    "shuffled"));
            for (Concept concept : DirectionLibrary.concepts()) {
                if (!names.isEmpty() && !names.contains(concept.name())) {
                    continue;
                }
                Found found = finder.find(concept.name(), DirectionLibrary.samples(concept.name()), ProgressBar.on(Terminal.detect()));
                SiteReport best = found.best().orElseThrow();
                boolean works = DirectionFigures.works(best);
                Map<String, String> notes = new LinkedHashMap<>(found.direction().notes());
                notes.put("positive", concept.positive());
                notes.put("negative", concept.negative());
                notes.put("works", works ? "yes" : "no");
                Direction plain = found.direction();
                new Direction(plain.name(), plain.method(), plain.unit(), plain.vectors(), plain.typicalNorms(), plain.fingerprint(), notes)
                        .write(folder.resolve(concept.name() + ".safetensors"), Map.of("command", "latent direction build-library",
                                "version", Version.ofLatent4j(), "seed", "1"));
                text.print(
                        "%-14s %-15s %10s  %-13s %9s   %s%s%n".formatted(concept.name(), best.site(), Decimals.fixed(best.separation(), 3),
                                Decimals.fixed(best.low(), 3) + "–" + Decimals.fixed(best.high(), 3), Decimals.fixed(best.agreement(), 3),
                                Decimals.fixed(best.shuffledSeparation(), 3), works ? "" : "   doesn't work"));
            }
            text.note("the library is in %s".formatted(folder));
        }
        return 0;
    }
}

package org.latent4j.workbench;

import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.latent4j.insight.direction.Direction;
import org.latent4j.model.Model;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code latent direction show}. */
@Command(name = "show", header = "Tell what is known of a direction: how it was found, what it promotes, what it is similar to.", mixinStandardHelpOptions = true)
final class DirectionShowCommand implements Callable<Integer> {
    @Spec
    private @Nullable CommandSpec spec;

    @Mixin
    private ModelOptions model = new ModelOptions();

    @Parameters(paramLabel = "DIRECTION", description = "A file, or a name of the library.")
    private String named = "";

    @Option(names = "--json", description = "Write it as JSON.")
    private boolean json;

    @Override
    public Integer call() {
        CommandText text = new CommandText(Objects.requireNonNull(spec));
        try (Model opened = model.open()) {
            Direction direction = DirectionFiles.open(named, opened);
            DirectionFigures figures = DirectionFigures.of(direction, List.of(), opened);
            if (json) {
                text.print(figures.json(named) + "\n");
                return 0;
            }
            StringBuilder out = new StringBuilder(figures.told());
            out.append("unit     %s%nsites    %s … %s (%d)%n".formatted(direction.unit().label(), direction.vectors().firstKey(),
                    direction.vectors().lastKey(), direction.vectors().size()));
            direction.fingerprint().ifPresent(print -> out.append("belongs to ").append(print).append('\n'));
            direction.notes().forEach((key, value) -> out.append("%-10s %s%n".formatted(PlainLine.of(key), PlainLine.of(value))));
            text.print(out.toString());
        }
        return 0;
    }
}

package org.latent4j.workbench;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.latent4j.insight.direction.Direction;
import org.latent4j.insight.direction.DirectionLibrary;
import org.latent4j.insight.direction.DirectionLibrary.Concept;
import org.latent4j.model.Model;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code latent direction list}. */
@Command(name = "list", header = "List the library's directions, and how well each works on the model.", mixinStandardHelpOptions = true)
final class DirectionListCommand implements Callable<Integer> {
    @Spec
    private @Nullable CommandSpec spec;

    @Mixin
    private ModelOptions model = new ModelOptions();

    @Option(names = "--json", description = "One JSON array of objects.")
    private boolean json;

    @Override
    public Integer call() {
        CommandText text = new CommandText(Objects.requireNonNull(spec));
        try (Model opened = model.open()) {
            List<Direction> made = DirectionFiles.made(opened);
            text.print(json ? json(made) + "\n" : table(made, opened.name()));
        }
        return 0;
    }

    private static Optional<Direction> of(Concept concept, List<Direction> made) {
        return made.stream().filter(d -> d.name().equals(concept.name())).findFirst();
    }

    private static String table(List<Direction> made, String model) {
        String row = "%-14s %-" + DirectionLibrary.concepts().stream().mapToInt(c -> poles(c).length()).max().orElse(1) + "s %-15s %s%n";
        StringBuilder out = new StringBuilder(row.formatted("direction", "from … to …", "best site", "on " + model));
        for (Concept concept : DirectionLibrary.concepts()) {
            Optional<Direction> direction = of(concept, made);
            out.append(row.formatted(concept.name(), poles(concept),
                    direction.map(d -> d.bestSite().toString()).orElse(""),
                    direction.map(DirectionListCommand::told).orElse("not made yet")));
        }
        if (made.size() < DirectionLibrary.concepts().size()) {
            out.append("make them: latent direction build-library -m %s%n".formatted(Shell.quote(model)));
        }
        return out.toString();
    }

    private static String poles(Concept concept) {
        return concept.negative() + " … " + concept.positive();
    }

    private static String told(Direction direction) {
        return "separation %s%s".formatted(direction.notes().getOrDefault("separation", "not measured"),
                direction.notes().getOrDefault("works", "yes").equals("yes") ? "" : ": doesn't work");
    }

    private static String json(List<Direction> made) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
            json.writeStartArray();
            for (Concept concept : DirectionLibrary.concepts()) {
                json.writeStartObject();
                json.writeStringField("name", concept.name());
                json.writeStringField("positive", concept.positive());
                json.writeStringField("negative", concept.negative());
                Optional<Direction> direction = of(concept, made);
                json.writeBooleanField("made", direction.isPresent());
                if (direction.isPresent()) {
                    json.writeStringField("best", direction.get().bestSite().toString());
                    json.writeStringField("separation", direction.get().notes().getOrDefault("separation", ""));
                    json.writeBooleanField("works", direction.get().notes().getOrDefault("works", "yes").equals("yes"));
                }
                json.writeEndObject();
            }
            json.writeEndArray();
        } catch (IOException e) {
            throw new UncheckedIOException("memory doesn't fail so", e);
        }
        return text.toString();
    }
}

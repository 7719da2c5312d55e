package org.latent4j.workbench;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.WorkerPool;
import org.latent4j.space.Space;
import org.latent4j.space.arithmetic.Axis;
import org.latent4j.space.arithmetic.Similarities.Ranked;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code latent axis}: every point on an axis between two poles. */
@Command(name = "axis", header = "Put every point on an axis between two poles: from easy to expert.", description = {
    "",
    "A point's place is -1 at the one pole and 1 at the other. Poles are names, or texts where an encoder made the space; several "
            + "(--from given again) count together.",
    ""
}, footer = {"", "  latent axis packages.space --from easy --to expert",
    "  latent axis glove --from small --from tiny --to large --most-frequent 5000"})
final class AxisCommand implements Callable<Integer> {
    @Spec
    private @Nullable CommandSpec spec;

    @Mixin
    private SpaceArgument argument = new SpaceArgument();

    @Parameters(paramLabel = "SPACE", arity = "0..1", description = "The space (default: glove).")
    private @Nullable String space;

    @Option(names = "--from", paramLabel = "POLE", required = true, description = "What lies at -1; may be repeated.")
    private List<String> from = new ArrayList<>();

    @Option(names = "--to", paramLabel = "POLE", required = true, description = "What lies at 1; may be repeated.")
    private List<String> to = new ArrayList<>();

    @Option(names = "-k", paramLabel = "K", defaultValue = "10", description = "How many points at each end are shown (default: ${DEFAULT-VALUE}).")
    private int k = 10;

    @Option(names = "--most-frequent", paramLabel = "N", description = "Only the first N points; word vectors come by how frequent they are.")
    private @Nullable Integer mostFrequent;

    @Mixin
    private CommonSpaceOptions common = new CommonSpaceOptions();

    @Override
    public Integer call() {
        if (k < 1 || mostFrequent != null && mostFrequent < 1) {
            throw new LatentException("-k and --most-frequent: at least 1 point is needed");
        }
        Space opened = space == null ? argument.open(SpaceArgument.DEFAULT) : argument.named(space);
        try (WorkerPool pool = common.pool()) {
            List<String> poles = new ArrayList<>(from);
            poles.addAll(to);
            SpaceQueries found = SpaceQueries.of(opened, poles);
            Axis axis = Axis.between(found.vectors().rows(0, from.size()), found.vectors().rows(from.size(), poles.size()));
            double[] places = axis.places(opened.vectors(), pool);
            int count = mostFrequent == null ? places.length : Math.min(places.length, mostFrequent);
            List<Ranked> order = IntStream.range(0, count).mapToObj(point -> new Ranked(point, places[point]))
                    .sorted(Comparator.comparingDouble(Ranked::similarity).thenComparingInt(Ranked::point)).toList();
            tell(opened, order);
        }
        return 0;
    }

    private void tell(Space opened, List<Ranked> order) {
        PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
        if (common.json()) {
            SpaceJson.print(out, json -> {
                json.writeStartObject();
                json.writeStringField("from", String.join(", ", from));
                json.writeStringField("to", String.join(", ", to));
                json.writeArrayFieldStart("points");
                for (Ranked one : order) {
                    json.writeStartObject();
                    json.writeNumberField("index", one.point());
                    json.writeStringField("name", opened.name(one.point()));
                    json.writeNumberField("position", (float) one.similarity());
                    json.writeEndObject();
                }
                json.writeEndArray();
                json.writeEndObject();
            });
            return;
        }
        int shown = Math.min(k, (order.size() + 1) / 2);
        out.println("at " + String.join(", ", from) + ":");
        SpaceTable.ranked(out, opened, order.subList(0, shown));
        out.println("at " + String.join(", ", to) + ":");
        SpaceTable.ranked(out, opened, order.reversed().subList(0, Math.min(k, order.size() - shown)));
        out.flush();
    }
}

package org.latent4j.workbench;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.WorkerPool;
import org.latent4j.space.Space;
import org.latent4j.space.arithmetic.Interpolation;
import org.latent4j.space.arithmetic.Similarities;
import org.latent4j.space.arithmetic.Similarities.Ranked;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code latent between}: what lies on the way from one point to another. */
@Command(name = "between", header = "Go from one point to another: the nearest points on the way.", description = {
    "",
    "Both ways are shown: straight through the space (linear) and along the great circle (spherical).",
    ""
}, footer = {"", "  latent between winter summer", "  latent between packages.space gimp blender --steps 5 -k 2"})
final class BetweenCommand implements Callable<Integer> {
    private static final int MOST_STEPS = 1000;

    @Spec
    private @Nullable CommandSpec spec;

    @Mixin
    private SpaceArgument argument = new SpaceArgument();

    @Parameters(paramLabel = "[SPACE] A B", arity = "0..*", description = "The space, unless -s names it, and the two ends: names, or texts where an encoder made the space.")
    private List<String> arguments = new ArrayList<>();

    @Option(names = "--steps", paramLabel = "N", defaultValue = "7", description = "How many stops, the ends among them (default: ${DEFAULT-VALUE}).")
    private int steps = 7;

    @Option(names = "-k", paramLabel = "K", defaultValue = "3", description = "How many points at each stop (default: ${DEFAULT-VALUE}).")
    private int k = 3;

    @Mixin
    private CommonSpaceOptions common = new CommonSpaceOptions();

    /** A way, its stops and what is nearest at each, the ends left out. */
    private record Stop(double t, List<Ranked> nearest) {}

    @Override
    public Integer call() {
        if (steps < 2 || steps > MOST_STEPS || k < 1) {
            throw new LatentException("--steps %d, -k %d: 2 to %d stops and at least 1 point are needed".formatted(steps, k, MOST_STEPS));
        }
        boolean first = arguments.size() == 3 && !argument.isNamed() || argument.isFirst(arguments, false);
        List<String> ends = first ? arguments.subList(1, arguments.size()) : arguments;
        if (ends.size() != 2) {
            throw new LatentException("%d ends are given, two are needed: latent between winter summer".formatted(ends.size()));
        }
        Space space = first ? argument.named(arguments.getFirst()) : argument.open(SpaceArgument.DEFAULT);
        SpaceQueries found = SpaceQueries.of(space, ends);
        try (WorkerPool pool = common.pool()) {
            List<Stop> linear = way(space, found, false, pool);
            List<Stop> spherical = way(space, found, true, pool);
            tell(space, ends, linear, spherical);
        }
        return 0;
    }

    private List<Stop> way(Space space, SpaceQueries found, boolean spherical, WorkerPool pool) {
        float[] from = found.vectors().row(0);
        float[] to = found.vectors().row(1);
        Set<Integer> ends = new HashSet<>();
        found.points().forEach(point -> point.ifPresent(ends::add));
        List<Stop> stops = new ArrayList<>();
        for (int step = 0; step < steps; step++) {
            double t = (double) step / (steps - 1);
            double[] at = spherical ? Interpolation.spherical(from, to, t) : Interpolation.linear(from, to, t);
            stops.add(new Stop(t, Similarities.highest(Similarities.cosines(space.vectors(), at, pool), k, ends)));
        }
        return stops;
    }

    private void tell(Space space, List<String> ends, List<Stop> linear, List<Stop> spherical) {
        PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
        if (common.json()) {
            SpaceJson.print(out, json -> {
                json.writeStartObject();
                json.writeStringField("from", ends.get(0));
                json.writeStringField("to", ends.get(1));
                for (List<Stop> way : List.of(linear, spherical)) {
                    json.writeArrayFieldStart(way == linear ? "linear" : "spherical");
                    for (Stop stop : way) {
                        json.writeStartObject();
                        json.writeNumberField("t", stop.t());
                        SpaceJson.ranked(json, "neighbours", space, stop.nearest());
                        json.writeEndObject();
                    }
                    json.writeEndArray();
                }
                json.writeEndObject();
            });
            return;
        }
        out.println("  from " + SpaceTable.shown(ends.get(0)) + " to " + SpaceTable.shown(ends.get(1)) + ", the ends left out");
        for (int step = 0; step < steps; step++) {
            String straight = names(space, linear.get(step));
            String turned = names(space, spherical.get(step));
            out.println("  %3.0f %%  %s%s".formatted(100 * linear.get(step).t(), straight,
                    straight.equals(turned) ? "" : "   (spherical: " + turned + ")"));
        }
        out.flush();
    }

    private static String names(Space space, Stop stop) {
        return String.join(", ", stop.nearest().stream().map(one -> SpaceTable.shown(space.name(one.point())) + " "
                + String.format(Locale.ROOT, "%.3f", one.similarity())).toList());
    }
}

package org.latent4j.workbench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.latent4j.kernel.WorkerPool;
import org.latent4j.space.Space;
import org.latent4j.space.describe.Shape;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code latent describe}. */
@Command(name = "describe", header = "What can be said of a space: a page of findings in words.", footer = {
    "",
    "  latent describe packages.space",
    "  latent describe states.safetensors --site resid_post.12 --json"
})
final class DescribeCommand implements Callable<Integer> {
    /** Fields that say where an item's vector comes from. */
    private static final List<String> ORIGINS = List.of("origin", "model", "encoder", "site", "fingerprint");
    private static final int MOST_VALUES = 20;
    /** Fewer points of length 1 may have it by chance. */
    private static final int LEAST_UNIT = 5;

    @Parameters(index = "0", arity = "0..1", paramLabel = "SPACE", description = "The space (see -s).")
    private @Nullable String space;

    @Mixin
    private SpaceArgument spaces = new SpaceArgument();

    @Mixin
    private Computing computing = new Computing();

    @Override
    public Integer call() {
        Space opened = SpaceArgument.required(spaces, space);
        try (WorkerPool pool = computing.pool()) {
            Shape shape = Shape.of(opened.vectors(), computing.seed(), pool, computing.progress());
            Map<String, TreeSet<String>> origins = origins(opened);
            if (computing.json()) {
                json(shape, origins);
            } else {
                tell(opened, shape, origins);
            }
        }
        return 0;
    }

    /** The values of fields that tell origins, where there is more than one. */
    private static Map<String, TreeSet<String>> origins(Space opened) {
        Map<String, TreeSet<String>> values = new LinkedHashMap<>();
        for (int point = 0; point < opened.size(); point++) {
            Map<String, Object> fields = opened.items().fields(point);
            for (String name : ORIGINS) {
                Object value = fields.get(name);
                if (value != null && values.computeIfAbsent(name, _ -> new TreeSet<>()).size() < MOST_VALUES) {
                    values.getOrDefault(name, new TreeSet<>()).add(value.toString());
                }
            }
        }
        values.values().removeIf(found -> found.size() < 2);
        return values;
    }

    private static boolean mixedLengths(Shape shape) {
        return shape.unitShare() > 0.01 && shape.unitShare() < 0.99 && shape.unitShare() * shape.points() >= LEAST_UNIT;
    }

    private void json(Shape shape, Map<String, TreeSet<String>> origins) {
        computing.write(to -> {
            to.writeNumberField("points", shape.points());
            to.writeNumberField("width", shape.width());
            to.writeNumberField("points_looked_at", shape.looked());
            to.writeObjectFieldStart("dimension");
            Computing.number(to, "twonn", shape.dimension().twoNearest());
            Computing.number(to, "mle", shape.dimension().maximumLikelihood());
            Computing.number(to, "local_pca", shape.dimension().localComponents());
            Computing.number(to, "participation", shape.dimension().participation());
            to.writeEndObject();
            to.writeObjectFieldStart("norms");
            Computing.number(to, "mean", shape.norms().mean());
            Computing.number(to, "deviation", shape.norms().deviation());
            Computing.number(to, "least", shape.norms().least());
            Computing.number(to, "median", shape.norms().median());
            Computing.number(to, "most", shape.norms().most());
            Computing.number(to, "unit_share", shape.unitShare());
            to.writeEndObject();
            to.writeObjectFieldStart("anisotropy");
            Computing.number(to, "mean_cosine", shape.meanCosine());
            Computing.number(to, "largest_column_share", shape.largestColumnShare());
            to.writeEndObject();
            to.writeObjectFieldStart("hubness");
            to.writeNumberField("k", shape.hubness().k());
            Computing.number(to, "skewness", shape.hubness().skewness());
            to.writeNumberField("largest", shape.hubness().largest());
            to.writeNumberField("hub", shape.hubness().hub());
            Computing.number(to, "orphans", shape.hubness().orphans());
            to.writeEndObject();
            to.writeObjectFieldStart("clusterability");
            Computing.number(to, "hopkins", shape.clusterability());
            to.writeEndObject();
            to.writeNumberField("duplicates", shape.duplicates());
            to.writeNumberField("constant_columns", shape.constantColumns());
            to.writeBooleanField("mixed_origins", !origins.isEmpty() || mixedLengths(shape));
            to.writeObjectFieldStart("origins");
            for (Map.Entry<String, TreeSet<String>> field : origins.entrySet()) {
                to.writeArrayFieldStart(field.getKey());
                for (String value : field.getValue()) {
                    to.writeString(value);
                }
                to.writeEndArray();
            }
            to.writeEndObject();
        });
    }

    private void tell(Space opened, Shape shape, Map<String, TreeSet<String>> origins) {
        var out = computing.out();
        out.println(opened.origin().source());
        opened.origin().fingerprint().ifPresent(fingerprint -> out.println(fingerprint.toString()));
        for (String finding : findings(opened, shape, origins)) {
            StringBuilder line = new StringBuilder("\n");
            Wrapped.append(line, finding, 0, 0, Math.clamp(Terminal.detect().width(), 60, 110));
            out.print(line);
        }
        out.flush();
    }

    private static List<String> findings(Space opened, Shape shape, Map<String, TreeSet<String>> origins) {
        List<String> findings = new ArrayList<>();
        findings.add("%s points, %d wide.%s".formatted(Amounts.count(shape.points()), shape.width(), shape.looked() < shape.points()
                ? " What follows on neighbours, dimension and clusters is of %s of them, drawn at random."
                        .formatted(Amounts.count(shape.looked()))
                : ""));
        findings.add(norms(shape));
        findings.add(directions(shape));
        findings.add(dimension(shape));
        findings.add(hubs(opened, shape.hubness()));
        double hopkins = shape.clusterability();
        findings.add(Double.isNaN(hopkins)
                ? "Clusters: no telling, the points are equal."
                : in("Clusters: %s (Hopkins %.2f against one Gaussian cloud of the same covariance, which has 0.5).",
                        hopkins > 0.7
                                ? "points crowd together; it is worth looking for clusters"
                                : hopkins > 0.58
                                        ? "points crowd together somewhat"
                                        : "about as in one cloud; what an algorithm finds are regions rather than clusters",
                        hopkins));
        findings.add(shape.duplicates() == 0
                ? "No two points are equal."
                : in("%s (%.1f %%).", shape.duplicates() == 1
                        ? "1 point is a copy of another"
                        : Amounts.count(shape.duplicates()) + " points are copies of others",
                        100.0 * shape.duplicates() / shape.points()));
        if (shape.constantColumns() > 0) {
            findings.add("%d of %d columns are constant.".formatted(shape.constantColumns(), shape.width()));
        }
        if (mixedLengths(shape)) {
            findings.add(
                    in("Mixed origins? %.0f %% of the points have length 1, the others don't: perhaps some were normalised and some not.",
                            100 * shape.unitShare()));
        }
        origins.forEach((field, values) -> findings
                .add("Mixed origins: the field '%s' has the values %s. Points of different origins can't be compared."
                        .formatted(field, PlainLine.of(String.join(", ", values)))));
        return findings;
    }

    private static String hubs(Space opened, Shape.Hubness hubness) {
        if (hubness.k() == 0) {
            return "Hubs: no telling, the points are equal.";
        }
        return in("Hubs: %s. '%s' is among the %d nearest of %s; %.0f %% are among nobody's (skewness %.1f).",
                hubness.skewness() > 2
                        ? "there are, and searches will meet them again and again"
                        : hubness.skewness() > 1 ? "some" : "none to speak of",
                ClusterPortrait.shown(opened, hubness.hub()), hubness.k(), Amounts.of(hubness.largest(), "point"), 100 * hubness.orphans(),
                hubness.skewness());
    }

    private static String norms(Shape shape) {
        Shape.Norms norms = shape.norms();
        return shape.unitShare() > 0.99
                ? "All have length 1: cosine, product and distance order neighbours alike."
                : in("Lengths are %.4g on average (%.4g to %.4g, deviation %.3g): %s.", norms.mean(), norms.least(), norms.most(),
                        norms.deviation(),
                        norms.deviation() > 0.5 * norms.mean() ? "a few long ones rule sums and products; cosine is safer" : "of one kind");
    }

    private static String directions(Shape shape) {
        double cosine = shape.meanCosine();
        String column = shape.largestColumnShare() > 0.2 && shape.width() > 5
                ? in(" One column holds %.0f %% of all variance and rules Euclidean distance.", 100 * shape.largestColumnShare())
                : "";
        return Double.isNaN(cosine)
                ? "Directions: none, the points are zero."
                : in("Directions: two points have a cosine of %.2f on average: %s.%s", cosine,
                        cosine > 0.5
                                ? "all lie in a narrow cone; take the mean off before reading cosines"
                                : cosine > 0.1 ? "they lean to one side" : "they point every way",
                        column);
    }

    private static String dimension(Shape shape) {
        Shape.Dimensions found = shape.dimension();
        return in(
                "Dimension: around a point about %s by its two nearest, %s by maximum likelihood, %s by local components; the whole spreads "
                        + "along about %s directions, of %d.",
                number(found.twoNearest()), number(found.maximumLikelihood()), number(found.localComponents()),
                number(found.participation()), shape.width());
    }

    private static String number(double value) {
        return Double.isNaN(value) ? "–" : in("%.1f", value);
    }

    private static String in(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }
}

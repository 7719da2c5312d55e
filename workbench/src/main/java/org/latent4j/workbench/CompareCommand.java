package org.latent4j.workbench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Matrix;
import org.latent4j.kernel.WorkerPool;
import org.latent4j.space.Metric;
import org.latent4j.space.Neighbours;
import org.latent4j.space.Space;
import org.latent4j.space.compare.KernelAlignment;
import org.latent4j.space.compare.NeighbourOverlap;
import org.latent4j.space.compare.Procrustes;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code latent compare}. */
@Command(name = "compare", header = "Compare two spaces of the same items: how alike they are, and what moved most.", footer = {
    "",
    "Items are matched by name; spaces without common names, equally many points, row by row. Linear CKA is 1 where one space is the other "
            + "turned and scaled; trust the unbiased one where items are few.",
    "",
    "  latent compare early.space late.space",
    "  latent compare a.npy b.npy --json",
    "  latent compare states.safetensors states.safetensors --site resid_post.5,resid_post.20"
})
final class CompareCommand implements Callable<Integer> {
    /** What squared distances of a form of size 1 add up to where coordinates in single precision are the same. */
    private static final double ROUNDING = 1e-10;

    @Parameters(index = "0", paramLabel = "A", description = "One space.")
    private String one = "";

    @Parameters(index = "1", paramLabel = "B", description = "The other.")
    private String other = "";

    @Mixin
    private SpaceArgument spaces = new SpaceArgument();

    @Mixin
    private Computing computing = new Computing();

    @Option(names = {"-k",
        "--neighbours"}, paramLabel = "N", defaultValue = "10", description = "How many neighbours are compared (default: ${DEFAULT-VALUE}).")
    private int neighbours = 10;

    @Option(names = "--metric", paramLabel = "euclidean|cosine", defaultValue = "cosine", description = "What neighbours are near by (default: ${DEFAULT-VALUE}).")
    private ClustersCommand.Distance metric = ClustersCommand.Distance.COSINE;

    @Option(names = "--top", paramLabel = "N", defaultValue = "10", description = "How many of those that moved most are shown (default: ${DEFAULT-VALUE}).")
    private int top = 10;

    /** The items of both: the same row is the same item. */
    private record Matched(Space named, String source, List<Integer> items, Matrix one, Matrix other) {}

    private record Result(int k, KernelAlignment alignment, @Nullable Procrustes procrustes, NeighbourOverlap overlap,
            List<Integer> moved) {}

    @Override
    public Integer call() {
        if (spaces.isNamed()) {
            throw new LatentException("compare takes two spaces as arguments, A and B, without -s");
        }
        List<String> sites = sites();
        Matched matched = match(opened(one, sites, 0), opened(other, sites, 1));
        try (WorkerPool pool = computing.pool()) {
            Result result = compare(matched, pool);
            if (computing.json()) {
                json(matched, result);
            } else {
                tell(matched, result);
            }
        }
        return 0;
    }

    /** None, one for both, or one for each. */
    private List<String> sites() {
        List<String> sites = spaces.site().map(site -> List.of(site.split(",", -1))).orElse(List.of());
        if (sites.size() > 2) {
            throw new LatentException("--site %s has %d sites; two spaces have one for both, or two: the first one's and the other's"
                    .formatted(spaces.site().orElse(""), sites.size()));
        }
        return sites;
    }

    private Space opened(String name, List<String> sites, int which) {
        return sites.size() < 2 ? spaces.named(name) : spaces.named(name, sites.get(which).strip());
    }

    private static Matched match(Space a, Space b) {
        List<Integer> left = new ArrayList<>();
        List<Integer> right = new ArrayList<>();
        for (int point = 0; point < a.size(); point++) {
            OptionalInt found = b.find(a.name(point));
            if (found.isPresent()) {
                left.add(point);
                right.add(found.getAsInt());
            }
        }
        if (left.size() < 2 && a.size() == b.size()) {
            left = IntStream.range(0, a.size()).boxed().toList();
            right = left;
        }
        if (left.size() < 2) {
            throw new LatentException("%s (%s) and %s (%s) have %s in common; to be compared they need the same items, at least two"
                    .formatted(a.origin().source(), Amounts.of(a.size(), "point"), b.origin().source(), Amounts.of(b.size(), "point"),
                            Amounts.of(left.size(), "name")));
        }
        return new Matched(a, b.origin().source(), left, pick(a.vectors(), left), pick(b.vectors(), right));
    }

    private static Matrix pick(Matrix points, List<Integer> rows) {
        Matrix picked = Matrix.zeros(rows.size(), points.columns());
        for (int i = 0; i < rows.size(); i++) {
            System.arraycopy(points.data(), rows.get(i) * points.columns(), picked.data(), i * points.columns(), points.columns());
        }
        return picked;
    }

    private Result compare(Matched matched, WorkerPool pool) {
        Metric measure = metric.metric();
        int k = Math.min(neighbours, matched.items().size() - 1);
        Neighbours nearOne = Neighbours.among(matched.one(), k, measure, pool);
        NeighbourOverlap overlap = NeighbourOverlap.of(nearOne, Neighbours.among(matched.other(), k, measure, pool));
        KernelAlignment alignment = KernelAlignment.of(matched.one(), matched.other(), pool);
        Procrustes procrustes = null;
        if (Double.isFinite(alignment.biased()) && Procrustes.suits(matched.one(), matched.other())) {
            procrustes = Procrustes.of(matched.one(), matched.other(), pool);
        }
        Procrustes laid = procrustes;
        List<Integer> moved = IntStream.range(0, matched.items().size()).boxed()
                .sorted(Comparator.comparingDouble((Integer row) -> laid == null ? overlap.ofItem()[row] : -laid.residuals()[row]))
                .limit(top).toList();
        return new Result(k, alignment, procrustes, overlap, moved);
    }

    private void json(Matched matched, Result result) {
        computing.write(to -> {
            Computing.number(to, "linear_cka", result.alignment().biased());
            Computing.number(to, "linear_cka_unbiased", result.alignment().unbiased());
            Computing.number(to, "procrustes", result.procrustes() == null ? Double.NaN : result.procrustes().disparity());
            Computing.number(to, "neighbour_overlap", result.overlap().mean());
            to.writeNumberField("k", result.k());
            to.writeNumberField("points", matched.items().size());
            to.writeArrayFieldStart("moved");
            for (int row : result.moved()) {
                to.writeStartObject();
                to.writeStringField("name", matched.named().name(matched.items().get(row)));
                Computing.number(to, "overlap", result.overlap().ofItem()[row]);
                Computing.number(to, "residual", result.procrustes() == null ? Double.NaN : result.procrustes().residuals()[row]);
                to.writeEndObject();
            }
            to.writeEndArray();
        });
    }

    private static String told(KernelAlignment alignment) {
        if (Double.isNaN(alignment.biased())) {
            return "none: all points of a space are equal, there is no form to compare";
        }
        double unbiased = alignment.unbiased();
        return Double.isNaN(unbiased)
                ? String.format(Locale.ROOT, "%.4f, unbiased not to be had: items are too few, or all equally far apart",
                        alignment.biased())
                : String.format(Locale.ROOT, "%.4f, unbiased %.4f: %s", alignment.biased(), unbiased,
                        unbiased > 0.95
                                ? "nearly the same form"
                                : unbiased > 0.7 ? "much alike" : unbiased > 0.3 ? "partly alike" : "little in common");
    }

    private void tell(Matched matched, Result result) {
        var out = computing.out();
        out.printf(Locale.ROOT, "%s%n%s%n%s items in both, %d and %d wide%n%n", matched.named().origin().source(),
                matched.source(), Amounts.count(matched.items().size()), matched.one().columns(), matched.other().columns());
        out.printf("linear CKA   %s%n", told(result.alignment()));
        if (result.procrustes() != null) {
            out.printf(Locale.ROOT, "Procrustes   %.4f of the form is left when one is turned and laid on the other%n",
                    result.procrustes().disparity());
        }
        out.printf(Locale.ROOT, "neighbours   %.1f of %d are the same (%.1f by chance)%n", result.overlap().mean() * result.k(), result.k(),
                (double) result.k() * result.k() / (matched.items().size() - 1));
        double left = result.procrustes() == null
                ? 1 - result.overlap().mean()
                : Arrays.stream(result.procrustes().residuals()).map(r -> r * r).sum();
        if (left < ROUNDING) {
            out.printf("%n%s%n", result.procrustes() == null ? "All items keep their neighbours." : "Nothing moved beyond rounding.");
            out.flush();
            return;
        }
        out.printf("%nWhat moved most%n");
        for (int row : result.moved()) {
            String residual = Optional.ofNullable(result.procrustes())
                    .map(laid -> String.format(Locale.ROOT, "%.2f times as far as usual, ",
                            laid.residuals()[row] / Math.sqrt(left / matched.items().size())))
                    .orElse("");
            out.printf(Locale.ROOT, "  %s%.0f of %d neighbours kept   %s%n", residual, result.overlap().ofItem()[row] * result.k(),
                    result.k(), ClusterPortrait.shown(matched.named(), matched.items().get(row)));
        }
        out.flush();
    }
}

package org.latent4j.workbench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Matrix;
import org.latent4j.space.Items;
import org.latent4j.space.Metric;
import org.latent4j.space.Origin;
import org.latent4j.space.Space;
import org.latent4j.space.recommend.ImplicitFactors;
import org.latent4j.space.recommend.Interactions;

/** Users and items as points of one space: items by their names, users behind {@code user:}, told apart by the field {@code kind}. */
final class InteractionSpace {
    static final String USER = "user:";

    private static final String KIND = "kind";
    private static final String WEIGHT = "weight";

    private InteractionSpace() {}

    /**
     * Reads a table with the columns {@code user}, {@code item} and, if there is one, {@code weight}.
     *
     * @throws LatentException if a column is missing or a weight is no number from 0 on
     */
    static Interactions read(Path file) {
        Interactions.Builder builder = new Interactions.Builder();
        try (TextRows rows = new TextRows.Source(file, Optional.of("item"), Optional.of("user")).open(_ -> {})) {
            for (TextRow row = rows.next(); row != null; row = rows.next()) {
                float weight = weight(row);
                try {
                    builder.add(row.name().orElseThrow(), row.text(), weight);
                } catch (LatentException e) {
                    throw new LatentException("%s: %s".formatted(row.origin(), e.getMessage()), e);
                }
            }
        }
        return builder.build();
    }

    private static float weight(TextRow row) {
        Object weight = row.columns().getOrDefault(WEIGHT, 1);
        try {
            return Float.parseFloat(weight.toString());
        } catch (NumberFormatException e) {
            throw new LatentException("%s: the weight '%s' is no number".formatted(row.origin(), PlainLine.of(weight.toString())), e);
        }
    }

    /** Items first, then users. */
    static Space of(Interactions known, ImplicitFactors factors, String source) {
        List<String> names = new ArrayList<>(known.items());
        known.users().forEach(user -> names.add(USER + user));
        List<String> kinds = new ArrayList<>();
        known.items().forEach(_ -> kinds.add("item"));
        known.users().forEach(_ -> kinds.add("user"));
        int width = factors.items().columns();
        Matrix vectors = Matrix.zeros(names.size(), width);
        System.arraycopy(factors.items().data(), 0, vectors.data(), 0, factors.items().data().length);
        System.arraycopy(factors.users().data(), 0, vectors.data(), factors.items().data().length, factors.users().data().length);
        return Space.of(vectors, Items.of(names, Map.of(KIND, kinds)), Origin.of(source));
    }

    /** The points of the items that a user knows. */
    static Set<Integer> known(Interactions interactions, String user, Space space) {
        int row = interactions.users().indexOf(user);
        if (row < 0) {
            space.require(USER + user); // tells whom it might have meant
        }
        Set<Integer> known = new HashSet<>();
        for (int item : interactions.byUser().get(row).others()) {
            known.add(item); // items come first in the space, in the same order
        }
        return known;
    }

    /** The points that are users; none where the space isn't of users and items. */
    static Set<Integer> users(Space space) {
        Set<Integer> users = new HashSet<>();
        for (int point = 0; point < space.size(); point++) {
            if (space.name(point).startsWith(USER) && "user".equals(space.items().fields(point).get(KIND))) {
                users.add(point);
            }
        }
        return users;
    }

    /** The product of a point with every point. */
    static double[] products(Space space, int point) {
        double[] products = new double[space.size()];
        for (int other = 0; other < products.length; other++) {
            products[other] = -Metric.DOT.distance(space.vectors(), point, space.vectors(), other);
        }
        return products;
    }
}

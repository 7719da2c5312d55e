package org.latent4j.insight.direction;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.latent4j.kernel.Fingerprint;
import org.latent4j.kernel.LatentException;
import org.latent4j.model.site.Site;

/** Directions out of directions, site by site, at the sites that all of them have. */
public enum Combination {
    /** The sum, as they are. */
    ADD,
    /** The first less the others, as they are. */
    SUBTRACT,
    /** The first without its components along the others. */
    ORTHOGONALISE,
    /** The mean of their unit vectors: each counts alike. */
    AVERAGE;

    /**
     * Combines.
     *
     * @param weights what each is multiplied with first; empty for 1
     * @throws LatentException if they belong to different models or share no site, or nothing is left
     */
    public Direction of(String name, List<Direction> directions, List<Double> weights) {
        if (directions.size() < 2) {
            throw new LatentException("%d direction: give two at least to combine".formatted(directions.size()));
        }
        if (!weights.isEmpty() && weights.size() != directions.size()) {
            throw new LatentException("%d weights for %d directions".formatted(weights.size(), directions.size()));
        }
        Optional<Fingerprint> fingerprint = fingerprint(directions);
        SortedMap<Site, float[]> vectors = new TreeMap<>();
        SortedMap<Site, Double> norms = new TreeMap<>();
        for (Site site : directions.getFirst().vectors().keySet()) {
            if (directions.stream().allMatch(d -> d.vectors().containsKey(site))) {
                vectors.put(site, at(site, directions, weights));
                directions.stream().map(d -> d.typicalNorms().get(site)).filter(java.util.Objects::nonNull).findFirst()
                        .ifPresent(norm -> norms.put(site, norm));
            }
        }
        if (vectors.isEmpty()) {
            throw new LatentException("the directions share no site: '%s' has %s, '%s' has %s".formatted(
                    directions.get(0).name(), Direction.told(directions.get(0).vectors().keySet()),
                    directions.get(1).name(), Direction.told(directions.get(1).vectors().keySet())));
        }
        Map<String, String> notes = Map.of("combined", name().toLowerCase(java.util.Locale.ROOT) + " of "
                + String.join(", ", directions.stream().map(Direction::name).toList()));
        return new Direction(name, "combined", Direction.Unit.UNKNOWN, vectors, norms, fingerprint, notes);
    }

    private static Optional<Fingerprint> fingerprint(List<Direction> directions) {
        Optional<Fingerprint> first = Optional.empty();
        String firstName = "";
        for (Direction direction : directions) {
            if (direction.fingerprint().isPresent()) {
                Fingerprint own = direction.fingerprint().get();
                if (first.isPresent() && (!first.get().model().equals(own.model()) || !first.get().tokenizer().equals(own.tokenizer()))) {
                    throw new LatentException("directions of different models can't be combined: '%s' (%s) and '%s' (%s)"
                            .formatted(firstName, first.get(), direction.name(), own));
                }
                if (first.isEmpty()) {
                    first = Optional.of(own);
                    firstName = direction.name();
                }
            }
        }
        return first;
    }

    private float[] at(Site site, List<Direction> directions, List<Double> weights) {
        float[] result = null;
        for (int i = 0; i < directions.size(); i++) {
            float[] own = directions.get(i).at(site);
            double weight = weights.isEmpty() ? 1 : weights.get(i);
            if (result != null && own.length != result.length) {
                throw new LatentException("at %s '%s' is %d wide and '%s' %d".formatted(
                        site, directions.getFirst().name(), result.length, directions.get(i).name(), own.length));
            }
            double factor = this == AVERAGE ? weight / Linear.norm(own) / directions.size() : weight;
            if (result == null) {
                result = Linear.times(own, factor);
            } else if (this != ORTHOGONALISE) {
                result = Linear.plus(result, this == SUBTRACT ? -factor : factor, own);
            }
        }
        if (result == null) {
            throw new IllegalStateException("no direction");
        }
        return this == ORTHOGONALISE ? orthogonal(result, site, directions) : result;
    }

    /** Without its part in the span of the others (Gram-Schmidt, twice for rounding). */
    private static float[] orthogonal(float[] vector, Site site, List<Direction> directions) {
        float[] result = vector;
        java.util.ArrayList<float[]> basis = new java.util.ArrayList<>();
        for (Direction other : directions.subList(1, directions.size())) {
            float[] axis = without(without(other.unitAt(site), basis), basis);
            if (Linear.norm(axis) > 1e-5) {
                basis.add(Linear.unit(axis));
            }
        }
        result = without(without(result, basis), basis);
        if (Linear.norm(result) < 1e-5 * Linear.norm(vector)) {
            throw new LatentException(
                    "nothing is left of '%s' at %s: it lies along the others".formatted(directions.getFirst().name(), site));
        }
        return result;
    }

    private static float[] without(float[] vector, List<float[]> basis) {
        float[] left = vector;
        for (float[] axis : basis) {
            left = Linear.plus(left, -Linear.dot(left, axis), axis);
        }
        return left;
    }
}

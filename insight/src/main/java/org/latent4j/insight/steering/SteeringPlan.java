package org.latent4j.insight.steering;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Predicate;
import org.latent4j.insight.direction.Direction;
import org.latent4j.kernel.LatentException;
import org.latent4j.model.Intervention;
import org.latent4j.model.PositionRule;
import org.latent4j.model.Steering;
import org.latent4j.model.site.Site;
import org.latent4j.model.site.Sites;

/**
 * Steering as it is asked for: along which directions, how, how strongly, where. {@link #bind} turns strengths, which count in
 * a site's typical norm, into what is done to states.
 *
 * @param directions along which, each with a weight that multiplies the strength
 * @param orthogonal whether each direction is freed of its parts along those before it (Gram and Schmidt), so that they don't overlap
 * @param halfLife after how many tokens half of it is left; empty where it doesn't fade
 */
public record SteeringPlan(
        List<Weighted> directions,
        Operator operator,
        double strength,
        List<Site> sites,
        boolean orthogonal,
        PositionRule rule,
        OptionalDouble halfLife,
        Optional<Gate> gate) {
    /** A direction and what its strength is multiplied with. */
    public record Weighted(Direction direction, double weight) {}

    /** Steering only where something holds of a position's state. */
    public record Gate(String name, Site site, Predicate<Intervention.State> fires) {}

    /** Checks that there is something to do. */
    public SteeringPlan {
        directions = List.copyOf(directions);
        sites = List.copyOf(sites);
        if (directions.isEmpty() || sites.isEmpty()) {
            throw new LatentException("nothing to steer along: give a direction and layers at which it has vectors");
        }
        if (!Double.isFinite(strength)) {
            throw new LatentException("the strength is %s: give a finite number".formatted(strength));
        }
    }

    /** One direction at all positions. */
    public static SteeringPlan of(Direction direction, Operator operator, double strength, List<Site> sites) {
        return new SteeringPlan(List.of(new Weighted(direction, 1)), operator, strength, sites, false, new PositionRule.All(),
                OptionalDouble.empty(), Optional.empty());
    }

    /** The same with another strength at other sites. */
    public SteeringPlan with(double otherStrength, List<Site> otherSites) {
        return new SteeringPlan(directions, operator, otherStrength, otherSites, orthogonal, rule, halfLife, gate);
    }

    /**
     * A plan on a model's own scale.
     *
     * @param steering what the model runs with
     * @param steps what each of its steps is, in order
     * @param block the first block of which anything is changed or looked at
     * @param above the same steering for the model from that block on, {@link org.latent4j.model.Model#from}
     */
    public record Bound(Steering steering, List<Step> steps, int block, Steering above) {
        /** Changes nothing. */
        static final Bound NONE = new Bound(Steering.NONE, List.of(), 0, Steering.NONE);
    }

    /**
     * One direction at one site.
     *
     * @param strength as asked for, times the direction's weight
     * @param typicalNorm of the site's states
     * @param absolute what is added, or set, along the direction of length 1; the factor for dampening; 0 for an ablation
     */
    public record Step(String direction, Operator operator, Site site, double strength, double typicalNorm, double absolute) {}

    /**
     * Binds.
     *
     * @param norms how long a state usually is, by site
     * @throws LatentException if a direction has no vector for a site, or none of its own is left of it
     */
    public Bound bind(Map<Site, Double> norms) {
        List<Step> steps = new ArrayList<>();
        for (Site site : sites) {
            double norm = norms.getOrDefault(site, Double.NaN);
            for (Weighted one : directions) {
                double relative = strength * (operator.countsInNorms() ? one.weight() : 1);
                double absolute = operator.countsInNorms() ? relative * norm : operator == Operator.DAMPEN ? strength : 0;
                steps.add(new Step(one.direction().name(), operator, site, relative, norm, absolute));
            }
        }
        int block = block();
        return new Bound(steering(steps, 0), List.copyOf(steps), block, steering(steps, block));
    }

    private int block() {
        int first = sites.stream().mapToInt(UpperModel::block).min().orElse(0);
        return gate.isPresent() ? Math.min(first, UpperModel.block(gate.get().site())) : first;
    }

    /** What a model runs with whose block 0 is block {@code first}. */
    private Steering steering(List<Step> steps, int first) {
        Steering all = Steering.NONE;
        for (int s = 0; s < sites.size(); s++) {
            List<float[]> units = units(sites.get(s));
            Sites here = Sites.of(UpperModel.site(sites.get(s), first).toString());
            for (int i = 0; i < units.size(); i++) {
                all = all.then(step(units.get(i), steps.get(s * units.size() + i).absolute(), here));
            }
        }
        all = rule instanceof PositionRule.All ? all : all.at(rule);
        all = halfLife.isPresent() ? all.fading(halfLife.getAsDouble()) : all;
        return gate.isPresent() ? all.where(UpperModel.site(gate.get().site(), first), gate.get().fires()) : all;
    }

    private Steering step(float[] unit, double absolute, Sites site) {
        return switch (operator) {
            case ADD -> Steering.add(unit, (float) absolute, site);
            case ABLATE -> Steering.ablate(unit, site);
            case DAMPEN -> Steering.dampen(unit, (float) absolute, site);
            case CLAMP -> Steering.clamp(unit, (float) absolute, site);
        };
    }

    private List<float[]> units(Site site) {
        List<float[]> units = new ArrayList<>();
        for (Weighted weighted : directions) {
            float[] unit = weighted.direction().unitAt(site);
            for (int i = 0; orthogonal && i < 2 * units.size(); i++) { // twice: the second time takes what rounding left
                unit = without(unit, units.get(i % units.size()));
            }
            units.add(orthogonal ? unit(unit, weighted.direction(), site) : unit);
        }
        return units;
    }

    private static float[] without(float[] x, float[] unit) {
        double along = dot(x, unit);
        float[] out = new float[x.length];
        for (int i = 0; i < x.length; i++) {
            out[i] = (float) (x[i] - along * unit[i]);
        }
        return out;
    }

    private static float[] unit(float[] x, Direction of, Site site) {
        double norm = Math.sqrt(dot(x, x));
        if (norm < 1e-4) {
            throw new LatentException(
                    "nothing is left of direction '%s' at %s once those before it are taken out: leave it out, or don't orthogonalise"
                            .formatted(of.name(), site));
        }
        float[] out = new float[x.length];
        for (int i = 0; i < x.length; i++) {
            out[i] = (float) (x[i] / norm);
        }
        return out;
    }

    static double dot(float[] x, float[] y) {
        double sum = 0;
        for (int i = 0; i < x.length; i++) {
            sum += (double) x[i] * y[i];
        }
        return sum;
    }
}

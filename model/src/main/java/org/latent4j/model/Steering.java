package org.latent4j.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Matrix;
import org.latent4j.model.site.Site;
import org.latent4j.model.site.Sites;

/**
 * Interventions at sites, carried out one after the other while a model runs: the same in prompts and in what is generated,
 * alone and in a batch. Immutable; {@link #then} puts one after another.
 */
public final class Steering {
    /** Changes nothing. */
    public static final Steering NONE = new Steering(List.of());

    private final List<Step> steps;

    private Steering(List<Step> steps) {
        this.steps = steps;
    }

    /**
     * One intervention.
     *
     * @param name what it does, for reports: {@code add 8}
     * @param direction the unit vector along which it is reported, or empty
     */
    record Step(String name, Sites sites, float[] vector, float[] direction, Edit edit, Reach reach) {}

    /**
     * Where in a text a step acts, and how strongly.
     *
     * @param halfLife behind so many tokens it is half as strong; infinite where it doesn't fade
     */
    record Reach(IntPredicate positions, List<PositionRule> rules, double halfLife, List<Condition> conditions) {
        static final Reach EVERYWHERE = new Reach(_ -> true, List.of(), Double.POSITIVE_INFINITY, List.of());
    }

    /** Something that a position's state at a site has to fulfil; as it is before this steering's edits at that site. */
    record Condition(Site site, Predicate<Intervention.State> fires) {}

    /** What is done at a step. */
    sealed interface Edit {
        record OfStates(Intervention intervention) implements Edit {}

        record OfPatterns(Intervention.OfPattern intervention) implements Edit {}
    }

    List<Step> steps() {
        return steps;
    }

    /** Whether nothing is changed. */
    public boolean isEmpty() {
        return steps.isEmpty();
    }

    /** This, and after it at the same sites the other. */
    public Steering then(Steering next) {
        List<Step> all = new ArrayList<>(steps);
        all.addAll(next.steps);
        return new Steering(List.copyOf(all));
    }

    /** The same at some positions alone, counted from 0 at the beginning of a sequence. */
    public Steering at(IntPredicate positions) {
        return reaching(r -> new Reach(p -> r.positions.test(p) && positions.test(p), r.rules, r.halfLife, r.conditions));
    }

    /** The same where a rule holds alone: in the prompt, in what the model says, behind a token. */
    public Steering at(PositionRule rule) {
        return reaching(r -> new Reach(r.positions, with(r.rules, rule), r.halfLife, r.conditions));
    }

    /**
     * The same, fading: behind the prompt, or behind the token that a rule waits for, each edit goes only a part of its way,
     * half of it after {@code halfLife} tokens, a quarter after twice as many.
     *
     * @throws LatentException if it isn't a positive number
     */
    public Steering fading(double halfLife) {
        if (!(halfLife > 0) || !Double.isFinite(halfLife)) {
            throw new LatentException("the decay %s is out of range: give after how many tokens half is left, above 0".formatted(halfLife));
        }
        return reaching(r -> new Reach(r.positions, r.rules, halfLife, r.conditions));
    }

    /**
     * The same at those positions alone whose state at a site fulfils a condition: where a probe fires. The state is
     * looked at before this steering edits it there; the site must not lie behind those that are edited.
     */
    public Steering where(Site site, Predicate<Intervention.State> fires) {
        Condition condition = new Condition(site, fires);
        return reaching(r -> new Reach(r.positions, r.rules, r.halfLife, with(r.conditions, condition)));
    }

    private Steering reaching(UnaryOperator<Reach> change) {
        return new Steering(steps.stream()
                .map(s -> new Step(s.name, s.sites, s.vector, s.direction, s.edit, change.apply(s.reach)))
                .toList());
    }

    private static <T> List<T> with(List<T> list, T more) {
        List<T> all = new ArrayList<>(list);
        all.add(more);
        return List.copyOf(all);
    }

    private static Steering of(String name, float[] vector, float[] direction, Sites sites, Intervention edit) {
        return new Steering(List.of(new Step(name, sites, vector, direction, new Edit.OfStates(edit), Reach.EVERYWHERE)));
    }

    /**
     * Adds {@code strength * direction}.
     *
     * @param direction {@code [width of the sites]}, taken as it is
     * @throws LatentException if it is zero, or it or the strength isn't finite
     */
    public static Steering add(float[] direction, float strength, Sites sites) {
        float[] unit = unit(direction);
        if (!Float.isFinite(strength)) {
            throw new LatentException("the strength is %s: give a finite number".formatted(strength));
        }
        float[] added = direction.clone();
        for (int i = 0; i < added.length; i++) {
            added[i] *= strength;
        }
        return of("add " + strength, added, unit, sites, state -> {
            float[] x = state.matrix().data();
            for (int i = 0, at = state.offset(); i < added.length; i++, at++) {
                x[at] += added[i];
            }
        });
    }

    /** Removes the component along a direction. */
    public static Steering ablate(float[] direction, Sites sites) {
        return scaled("ablate", direction, 0, sites);
    }

    /** Multiplies the component along a direction with a factor. */
    public static Steering dampen(float[] direction, float factor, Sites sites) {
        return scaled("dampen " + factor, direction, factor, sites);
    }

    private static Steering scaled(String name, float[] direction, float factor, Sites sites) {
        float[] unit = unit(direction);
        return of(name, unit, unit, sites, state -> move(state, unit, (factor - 1) * projection(state, unit)));
    }

    /** Sets the component along a direction: the state's projection on it becomes {@code value}. */
    public static Steering clamp(float[] direction, float value, Sites sites) {
        float[] unit = unit(direction);
        return of("clamp " + value, unit, unit, sites, state -> move(state, unit, value - projection(state, unit)));
    }

    /** Sets states to zero. */
    public static Steering zero(Sites sites) {
        return of("zero", new float[0], new float[0], sites,
                state -> Arrays.fill(state.matrix().data(), state.offset(), state.offset() + state.width(), 0));
    }

    /** Sets some dimensions to zero. */
    public static Steering mask(BitSet dimensions, Sites sites) {
        BitSet masked = (BitSet) dimensions.clone();
        return of("mask " + masked.cardinality(), new float[0], new float[0], sites, state -> masked.stream()
                .filter(d -> d < state.width())
                .forEach(d -> state.set(d, 0)));
    }

    /**
     * Puts captured states in the place of the model's own.
     *
     * @param states {@code [positions, width]}: row p replaces the state of position p; positions beyond keep theirs
     */
    public static Steering replace(Matrix states, Sites sites) {
        return of("replace", Arrays.copyOf(states.data(), states.columns()), new float[0], sites, state -> {
            if (state.position() < states.rows()) {
                System.arraycopy(
                        states.data(), state.position() * states.columns(), state.matrix().data(), state.offset(), state.width());
            }
        });
    }

    /** Code of your own, at every position of the sites. */
    public static Steering with(String name, Intervention intervention, Sites sites) {
        return of(name, new float[0], new float[0], sites, intervention);
    }

    /** Code of your own, on the softmax weights of {@code attn_pattern} sites. */
    public static Steering withPattern(String name, Intervention.OfPattern intervention, Sites sites) {
        return new Steering(List.of(
                new Step(name, sites, new float[0], new float[0], new Edit.OfPatterns(intervention), Reach.EVERYWHERE)));
    }

    /** Multiplies the weights with which some heads see some positions; the rest of a row isn't made larger for it. */
    public static Steering scalePattern(IntPredicate heads, IntPredicate seen, float factor, Sites sites) {
        return withPattern("scale " + factor, (head, _, weights, offset, firstKey, count) -> {
            for (int k = 0; k < count && heads.test(head); k++) {
                weights[offset + k] *= seen.test(firstKey + k) ? factor : 1;
            }
        }, sites);
    }

    /** The projection of a state on a unit vector, summed in order in double precision. */
    static float projection(Intervention.State state, float[] unit) {
        return (float) dot(state.matrix().data(), state.offset(), unit, 0, unit.length);
    }

    static double norm(Intervention.State state) {
        return Math.sqrt(dot(state.matrix().data(), state.offset(), state.matrix().data(), state.offset(), state.width()));
    }

    /** Four sums side by side: a single one would wait for each addition. */
    private static double dot(float[] x, int xAt, float[] y, int yAt, int length) {
        double s0 = 0;
        double s1 = 0;
        double s2 = 0;
        double s3 = 0;
        int i = 0;
        for (; i + 3 < length; i += 4) {
            s0 += (double) x[xAt + i] * y[yAt + i];
            s1 += (double) x[xAt + i + 1] * y[yAt + i + 1];
            s2 += (double) x[xAt + i + 2] * y[yAt + i + 2];
            s3 += (double) x[xAt + i + 3] * y[yAt + i + 3];
        }
        for (; i < length; i++) {
            s0 += (double) x[xAt + i] * y[yAt + i];
        }
        return (s0 + s1) + (s2 + s3);
    }

    private static void move(Intervention.State state, float[] unit, float by) {
        float[] x = state.matrix().data();
        for (int i = 0, at = state.offset(); i < unit.length; i++, at++) {
            x[at] = Math.fma(by, unit[i], x[at]);
        }
    }

    private static float[] unit(float[] direction) {
        double norm = Math.sqrt(dot(direction, 0, direction, 0, direction.length));
        if (!Double.isFinite(norm)) {
            throw new LatentException("the direction has a value that isn't finite (NaN or infinite): make it anew");
        }
        if (norm == 0) {
            throw new LatentException("the direction is zero: it points nowhere");
        }
        float[] unit = new float[direction.length];
        for (int i = 0; i < unit.length; i++) {
            unit[i] = (float) (direction[i] / norm);
        }
        return unit;
    }
}

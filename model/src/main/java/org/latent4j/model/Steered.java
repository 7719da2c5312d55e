package org.latent4j.model;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Matrix;
import org.latent4j.kernel.PatternRows;
import org.latent4j.model.site.Site;
import org.latent4j.model.site.Site.Kind;
import org.latent4j.model.site.Sites;
import org.latent4j.model.transformer.ModelConfig;

/** A steering bound to a model's sites, for one sequence: edits its rows and counts what that did. */
final class Steered {
    private final int heads;
    private final Map<Kind, List<List<At>>> byLayer = new EnumMap<>(Kind.class);
    private final List<At> all = new ArrayList<>();
    private final Map<Steering.Condition, BitSet> fired;
    private final Course course;
    private float[] before = {};

    /** A step at one site, with its sums. */
    private static final class At {
        final int number;
        final Steering.Step step;
        final Site site;
        long positions;
        double projectionBefore;
        double projectionAfter;
        double normBefore;
        double normAfter;

        At(int number, Steering.Step step, Site site) {
            this.number = number;
            this.step = step;
            this.site = site;
        }

        At copy() {
            At copy = new At(number, step, site);
            copy.positions = positions;
            copy.projectionBefore = projectionBefore;
            copy.projectionAfter = projectionAfter;
            copy.normBefore = normBefore;
            copy.normAfter = normAfter;
            return copy;
        }

        SteeringReport report() {
            boolean projected = step.direction().length > 0;
            boolean states = step.edit() instanceof Steering.Edit.OfStates;
            return new SteeringReport(
                    number, step.name(), site, positions, projected ? projectionBefore / positions : Double.NaN,
                    projected ? projectionAfter / positions : Double.NaN, states ? normBefore / positions : Double.NaN,
                    states ? normAfter / positions : Double.NaN);
        }
    }

    /**
     * Binds.
     *
     * @throws LatentException if a site doesn't exist, has another width than the step's vector, or takes another kind of edit
     */
    Steered(Model model, Steering steering) {
        this(model.config().heads(), new IdentityHashMap<>(), new Course());
        int number = 0;
        for (Steering.Step step : steering.steps()) {
            for (Site site : model.resolve(step.sites())) {
                check(step, site, model.config());
                watch(step, site, model);
                At at = new At(number, step, site);
                all.add(at);
                List<List<At>> layers = byLayer.computeIfAbsent(site.kind(), _ -> new ArrayList<>());
                while (layers.size() <= site.layer() + 1) {
                    layers.add(new ArrayList<>());
                }
                layers.get(site.layer() + 1).add(at);
            }
            number++;
        }
    }

    private static void check(Steering.Step step, Site site, ModelConfig config) {
        boolean pattern = site.kind() == Kind.ATTN_PATTERN;
        if (pattern != step.edit() instanceof Steering.Edit.OfPatterns) {
            throw new LatentException(pattern
                    ? "'%s' edits states, and %s holds softmax weights: use Steering.withPattern or scalePattern".formatted(step.name(),
                            site)
                    : "'%s' edits softmax weights, and %s holds states: give attn_pattern sites".formatted(step.name(), site));
        }
        if (pattern && Double.isFinite(step.reach().halfLife())) {
            throw new LatentException("'%s' edits softmax weights, and those can't fade: leave the decay out".formatted(step.name()));
        }
        int width = width(site, config);
        if (!pattern && step.vector().length > 0 && step.vector().length != width) {
            throw new LatentException("the direction has %d values, %s of this model has %d: it was made for another model or site"
                    .formatted(step.vector().length, site, width));
        }
    }

    /** Sees that what a step waits for is known by the time it acts. */
    private void watch(Steering.Step step, Site site, Model model) {
        for (Steering.Condition condition : step.reach().conditions()) {
            model.resolve(Sites.of(condition.site().toString()));
            Kind kind = condition.site().kind();
            if (kind == Kind.ATTN_PATTERN || kind == Kind.FINAL_NORM || kind == Kind.LOGITS) {
                throw new LatentException("a condition can't look at %s: name a site that every position has a state at, like resid_post.%d"
                        .formatted(condition.site(), model.config().layers() / 2));
            }
            if (condition.site().compareTo(site) > 0) {
                throw new LatentException("the condition looks at %s, which lies behind %s, where it would have to be known"
                        .formatted(condition.site(), site));
            }
            fired.put(condition, new BitSet());
        }
    }

    /** The text that the model is given: rules about positions ask where it ends. */
    void begin(int[] prompt) {
        course.begin(prompt);
    }

    /** Tokens that a pass runs, from a position on. */
    void enter(int position, int[] ids, int from, int to) {
        course.enter(position, ids, from, to);
    }

    static int width(Site site, ModelConfig config) {
        return switch (site.kind()) {
            case HEAD_OUT -> site.head() >= 0 ? config.headWidth() : config.heads() * config.headWidth();
            case MLP_ACT -> config.intermediate();
            case LOGITS -> config.vocabulary();
            default -> config.width();
        };
    }

    private List<At> at(Kind kind, int layer) {
        @Nullable
        List<List<At>> layers = byLayer.get(kind);
        return layers == null || layers.size() <= layer + 1 ? List.of() : layers.get(layer + 1);
    }

    boolean acts(Kind kind, int layer) {
        return !at(kind, layer).isEmpty() || watches(kind, layer);
    }

    private boolean watches(Kind kind, int layer) {
        for (Steering.Condition condition : fired.keySet()) {
            if (condition.site().kind() == kind && condition.site().layer() == layer) {
                return true;
            }
        }
        return false;
    }

    /** The same with the counts so far, counting on by itself. */
    Steered fork() {
        Map<Steering.Condition, BitSet> known = new IdentityHashMap<>();
        fired.forEach((condition, positions) -> known.put(condition, (BitSet) positions.clone()));
        Steered fork = new Steered(heads, known, course.copy());
        for (Map.Entry<Kind, List<List<At>>> kind : byLayer.entrySet()) {
            List<List<At>> layers = new ArrayList<>();
            for (List<At> layer : kind.getValue()) {
                layers.add(layer.stream().map(At::copy).toList());
            }
            fork.byLayer.put(kind.getKey(), layers);
        }
        fork.byLayer.values().forEach(layers -> layers.forEach(fork.all::addAll));
        return fork;
    }

    private Steered(int heads, Map<Steering.Condition, BitSet> fired, Course course) {
        this.heads = heads;
        this.fired = fired;
        this.course = course;
    }

    boolean isEmpty() {
        return all.isEmpty();
    }

    /** Edits the state in a row. */
    void edit(Kind kind, int layer, Matrix states, int row, int position) {
        look(kind, layer, states, row, position);
        for (At at : at(kind, layer)) {
            if (covers(at.step, position) && at.step.edit() instanceof Steering.Edit.OfStates(Intervention edit)) {
                Intervention.State state = state(at.site, states, row, position);
                float[] unit = at.step.direction();
                at.normBefore += Steering.norm(state);
                at.projectionBefore += Steering.projection(state, unit);
                goPartOfTheWay(edit, state, strength(at.step.reach(), position));
                at.normAfter += Steering.norm(state);
                at.projectionAfter += Steering.projection(state, unit);
                at.positions++;
            }
        }
    }

    private Intervention.State state(Site site, Matrix states, int row, int position) {
        int width = site.head() < 0 ? states.columns() : states.columns() / heads;
        int offset = row * states.columns() + Math.max(site.head(), 0) * width;
        return new Intervention.State(site, position, states, offset, width);
    }

    private void look(Kind kind, int layer, Matrix states, int row, int position) {
        for (Map.Entry<Steering.Condition, BitSet> known : fired.entrySet()) {
            Site site = known.getKey().site();
            if (site.kind() == kind && site.layer() == layer) {
                known.getValue().set(position, known.getKey().fires().test(state(site, states, row, position)));
            }
        }
    }

    private boolean covers(Steering.Step step, int position) {
        Steering.Reach reach = step.reach();
        if (!reach.positions().test(position) || !course.covers(reach.rules(), position)) {
            return false;
        }
        for (Steering.Condition condition : reach.conditions()) {
            if (!fired.getOrDefault(condition, new BitSet()).get(position)) {
                return false;
            }
        }
        return true;
    }

    private double strength(Steering.Reach reach, int position) {
        return Double.isInfinite(reach.halfLife())
                ? 1
                : Math.pow(0.5, course.distance(reach.rules(), position) / reach.halfLife());
    }

    private void goPartOfTheWay(Intervention edit, Intervention.State state, double part) {
        if (part == 1) {
            edit.edit(state);
            return;
        }
        int width = state.width();
        before = before.length < width ? new float[width] : before;
        System.arraycopy(state.matrix().data(), state.offset(), before, 0, width);
        edit.edit(state);
        float[] x = state.matrix().data();
        for (int i = 0, at = state.offset(); i < width; i++, at++) {
            x[at] = (float) (before[i] + part * (x[at] - before[i]));
        }
    }

    /** What edits this layer's softmax weights of the sequence; called from several threads. */
    PatternRows patterns(int layer) {
        List<At> here = at(Kind.ATTN_PATTERN, layer);
        return (_, head, position, weights, offset, firstKey, count) -> {
            for (At at : here) {
                boolean covered;
                synchronized (course) {
                    covered = covers(at.step, position);
                }
                if (covered && at.step.edit() instanceof Steering.Edit.OfPatterns(Intervention.OfPattern edit)) {
                    edit.edit(head, position, weights, offset, firstKey, count);
                    if (head == 0) {
                        synchronized (at) {
                            at.positions++;
                        }
                    }
                }
            }
        };
    }

    /** What was done so far, step by step, site by site. */
    List<SteeringReport> report() {
        return all.stream()
                .map(At::report)
                .sorted(Comparator.comparingInt(SteeringReport::step).thenComparing(SteeringReport::site))
                .toList();
    }
}

package org.latent4j.model;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Matrix;
import org.latent4j.kernel.PatternRows;
import org.latent4j.model.site.Site;
import org.latent4j.model.site.Site.Kind;
import org.latent4j.model.transformer.ModelConfig;

/** A steering bound to a model's sites, for one sequence: edits its rows and counts what that did. */
final class Steered {
    private final int heads;
    private final Map<Kind, List<List<At>>> byLayer = new EnumMap<>(Kind.class);
    private final List<At> all = new ArrayList<>();

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
        this.heads = model.config().heads();
        int number = 0;
        for (Steering.Step step : steering.steps()) {
            for (Site site : model.resolve(step.sites())) {
                check(step, site, model.config());
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
        int width = width(site, config);
        if (!pattern && step.vector().length > 0 && step.vector().length != width) {
            throw new LatentException("the direction has %d values, %s of this model has %d: it was made for another model or site"
                    .formatted(step.vector().length, site, width));
        }
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
        return !at(kind, layer).isEmpty();
    }

    /** The same with the counts so far, counting on by itself. */
    Steered fork() {
        Steered fork = new Steered(heads);
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

    private Steered(int heads) {
        this.heads = heads;
    }

    boolean isEmpty() {
        return all.isEmpty();
    }

    /** Edits the state in a row. */
    void edit(Kind kind, int layer, Matrix states, int row, int position) {
        for (At at : at(kind, layer)) {
            if (at.step.positions().test(position) && at.step.edit() instanceof Steering.Edit.OfStates(Intervention edit)) {
                int width = at.site.head() < 0 ? states.columns() : states.columns() / heads;
                int offset = row * states.columns() + Math.max(at.site.head(), 0) * width;
                var state = new Intervention.State(at.site, position, states, offset, width);
                float[] unit = at.step.direction();
                at.normBefore += Steering.norm(state);
                at.projectionBefore += Steering.projection(state, unit);
                edit.edit(state);
                at.normAfter += Steering.norm(state);
                at.projectionAfter += Steering.projection(state, unit);
                at.positions++;
            }
        }
    }

    /** What edits this layer's softmax weights of the sequence; called from several threads. */
    PatternRows patterns(int layer) {
        List<At> here = at(Kind.ATTN_PATTERN, layer);
        return (_, head, position, weights, offset, firstKey, count) -> {
            for (At at : here) {
                if (at.step.positions().test(position) && at.step.edit() instanceof Steering.Edit.OfPatterns(Intervention.OfPattern edit)) {
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

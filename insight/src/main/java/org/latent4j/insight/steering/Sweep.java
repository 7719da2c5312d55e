package org.latent4j.insight.steering;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.latent4j.insight.direction.Direction;
import org.latent4j.insight.steering.ArmRunner.Arm;
import org.latent4j.insight.steering.SweepReport.Cell;
import org.latent4j.insight.steering.SweepReport.Shift;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Progress;
import org.latent4j.kernel.SeededRandom;
import org.latent4j.model.Generation;
import org.latent4j.model.Model;
import org.latent4j.model.site.Site;

/**
 * Strengths by ranges of layers: what each does and costs, held against directions that should do nothing. Every cell is run; controls
 * are run at some cells alone, which are chosen by what they cost, not by what they do, so that choosing doesn't favour the direction.
 */
public final class Sweep {
    private static final double MOST_SURPRISE = 2.5; // times the plain model's perplexity
    private static final double MORE_REPETITION = 0.25;
    private static final double LEAST_LENGTH = 0.25;

    private final Model model;
    private final SteeringPlan plan;
    private final Settings settings;
    private final SweepState state;
    private final ArmRunner runner;
    private final Map<Site, Double> norms;

    /**
     * What is run.
     *
     * @param strengths in typical norms, none 0
     * @param ranges of sites, each with a name
     * @param prompts token ids
     * @param tokens that each continuation has at most
     * @param effects what is measured; verdicts are about the first
     * @param controls how many random directions
     * @param compared at how many cells controls are run
     * @param shuffled the direction that shuffled labels give, if its texts are known
     */
    public record Settings(
            List<Double> strengths,
            List<Range> ranges,
            List<int[]> prompts,
            int tokens,
            List<Effect> effects,
            int controls,
            int compared,
            Optional<Direction> shuffled,
            long seed) {}

    /** Some sites of a sweep, named as {@code 6-11}. */
    public record Range(String name, List<Site> sites) {}

    /**
     * A sweep.
     *
     * @param plan what is swept; its strength and sites don't matter
     * @param interrupted asked now and then whether to stop
     */
    public Sweep(Model model, SteeringPlan plan, Settings settings, SweepState state, Progress progress, BooleanSupplier interrupted) {
        this.model = model;
        this.plan = plan;
        this.settings = settings;
        this.state = state;
        if (settings.strengths.isEmpty() || settings.ranges.isEmpty() || settings.prompts.isEmpty() || settings.effects.isEmpty()) {
            throw new LatentException("a sweep needs strengths, layers, prompts and something to measure");
        }
        List<Site> all = settings.ranges.stream().flatMap(r -> r.sites.stream()).distinct().toList();
        this.norms = TypicalNorms.of(model, all);
        long texts = (1L + cells() + (long) settings.compared * (settings.controls + 1)) * settings.prompts.size();
        AtomicLong written = new AtomicLong();
        Generation.Listener listener = (_, _, _) -> progress.report(
                "Sweeping", Math.min(written.incrementAndGet(), texts * settings.tokens - 1), texts * settings.tokens,
                Progress.Unit.TOKENS);
        this.runner = new ArmRunner(model, settings.prompts, settings.effects, settings.tokens, settings.seed, listener, interrupted);
    }

    private int cells() {
        return settings.strengths.size() * settings.ranges.size();
    }

    /**
     * Runs it, or what is left of it.
     *
     * @throws org.latent4j.insight.Interrupted if that was asked for
     */
    public SweepReport run() {
        ArmResult plain = runner.run(List.of(plainArm()), _ -> {}).getFirst();
        List<Arm> arms = new ArrayList<>();
        for (Range range : settings.ranges) {
            for (double strength : settings.strengths) {
                arms.add(arm("cell %s %s".formatted(range.name, strength), plan.with(strength, range.sites), false));
            }
        }
        Map<String, ArmResult> results = all(arms);
        List<Cell> cells = new ArrayList<>();
        for (Range range : settings.ranges) {
            for (double strength : settings.strengths) {
                cells.add(cell(range, strength, Objects.requireNonNull(results.get("cell %s %s".formatted(range.name, strength))), plain));
            }
        }
        return new SweepVerdict(settings, plain, runner.choices()).report(cells, compare(cells, plain));
    }

    private Arm plainArm() {
        Site site = settings.ranges.getFirst().sites.getFirst();
        return new Arm("plain", plan.with(0, List.of(site)), SteeringPlan.Bound.NONE, along(plan), false);
    }

    private Arm arm(String key, SteeringPlan own, boolean control) {
        return new Arm(key, own, own.bind(norms), along(own), control);
    }

    /** What own readings are taken along: the plan's first direction, at the site where such readings are taken. */
    private float[] along(SteeringPlan own) {
        for (Effect effect : settings.effects) {
            if (effect instanceof Effect.OwnReading reading) {
                return own.directions().getFirst().direction().unitAt(reading.site());
            }
        }
        return new float[0];
    }

    private Map<String, ArmResult> all(List<Arm> arms) {
        Map<String, ArmResult> results = new TreeMap<>();
        List<Arm> left = new ArrayList<>();
        for (Arm arm : arms) {
            state.known(arm.key()).ifPresentOrElse(known -> results.put(arm.key(), known), () -> left.add(arm));
        }
        for (int from = 0; from < left.size(); from += runner.together()) {
            runner.run(left.subList(from, Math.min(left.size(), from + runner.together())), done -> {
                state.keep(done);
                results.put(done.key(), done);
            });
        }
        return results;
    }

    private Cell cell(Range range, double strength, ArmResult result, ArmResult plain) {
        Map<Site, Double> absolute = new TreeMap<>();
        range.sites
                .forEach(s -> absolute.put(s, plan.operator().countsInNorms() ? strength * norms.getOrDefault(s, Double.NaN) : strength));
        Map<String, Shift> shifts = new TreeMap<>();
        for (Effect effect : settings.effects) {
            shifts.put(effect.name(), Statistics.shift(result.scores(effect.name()), plain.scores(effect.name())));
        }
        return new Cell(strength, range.name, absolute, shifts, result, whole(result, plain), Optional.empty());
    }

    private static boolean whole(ArmResult result, ArmResult plain) {
        ArmResult.Side own = result.side().orElseThrow();
        ArmResult.Side usual = plain.side().orElseThrow();
        return own.textPerplexity() <= MOST_SURPRISE * usual.textPerplexity()
                && own.neutralPerplexity() <= MOST_SURPRISE * usual.neutralPerplexity()
                && own.repetition() <= usual.repetition() + MORE_REPETITION
                && own.length() >= LEAST_LENGTH * usual.length();
    }

    /** The shifts of controls at the cells chosen, by the cell's number. */
    private Map<Integer, Compared> compare(List<Cell> cells, ArmResult plain) {
        Map<Integer, Compared> compared = new TreeMap<>();
        for (int number : chosen(cells)) {
            Cell cell = cells.get(number);
            Range range = settings.ranges.stream().filter(r -> r.name.equals(cell.layers())).findFirst().orElseThrow();
            List<Arm> arms = new ArrayList<>();
            for (int c = 0; c < settings.controls; c++) {
                SteeringPlan random = control(randomDirection(c, range), cell.strength(), range);
                arms.add(arm("random %d %s %s".formatted(c, range.name, cell.strength()), random, true));
            }
            settings.shuffled.ifPresent(shuffled -> arms.add(arm("shuffled %s %s".formatted(range.name, cell.strength()),
                    control(shuffled, cell.strength(), range), true)));
            Map<String, ArmResult> results = all(arms);
            List<Double> shifts = new ArrayList<>();
            OptionalDouble shuffled = OptionalDouble.empty();
            String effect = settings.effects.getFirst().name();
            for (Arm arm : arms) {
                double shift = Statistics.shift(Objects.requireNonNull(results.get(arm.key())).scores(effect), plain.scores(effect)).mean();
                if (arm.key().startsWith("shuffled")) {
                    shuffled = OptionalDouble.of(shift);
                } else {
                    shifts.add(shift);
                }
            }
            compared.put(number, new Compared(shifts, shuffled));
        }
        return compared;
    }

    /** Shifts of controls. */
    record Compared(List<Double> random, OptionalDouble shuffled) {}

    private SteeringPlan control(Direction direction, double strength, Range range) {
        return new SteeringPlan(List.of(new SteeringPlan.Weighted(direction, totalWeight())), plan.operator(), strength, range.sites, false,
                plan.rule(), plan.halfLife(), plan.gate());
    }

    /** The norm of what several directions add together, as if they didn't overlap. */
    private double totalWeight() {
        return plan.directions().size() == 1
                ? plan.directions().getFirst().weight()
                : Math.sqrt(plan.directions().stream().mapToDouble(d -> d.weight() * d.weight()).sum());
    }

    /** A direction without meaning, the same at all sites, as one that the model carries along would be. */
    private Direction randomDirection(int number, Range range) {
        TreeMap<Site, float[]> vectors = new TreeMap<>();
        List<Site> sites = new ArrayList<>(range.sites);
        settings.effects.forEach(e -> {
            if (e instanceof Effect.OwnReading own) {
                sites.add(own.site());
            }
        });
        for (Site site : sites) {
            int width = site.equals(sites.getLast()) && !plan.directions().getFirst().direction().vectors().containsKey(site)
                    ? model.config().width()
                    : plan.directions().getFirst().direction().at(site).length;
            vectors.put(site, Statistics.gaussian(width, new SeededRandom(settings.seed, 7_000_000L + number)));
        }
        return new Direction("random " + (number + 1), "random", Direction.Unit.UNKNOWN, vectors, new TreeMap<>(norms), Optional.empty(),
                Map.of());
    }

    /**
     * Where controls are run: at each range the greatest strength that left the text whole, the range of the direction's best site
     * first, then those nearest to it. Nothing of the effect goes into this.
     */
    private List<Integer> chosen(List<Cell> cells) {
        int best = plan.directions().getFirst().direction().bestSite().layer();
        List<Integer> whole = new ArrayList<>();
        for (Range range : settings.ranges) {
            for (int sign : new int[]{1, -1}) {
                cells.stream().filter(c -> c.layers().equals(range.name) && c.whole() && c.strength() * sign > 0)
                        .max(Comparator.comparingDouble(c -> Math.abs(c.strength())))
                        .ifPresent(c -> whole.add(cells.indexOf(c)));
            }
        }
        whole.sort(Comparator.comparingInt((Integer c) -> cells.get(c).strength() > 0 ? 0 : 1)
                .thenComparingInt(c -> distance(cells.get(c), best)).thenComparing(Comparator.naturalOrder()));
        return whole.subList(0, Math.min(whole.size(), settings.compared)).stream().sorted().toList();
    }

    private static int distance(Cell cell, int layer) {
        return cell.absolute().keySet().stream().mapToInt(s -> Math.abs(s.layer() - layer)).min().orElse(Integer.MAX_VALUE);
    }
}

package org.latent4j.insight.steering;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.latent4j.insight.Interrupted;
import org.latent4j.insight.steering.TextReader.Read;
import org.latent4j.kernel.Matrix;
import org.latent4j.model.Continuation;
import org.latent4j.model.Generation;
import org.latent4j.model.Model;
import org.latent4j.model.PromptMode;
import org.latent4j.model.Sampling;
import org.latent4j.model.Steering;
import org.latent4j.model.Trace;
import org.latent4j.model.site.Positions;
import org.latent4j.model.site.Site;
import org.latent4j.model.site.Sites;

/**
 * Runs many ways of steering over the same prompts, all together: continuations of several ways decode in one batch, each with its
 * own steering and the same random numbers; what they wrote is read by the plain model.
 */
final class ArmRunner {
    private static final int TOGETHER = 128; // continuations that decode at once

    private final Model model;
    private final List<int[]> prompts;
    private final List<Effect> effects;
    private final Generation request;
    private final Generation.Listener listener;
    private final BooleanSupplier interrupted;
    private final TextReader reader;
    private final List<int[]> neutral;
    private final List<Choice> choices = new ArrayList<>();
    private List<NextTokens> plainNeutral = List.of();
    private List<Map<Site, float[][]>> plainStates = List.of();

    /** One way of steering; {@code direction} is what own readings are taken along, at their site. */
    @SuppressWarnings("ArrayRecordComponent") // handed on, never compared
    record Arm(String key, SteeringPlan plan, SteeringPlan.Bound bound, float[] direction, boolean control) {}

    /** A question whose answers begin with different tokens; the first is right. */
    @SuppressWarnings("ArrayRecordComponent")
    private record Choice(int[] question, int[] answers) {}

    ArmRunner(Model model, List<int[]> prompts, List<Effect> effects, int tokens, long seed, Generation.Listener listener,
            BooleanSupplier interrupted) {
        this.model = model;
        this.reader = new TextReader(model);
        this.prompts = prompts;
        this.effects = effects;
        this.listener = listener;
        this.interrupted = interrupted;
        Generation plain = Generation.greedy(tokens).with(new Sampling(0.8, 40, 1, 0, 1, seed));
        this.request = new Generation(tokens, plain.sampling(), 1, List.of(), false, Steering.NONE, false, interrupted);
        this.neutral = SweepTexts.neutral().stream().map(t -> model.tokens(t, PromptMode.RAW)).toList();
        for (SweepTexts.Question question : SweepTexts.questions()) {
            int[] firsts = question.answers().stream().mapToInt(a -> model.tokens(a, PromptMode.RAW)[0]).toArray();
            if (Arrays.stream(firsts).distinct().count() == firsts.length) {
                choices.add(new Choice(model.tokens(question.text(), PromptMode.RAW), firsts));
            }
        }
    }

    int choices() {
        return choices.size();
    }

    int together() {
        return Math.max(1, TOGETHER / prompts.size());
    }

    /** Runs some ways, {@link #together} of them at once; {@code each} hears of every one as soon as it is done. */
    List<ArmResult> run(List<Arm> arms, Consumer<ArmResult> each) {
        List<int[]> all = new ArrayList<>();
        List<Steering> steerings = new ArrayList<>();
        int[] streams = new int[arms.size() * prompts.size()];
        for (Arm arm : arms) {
            for (int p = 0; p < prompts.size(); p++) {
                streams[all.size()] = p;
                all.add(prompts.get(p));
                steerings.add(arm.bound().steering());
            }
        }
        boolean writes = arms.stream().anyMatch(a -> measured(a).stream().anyMatch(e -> !(e instanceof Effect.OfTokens)) || !a.control());
        List<Continuation> said = writes
                ? model.generate(all, request, steerings, streams, listener).stream().map(List::getFirst).toList()
                : List.of();
        stopIfAsked();
        List<Read> read = read(arms, said);
        List<ArmResult> results = new ArrayList<>();
        for (int a = 0; a < arms.size(); a++) {
            stopIfAsked();
            int from = writes ? a * prompts.size() : 0;
            int to = writes ? from + prompts.size() : 0;
            results.add(result(arms.get(a), said.subList(from, to), read.subList(from, to)));
            each.accept(results.getLast());
        }
        return results;
    }

    private void stopIfAsked() {
        if (interrupted.getAsBoolean()) {
            throw new Interrupted();
        }
    }

    /** Verdicts hold the first effect alone against controls. */
    private List<Effect> measured(Arm arm) {
        return arm.control() ? effects.subList(0, 1) : effects;
    }

    /** What the plain model sees in what was written, those of controls and others apart, for controls ask for less. */
    private List<Read> read(List<Arm> arms, List<Continuation> said) {
        List<Read> read = new ArrayList<>();
        for (int from = 0, to; from < arms.size() && !said.isEmpty(); from = to) {
            boolean control = arms.get(from).control();
            for (to = from + 1; to < arms.size() && arms.get(to).control() == control;) {
                to++;
            }
            TreeSet<Site> sites = new TreeSet<>();
            measured(arms.get(from)).forEach(effect -> {
                if (effect instanceof Effect.OfProbe probe) {
                    sites.add(probe.site());
                } else if (effect instanceof Effect.OwnReading own) {
                    sites.add(own.site());
                }
            });
            read.addAll(reader.read(said.subList(from * prompts.size(), to * prompts.size()), sites, !control, this::stopIfAsked));
        }
        return read;
    }

    private ArmResult result(Arm arm, List<Continuation> said, List<Read> read) {
        List<Map<Site, float[][]>> states = read.stream().map(Read::states).toList();
        if (arm.bound().steering().isEmpty()) {
            plainStates = states;
        }
        Map<String, double[]> scores = new LinkedHashMap<>();
        for (Effect effect : measured(arm)) {
            scores.put(effect.name(), switch (effect) {
                case Effect.OfTokens tokens -> tokenScores(tokens, arm.bound().steering());
                case Effect.OfWords words -> said.stream().mapToDouble(c -> WrittenText.share(c.text(), words.words())).toArray();
                case Effect.OfProbe probe -> states.stream().mapToDouble(s -> logOdds(probe, s)).toArray();
                case Effect.OwnReading own -> ownReadings(own.site(), states, arm.direction());
            });
        }
        boolean confirmed = said.stream().allMatch(c -> Confirmed.of(arm.plan(), arm.bound(), c.steering()).stream()
                .allMatch(one -> one.holds() || one.report().positions() == 0));
        List<String> texts = arm.control() ? List.of() : said.stream().map(Continuation::text).toList();
        return new ArmResult(arm.key(), scores, texts, arm.control() ? Optional.empty() : Optional.of(side(arm, said, read)), confirmed);
    }

    private static double logOdds(Effect.OfProbe effect, Map<Site, float[][]> states) {
        float[][] pooled = states.getOrDefault(effect.site(), new float[2][0]);
        float[] state = pooled[effect.mean() ? 0 : 1];
        double p = effect.probe().predict(Matrix.of(1, state.length, state)).at(0, effect.label());
        double bounded = Math.clamp(p, 1e-6, 1 - 1e-6);
        return effect.probe().classes().isEmpty() ? p : Math.log(bounded / (1 - bounded));
    }

    private static double along(Site site, Map<Site, float[][]> states, float[] direction) {
        return SteeringPlan.dot(states.getOrDefault(site, new float[1][direction.length])[0], direction);
    }

    /** Projections on an arm's own direction, from the mean of plain texts, in their deviations. */
    private double[] ownReadings(Site site, List<Map<Site, float[][]>> states, float[] direction) {
        double[] plain = plainStates.stream().mapToDouble(s -> along(site, s, direction)).toArray();
        double mean = Arrays.stream(plain).average().orElse(0);
        double deviation = Math.sqrt(Arrays.stream(plain).map(x -> (x - mean) * (x - mean)).sum() / Math.max(1, plain.length - 1));
        return states.stream().mapToDouble(s -> (along(site, s, direction) - mean) / Math.max(deviation, 1e-12)).toArray();
    }

    private double[] tokenScores(Effect.OfTokens effect, Steering steering) {
        List<Trace> traces = model.traces(prompts, Sites.of("logits"), Positions.LAST, steering).traces();
        return traces.stream().mapToDouble(t -> {
            NextTokens next = NextTokens.of(model, t.get("logits"));
            return logSum(next, effect.wanted()) - (effect.others().isEmpty() ? 0 : logSum(next, effect.others()));
        }).toArray();
    }

    private static double logSum(NextTokens next, List<Integer> tokens) {
        return Math.log(tokens.stream().mapToDouble(t -> Math.exp(next.log(0, t))).sum());
    }

    private ArmResult.Side side(Arm arm, List<Continuation> said, List<Read> read) {
        List<NextTokens> steered = neutral(arm.bound().steering());
        if (plainNeutral.isEmpty()) {
            plainNeutral = arm.bound().steering().isEmpty() ? steered : neutral(Steering.NONE);
        }
        double surprise = 0;
        double divergence = 0;
        long tokens = 0;
        for (int t = 0; t < neutral.size(); t++) {
            for (int p = 1; p < neutral.get(t).length; p++) {
                surprise -= steered.get(t).log(p - 1, neutral.get(t)[p]);
                divergence += plainNeutral.get(t).divergence(steered.get(t), p - 1);
                tokens++;
            }
        }
        return new ArmResult.Side(
                perplexity(read), Math.exp(surprise / tokens), divergence / tokens,
                said.stream().mapToDouble(c -> WrittenText.repetition(c.text())).average().orElse(0),
                said.stream().mapToDouble(c -> WrittenText.distinct(c.text())).average().orElse(0),
                said.stream().mapToInt(c -> c.ids().length).average().orElse(0),
                accuracy(arm.bound().steering()));
    }

    private static double perplexity(List<Read> read) {
        int written = read.stream().mapToInt(Read::tokens).sum();
        return written == 0 ? Double.NaN : Math.exp(read.stream().mapToDouble(Read::surprise).sum() / written);
    }

    private List<NextTokens> neutral(Steering steering) {
        return model.traces(neutral, Sites.of("logits"), Positions.ALL, steering).traces().stream()
                .map(t -> NextTokens.of(model, t.get("logits"))).collect(Collectors.toList());
    }

    private double accuracy(Steering steering) {
        if (choices.isEmpty()) {
            return Double.NaN;
        }
        List<Trace> traces = model.traces(choices.stream().map(Choice::question).toList(), Sites.of("logits"), Positions.LAST, steering)
                .traces();
        int right = 0;
        for (int q = 0; q < choices.size(); q++) {
            float[] logits = traces.get(q).get("logits").data();
            int[] answers = choices.get(q).answers();
            boolean best = Float.isFinite(logits[answers[0]]);
            for (int a = 1; best && a < answers.length; a++) {
                best = logits[answers[0]] > logits[answers[a]];
            }
            right += best ? 1 : 0;
        }
        return right / (double) choices.size();
    }
}

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
import org.latent4j.insight.steering.Sweep.Interrupted;
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
    private static final int LOGITS = 1 << 24; // values of logits kept at once

    private final Model model;
    private final List<int[]> prompts;
    private final List<Effect> effects;
    private final Generation request;
    private final Generation.Listener listener;
    private final BooleanSupplier interrupted;
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
        boolean writes = effects.stream().anyMatch(e -> !(e instanceof Effect.OfTokens)) || arms.stream().anyMatch(a -> !a.control());
        List<Continuation> said = writes
                ? model.generate(all, request, steerings, streams, listener).stream().map(List::getFirst).toList()
                : List.of();
        List<ArmResult> results = new ArrayList<>();
        for (int a = 0; a < arms.size(); a++) {
            stopIfAsked();
            int from = a * prompts.size();
            results.add(result(arms.get(a), writes ? said.subList(from, from + prompts.size()) : List.of()));
            each.accept(results.getLast());
        }
        return results;
    }

    private void stopIfAsked() {
        if (interrupted.getAsBoolean()) {
            throw new Interrupted();
        }
    }

    private ArmResult result(Arm arm, List<Continuation> said) {
        Read read = said.isEmpty() ? new Read(List.of(), Double.NaN) : read(said, !arm.control());
        if (arm.bound().steering().isEmpty()) {
            plainStates = read.states;
        }
        Map<String, double[]> scores = new LinkedHashMap<>();
        for (Effect effect : effects) {
            scores.put(effect.name(), switch (effect) {
                case Effect.OfTokens tokens -> tokenScores(tokens, arm.bound().steering());
                case Effect.OfWords words -> said.stream().mapToDouble(c -> WrittenText.share(c.text(), words.words())).toArray();
                case Effect.OfProbe probe -> read.states.stream().mapToDouble(s -> logOdds(probe, s)).toArray();
                case Effect.OwnReading own -> ownReadings(own.site(), read.states, arm.direction());
            });
        }
        boolean confirmed = said.stream().allMatch(c -> Confirmed.of(arm.plan(), arm.bound(), c.steering()).stream()
                .allMatch(one -> one.holds() || one.report().positions() == 0));
        List<String> texts = arm.control() ? List.of() : said.stream().map(Continuation::text).toList();
        return new ArmResult(arm.key(), scores, texts, arm.control() ? Optional.empty() : Optional.of(side(arm, said, read)), confirmed);
    }

    /** What the plain model sees in what was written: by text the states that effects ask for, and how surprised it is on the whole. */
    private record Read(List<Map<Site, float[][]>> states, double perplexity) {}

    private Read read(List<Continuation> said, boolean perplexity) {
        TreeSet<Site> sites = new TreeSet<>();
        effects.forEach(e -> {
            if (e instanceof Effect.OfProbe probe) {
                sites.add(probe.site());
            } else if (e instanceof Effect.OwnReading own) {
                sites.add(own.site());
            }
        });
        if (perplexity) {
            sites.add(Site.of(Site.Kind.LOGITS));
        }
        List<Map<Site, float[][]>> states = new ArrayList<>();
        double surprise = 0;
        long tokens = 0;
        if (sites.isEmpty()) {
            return new Read(states, Double.NaN);
        }
        Sites wanted = Sites.of(sites.stream().map(Site::toString).toArray(String[]::new));
        int most = perplexity ? Math.max(32, LOGITS / model.config().vocabulary()) : 1024;
        for (int from = 0, to; from < said.size(); from = to) {
            List<int[]> batch = new ArrayList<>();
            int rows = 0;
            for (to = from; to < said.size() && (to == from || rows + length(said.get(to)) <= most); to++) {
                batch.add(whole(said.get(to)));
                rows += length(said.get(to));
            }
            List<Trace> traces = model.traces(batch, wanted, Positions.ALL);
            for (int i = 0; i < traces.size(); i++) {
                int prompt = said.get(from + i).promptIds().length;
                if (perplexity) {
                    NextTokens next = NextTokens.of(model, traces.get(i).get(Site.of(Site.Kind.LOGITS)));
                    for (int p = prompt; p < batch.get(i).length; p++) {
                        surprise -= next.log(p - 1, batch.get(i)[p]);
                        tokens++;
                    }
                }
                states.add(pooled(traces.get(i), sites, prompt));
            }
        }
        return new Read(states, tokens == 0 ? Double.NaN : Math.exp(surprise / tokens));
    }

    private static int length(Continuation one) {
        return one.promptIds().length + one.ids().length;
    }

    private static int[] whole(Continuation one) {
        int[] whole = Arrays.copyOf(one.promptIds(), length(one));
        System.arraycopy(one.ids(), 0, whole, one.promptIds().length, one.ids().length);
        return whole;
    }

    /** By site the mean of the states of what was written, and the last; of the prompt's last where nothing was. */
    private static Map<Site, float[][]> pooled(Trace trace, Iterable<Site> sites, int prompt) {
        Map<Site, float[][]> pooled = new LinkedHashMap<>();
        for (Site site : sites) {
            if (site.kind() != Site.Kind.LOGITS) {
                Matrix states = trace.get(site);
                int from = Math.min(prompt, states.rows() - 1);
                pooled.put(site, new float[][]{mean(states, from), states.row(states.rows() - 1)});
            }
        }
        return pooled;
    }

    static float[] mean(Matrix states, int from) {
        double[] sum = new double[states.columns()];
        for (int r = from; r < states.rows(); r++) {
            for (int c = 0; c < sum.length; c++) {
                sum[c] += states.data()[r * sum.length + c];
            }
        }
        float[] mean = new float[sum.length];
        for (int c = 0; c < mean.length; c++) {
            mean[c] = (float) (sum[c] / (states.rows() - from));
        }
        return mean;
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

    private ArmResult.Side side(Arm arm, List<Continuation> said, Read read) {
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
                read.perplexity, Math.exp(surprise / tokens), divergence / tokens,
                said.stream().mapToDouble(c -> WrittenText.repetition(c.text())).average().orElse(0),
                said.stream().mapToDouble(c -> WrittenText.distinct(c.text())).average().orElse(0),
                said.stream().mapToInt(c -> c.ids().length).average().orElse(0),
                accuracy(arm.bound().steering()));
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

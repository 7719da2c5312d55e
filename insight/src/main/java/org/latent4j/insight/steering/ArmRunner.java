package org.latent4j.insight.steering;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.latent4j.insight.Interrupted;
import org.latent4j.insight.steering.TextReader.Read;
import org.latent4j.insight.steering.TextReader.Written;
import org.latent4j.kernel.Matrix;
import org.latent4j.kernel.Precision;
import org.latent4j.model.Continuation;
import org.latent4j.model.Generation;
import org.latent4j.model.Model;
import org.latent4j.model.PromptMode;
import org.latent4j.model.Sampling;
import org.latent4j.model.Steering;
import org.latent4j.model.SteeringReport;
import org.latent4j.model.site.Positions;
import org.latent4j.model.site.Site;
import org.latent4j.model.tokenizer.TextStream;

/**
 * Runs many ways of steering over the same prompts, all together: continuations of several ways decode in one batch, each with its
 * own steering and the same random numbers; what they wrote is read by the plain model.
 */
final class ArmRunner {
    private static final int TOGETHER = 128; // continuations that decode at once
    /** Prompts that begin alike for so long run that once; none of their states are kept then, for they belong to all. */
    private static final int SHARED = 8;

    private final Model model;
    private final List<int[]> prompts;
    private final List<Effect> effects;
    private final Sampling sampling;
    private final int tokens;
    private final Generation.Listener listener;
    private final BooleanSupplier interrupted;
    private final TextReader reader;
    private final FixedTexts begun;
    private final FixedTexts neutral;
    private final FixedTexts questions;
    private final List<int[]> answers = new ArrayList<>(); // of each question, whose first tokens differ; the first is right
    private final boolean keeps;
    private List<NextTokens> plainNeutral = List.of();
    private List<Map<Site, float[][]>> plainStates = List.of();

    /** One way of steering; {@code direction} is what own readings are taken along, at their site. */
    @SuppressWarnings("ArrayRecordComponent") // handed on, never compared
    record Arm(String key, SteeringPlan plan, SteeringPlan.Bound bound, float[] direction, boolean control) {}

    ArmRunner(Model model, List<int[]> prompts, List<Effect> effects, int tokens, long seed, Generation.Listener listener,
            BooleanSupplier interrupted) {
        UpperModel upper = new UpperModel(model);
        this.model = model;
        this.reader = new TextReader(upper);
        this.prompts = prompts;
        this.effects = effects;
        this.tokens = tokens;
        this.listener = listener;
        this.interrupted = interrupted;
        this.sampling = new Sampling(0.8, 40, 1, 0, 1, seed);
        this.begun = new FixedTexts(upper, prompts);
        this.neutral = new FixedTexts(upper, SweepTexts.neutral().stream().map(t -> model.tokens(t, PromptMode.RAW)).toList());
        List<int[]> asked = new ArrayList<>();
        for (SweepTexts.Question question : SweepTexts.questions()) {
            int[] firsts = question.answers().stream().mapToInt(a -> model.tokens(a, PromptMode.RAW)[0]).toArray();
            if (Arrays.stream(firsts).distinct().count() == firsts.length) {
                asked.add(model.tokens(question.text(), PromptMode.RAW));
                answers.add(firsts);
            }
        }
        this.questions = new FixedTexts(upper, asked);
        this.keeps = keepsStates();
    }

    /** Whether states that are kept while a text is written are those of the whole text: not where keys are turned by its length. */
    private boolean keepsStates() {
        int longest = prompts.stream().mapToInt(p -> p.length).max().orElse(0) + tokens + 1;
        int[] first = prompts.getFirst();
        boolean alike = prompts.size() > 1 && prompts.stream().allMatch(p -> {
            int mismatch = Arrays.mismatch(first, p);
            return mismatch < 0 || mismatch >= SHARED;
        });
        return !alike && model.config().turnsAlike(1, longest);
    }

    int choices() {
        return answers.size();
    }

    int together() {
        return Math.max(1, TOGETHER / prompts.size());
    }

    /** Runs some ways, {@link #together} of them at once; {@code each} hears of every one as soon as it is done. */
    List<ArmResult> run(List<Arm> arms, Consumer<ArmResult> each) {
        boolean writes = arms.stream().anyMatch(a -> measured(a).stream().anyMatch(e -> !(e instanceof Effect.OfTokens)) || !a.control());
        List<Written> written = writes ? write(arms) : List.of();
        stopIfAsked();
        List<Read> read = read(arms, written);
        List<ArmResult> results = new ArrayList<>();
        for (int a = 0; a < arms.size(); a++) {
            stopIfAsked();
            int from = writes ? a * prompts.size() : 0;
            int to = writes ? from + prompts.size() : 0;
            List<Continuation> said = written.subList(from, to).stream().map(Written::said).toList();
            results.add(result(arms.get(a), said, read.subList(from, to)));
            each.accept(results.getLast());
        }
        return results;
    }

    /** What each way writes, prompt by prompt; what it doesn't change of the states is kept. */
    private List<Written> write(List<Arm> arms) {
        List<int[]> all = new ArrayList<>();
        List<Steering> steerings = new ArrayList<>();
        List<Optional<Watched>> watched = new ArrayList<>();
        int[] streams = new int[arms.size() * prompts.size()];
        for (Arm arm : arms) {
            for (int p = 0; p < prompts.size(); p++) {
                streams[all.size()] = p;
                all.add(prompts.get(p));
                watched.add(watched(arm));
                steerings.add(watched.getLast().map(w -> arm.bound().steering().then(w.steering())).orElse(arm.bound().steering()));
            }
        }
        boolean keeping = watched.stream().anyMatch(Optional::isPresent);
        // One token more than is wanted, so that the last one's state is there.
        Generation request = new Generation(tokens + (keeping ? 1 : 0), sampling, 1, List.of(), false, Steering.NONE, false, Precision.F32,
                interrupted);
        List<List<Continuation>> said = model.generate(all, request, steerings, streams, listener);
        List<Written> written = new ArrayList<>();
        for (int i = 0; i < all.size(); i++) {
            int block = arms.get(i / prompts.size()).bound().block();
            written.add(new Written(cut(said.get(i).getFirst()), block, watched.get(i)));
        }
        return written;
    }

    private Optional<Watched> watched(Arm arm) {
        int block = arm.bound().block();
        if (!keeps || block == 0) {
            return Optional.empty();
        }
        Set<Site> sites = new TreeSet<>(read(arm));
        sites.removeIf(s -> !UpperModel.isBelow(s, block));
        sites.add(UpperModel.entrance(block));
        return Optional.of(new Watched(sites));
    }

    /** The same with as many tokens as are wanted at most. */
    private Continuation cut(Continuation said) {
        if (said.ids().length <= tokens) {
            return said;
        }
        int[] ids = Arrays.copyOf(said.ids(), tokens);
        StringBuilder text = new StringBuilder();
        TextStream stream = model.tokenizer().stream();
        for (int id : ids) {
            text.append(stream.add(id));
        }
        return new Continuation(said.promptIds(), ids, text.append(stream.finish()).toString(), "max-tokens", said.steering());
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

    /** The sites that an arm's effects are read at. */
    private TreeSet<Site> read(Arm arm) {
        TreeSet<Site> sites = new TreeSet<>();
        measured(arm).forEach(effect -> {
            if (effect instanceof Effect.OfProbe probe) {
                sites.add(probe.site());
            } else if (effect instanceof Effect.OwnReading own) {
                sites.add(own.site());
            }
        });
        return sites;
    }

    /** What the plain model sees in what was written, those of controls and others apart, for controls ask for less. */
    private List<Read> read(List<Arm> arms, List<Written> written) {
        List<Read> read = new ArrayList<>();
        for (int from = 0, to; from < arms.size() && !written.isEmpty(); from = to) {
            boolean control = arms.get(from).control();
            for (to = from + 1; to < arms.size() && arms.get(to).control() == control;) {
                to++;
            }
            List<Written> own = written.subList(from * prompts.size(), to * prompts.size());
            read.addAll(reader.read(own, read(arms.get(from)), !control, this::stopIfAsked));
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
                case Effect.OfTokens tokens -> tokenScores(tokens, arm.bound());
                case Effect.OfWords words -> said.stream().mapToDouble(c -> WrittenText.share(c.text(), words.words())).toArray();
                case Effect.OfProbe probe -> states.stream().mapToDouble(s -> logOdds(probe, s)).toArray();
                case Effect.OwnReading own -> ownReadings(own.site(), states, arm.direction());
            });
        }
        boolean confirmed = said.stream().allMatch(c -> Confirmed.of(arm.plan(), arm.bound(), edits(arm, c)).stream()
                .allMatch(one -> one.holds() || one.report().positions() == 0));
        List<String> texts = arm.control() ? List.of() : said.stream().map(Continuation::text).toList();
        return new ArmResult(arm.key(), scores, texts, arm.control() ? Optional.empty() : Optional.of(side(arm, said, read)), confirmed);
    }

    /** What an arm's own steps did, without what kept states. */
    private static List<SteeringReport> edits(Arm arm, Continuation said) {
        return said.steering().stream().filter(r -> r.step() < arm.bound().steps().size()).toList();
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

    private double[] tokenScores(Effect.OfTokens effect, SteeringPlan.Bound bound) {
        return begun.logits(bound, Positions.LAST).stream().mapToDouble(logits -> {
            NextTokens next = NextTokens.of(model, logits);
            return logSum(next, effect.wanted()) - (effect.others().isEmpty() ? 0 : logSum(next, effect.others()));
        }).toArray();
    }

    private static double logSum(NextTokens next, List<Integer> tokens) {
        return Math.log(tokens.stream().mapToDouble(t -> Math.exp(next.log(0, t))).sum());
    }

    private ArmResult.Side side(Arm arm, List<Continuation> said, List<Read> read) {
        List<NextTokens> steered = neutral(arm.bound());
        if (plainNeutral.isEmpty()) {
            plainNeutral = arm.bound().steering().isEmpty() ? steered : neutral(SteeringPlan.Bound.NONE);
        }
        List<int[]> ids = neutral.ids();
        double surprise = 0;
        double divergence = 0;
        long count = 0;
        for (int t = 0; t < ids.size(); t++) {
            for (int p = 1; p < ids.get(t).length; p++) {
                surprise -= steered.get(t).log(p - 1, ids.get(t)[p]);
                divergence += plainNeutral.get(t).divergence(steered.get(t), p - 1);
                count++;
            }
        }
        return new ArmResult.Side(
                perplexity(read), Math.exp(surprise / count), divergence / count,
                said.stream().mapToDouble(c -> WrittenText.repetition(c.text())).average().orElse(0),
                said.stream().mapToDouble(c -> WrittenText.distinct(c.text())).average().orElse(0),
                said.stream().mapToInt(c -> c.ids().length).average().orElse(0),
                accuracy(arm.bound()));
    }

    private static double perplexity(List<Read> read) {
        int written = read.stream().mapToInt(Read::tokens).sum();
        return written == 0 ? Double.NaN : Math.exp(read.stream().mapToDouble(Read::surprise).sum() / written);
    }

    private List<NextTokens> neutral(SteeringPlan.Bound bound) {
        return neutral.logits(bound, Positions.ALL).stream().map(logits -> NextTokens.of(model, logits)).toList();
    }

    private double accuracy(SteeringPlan.Bound bound) {
        if (answers.isEmpty()) {
            return Double.NaN;
        }
        List<Matrix> said = questions.logits(bound, Positions.LAST);
        int right = 0;
        for (int q = 0; q < said.size(); q++) {
            float[] logits = said.get(q).data();
            int[] own = answers.get(q);
            boolean best = Float.isFinite(logits[own[0]]);
            for (int a = 1; best && a < own.length; a++) {
                best = logits[own[0]] > logits[own[a]];
            }
            right += best ? 1 : 0;
        }
        return right / (double) said.size();
    }
}

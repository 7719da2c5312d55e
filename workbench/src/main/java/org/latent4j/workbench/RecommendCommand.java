package org.latent4j.workbench;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.WorkerPool;
import org.latent4j.space.Space;
import org.latent4j.space.Spellings;
import org.latent4j.space.arithmetic.Similarities;
import org.latent4j.space.arithmetic.Similarities.Ranked;
import org.latent4j.space.ranking.MeanInterval;
import org.latent4j.space.recommend.HeldOut;
import org.latent4j.space.recommend.ImplicitFactors;
import org.latent4j.space.recommend.Interactions;
import org.latent4j.space.recommend.Likes;
import org.latent4j.store.SpaceWriter;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code latent recommend}: what goes with what one likes. */
@Command(name = "recommend", header = "Recommend points: like some and unlike others, or learnt from who had to do with what.", description = {
    "",
    "In a space: the points nearest to the mean of the liked ones (of unit length) less half the mean of the unliked ones (Rocchio 1971).",
    "From a table of users and items: both become points by implicit matrix factorisation (alternating least squares, Hu, Koren and "
            + "Volinsky 2008). A user is recommended the items of the highest products, those that he knows left out; an item's kin are the "
            + "items nearest to it. --out keeps the points as a .space: items by their names, users as user:NAME, with a field kind.",
    ""
}, footer = {
    "",
    "  latent recommend packages.space --like gnuplot,octave --unlike texlive-base",
    "  latent recommend --interactions installs.csv --user alice --out shop.space",
    "  latent recommend shop.space --item gnuplot",
    "  latent recommend --interactions installs.csv --evaluate"
})
final class RecommendCommand implements Callable<Integer> {
    @Spec
    private @Nullable CommandSpec spec;

    @Mixin
    private SpaceArgument argument = new SpaceArgument();

    @Parameters(paramLabel = "SPACE", arity = "0..1", description = "A .space folder or a file of vectors.")
    private @Nullable String path;

    @Option(names = "--like", paramLabel = "A,B", split = ",", description = "Points to be like; texts will do where an encoder made the space.")
    private List<String> like = new ArrayList<>();

    @Option(names = "--unlike", paramLabel = "C,D", split = ",", description = "Points to be unlike.")
    private List<String> unlike = new ArrayList<>();

    @Option(names = "--interactions", paramLabel = "FILE", description = "A .csv, .tsv or .jsonl with user and item, and weight if there is one: how often, how much.")
    private @Nullable Path interactions;

    @Option(names = "--user", paramLabel = "U", description = "Whom to recommend something.")
    private @Nullable String user;

    @Option(names = "--item", paramLabel = "I", description = "The item whose kin are wanted.")
    private @Nullable String item;

    @Option(names = "--evaluate", description = "Hide a fifth of what each user knows and tell how much of it is found, beside the most popular items.")
    private boolean evaluate;

    @Option(names = {"-o", "--out"}, paramLabel = "NAME.space", description = "Keep users and items as points.")
    private @Nullable Path out;

    @Option(names = "--factors", paramLabel = "N", defaultValue = "64", description = "How wide the points are (default: ${DEFAULT-VALUE}).")
    private int factors = 64;

    @Option(names = "--rounds", paramLabel = "N", defaultValue = "15", description = "How often both sides are solved (default: ${DEFAULT-VALUE}).")
    private int rounds = 15;

    @Option(names = "--regularisation", paramLabel = "X", defaultValue = "10", description = "Lambda: the more, the shorter the vectors, and the less is learnt by heart (default: ${DEFAULT-VALUE}).")
    private double regularisation = 10;

    @Option(names = "--confidence", paramLabel = "X", defaultValue = "40", description = "Alpha: how much surer a weight of 1 makes (default: ${DEFAULT-VALUE}).")
    private double confidence = 40;

    @Option(names = "-k", paramLabel = "K", defaultValue = "10", description = "How many (default: ${DEFAULT-VALUE}).")
    private int k = 10;

    @Mixin
    private CommonSpaceOptions common = new CommonSpaceOptions();

    @Override
    public Integer call() {
        if (k < 1) {
            throw new LatentException("-k %d: at least 1 recommendation is needed".formatted(k));
        }
        int asked = (like.isEmpty() && unlike.isEmpty() ? 0 : 1) + (user == null ? 0 : 1) + (item == null ? 0 : 1) + (evaluate ? 1 : 0);
        if (asked > 1 || asked == 0 && out == null) {
            throw new LatentException(
                    "what is to be recommended? give --like, --user or --item, or --evaluate with --interactions: one of them");
        }
        if (interactions == null && (evaluate || out != null)) {
            throw new LatentException("--evaluate and --out go with --interactions FILE");
        }
        try (WorkerPool pool = common.pool()) {
            if (interactions == null) {
                tell(SpaceArgument.required(argument, path), pool, Set.of());
            } else {
                learn(InteractionSpace.read(interactions), pool);
            }
        }
        return 0;
    }

    private void learn(Interactions known, WorkerPool pool) {
        if (path != null || argument.isNamed()) {
            throw new LatentException("give a space or --interactions, not both");
        }
        var settings = new ImplicitFactors.Settings(factors, rounds, regularisation, confidence, common.seed());
        if (evaluate) {
            tell(HeldOut.of(known, settings, k, pool, common.progress()), known);
        }
        if (evaluate && out == null) {
            return;
        }
        ImplicitFactors found = ImplicitFactors.of(known, settings, pool, common.progress());
        Space space = InteractionSpace.of(known, found, Objects.requireNonNull(interactions).toString());
        if (out != null) {
            Replaced.told(List.of(out)).ifPresent(this::note);
            SpaceWriter.write(space, out, SpaceWriter.Type.F32);
            note("%s: %s users and %s items as points of %d dimensions".formatted(out, Amounts.count(known.users().size()),
                    Amounts.count(known.items().size()), factors));
        }
        if (user != null || item != null || !like.isEmpty()) {
            tell(space, pool, user == null ? Set.of() : InteractionSpace.known(known, user, space));
        }
    }

    /** @param leftOut items that the user knows */
    private void tell(Space space, WorkerPool pool, Set<Integer> leftOut) {
        Set<Integer> out = new HashSet<>(leftOut);
        List<Ranked> ranked;
        if (user != null) {
            int point = space.require(InteractionSpace.USER + user);
            out.addAll(InteractionSpace.users(space));
            ranked = Similarities.highest(InteractionSpace.products(space, point), k, out);
            if (leftOut.isEmpty()) {
                note("which items %s knows isn't in the space, so they aren't left out; --interactions FILE does that".formatted(user));
            }
        } else {
            ranked = Similarities.highest(Similarities.cosines(space.vectors(), likes(space, out), pool), k, out);
        }
        if (common.json()) {
            SpaceJson.print(out(), json -> {
                json.writeStartObject();
                SpaceJson.ranked(json, "recommended", space, ranked);
                json.writeEndObject();
            });
        } else {
            SpaceTable.ranked(out(), space, ranked);
            out().flush();
        }
    }

    /** What is liked less what isn't: points, or where an encoder made the space texts; the points join those that are left out. */
    private double[] likes(Space space, Set<Integer> out) {
        out.addAll(InteractionSpace.users(space));
        List<String> liked = item != null ? List.of(space.name(space.require(item))) : like.stream().map(String::strip).toList();
        List<String> all = new ArrayList<>(liked);
        unlike.stream().map(String::strip).forEach(all::add);
        SpaceQueries found = SpaceQueries.of(space, all);
        for (int i = 0; i < all.size(); i++) {
            if (found.points().get(i).isPresent()) {
                out.add(found.points().get(i).getAsInt());
            } else {
                note("'%s' is no point's name and is taken as a text%s".formatted(
                        PlainLine.of(all.get(i)), Spellings.suggestion(all.get(i), space.names())));
            }
        }
        return Likes.of(found.vectors(), numbers(0, liked.size()), numbers(liked.size(), all.size()));
    }

    private static List<Integer> numbers(int from, int to) {
        return IntStream.range(from, to).boxed().toList();
    }

    private void tell(HeldOut held, Interactions known) {
        if (common.json()) {
            SpaceJson.print(out(), json -> {
                json.writeStartObject();
                json.writeNumberField("users", held.users());
                json.writeNumberField("hidden", held.hidden());
                json.writeNumberField("k", held.k());
                SpaceJson.interval(json, "recall", held.recall());
                SpaceJson.interval(json, "popularity", held.popularity());
                SpaceJson.interval(json, "difference", held.difference());
                json.writeEndObject();
            });
            return;
        }
        out().println("%s of %s interactions of %s users were hidden; recall@%d of them (95 %% interval):".formatted(
                Amounts.count(held.hidden()), Amounts.count(known.count()), Amounts.count(held.users()), held.k()));
        line("these factors", held.recall());
        line("most popular", held.popularity());
        line("difference", held.difference());
        out().flush();
    }

    private void line(String name, MeanInterval interval) {
        out().println(String.format(Locale.ROOT, "  %-14s %6.4f  (%.4f to %.4f)", name, interval.mean(), interval.low(), interval.high()));
    }

    private PrintWriter out() {
        return Objects.requireNonNull(spec).commandLine().getOut();
    }

    private void note(String line) {
        PrintWriter err = Objects.requireNonNull(spec).commandLine().getErr();
        err.println("latent: " + line);
        err.flush();
    }
}

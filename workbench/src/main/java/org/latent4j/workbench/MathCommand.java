package org.latent4j.workbench;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.WorkerPool;
import org.latent4j.space.Space;
import org.latent4j.space.arithmetic.Analogies;
import org.latent4j.space.arithmetic.Expression;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code latent math}: sums of words, and tests of analogies. */
@Command(name = "math", header = "Calculate with words: king - man + woman.", description = {
    "",
    "Shows the points nearest to a sum of points, those of the sum left out, and beside them what would have come first otherwise.",
    ""
}, footer = {
    "",
    "  latent math \"king - man + woman\"",
    "  latent math glove-50d \"France - Paris + Berlin\" -k 3",
    "  latent math --analogies questions-words.txt"
})
final class MathCommand implements Callable<Integer> {
    private static final int SHOWN_UNFILTERED = 3;

    @Spec
    private @Nullable CommandSpec spec;

    @Mixin
    private SpaceArgument argument = new SpaceArgument();

    @Parameters(paramLabel = "[SPACE] EXPR", arity = "0..*", description = "The space, unless -s names it (default: glove), and names with plus and minus between them, spaces around the signs.")
    private List<String> arguments = new ArrayList<>();

    @Option(names = "-k", paramLabel = "K", defaultValue = "10", description = "How many results (default: ${DEFAULT-VALUE}).")
    private int k = 10;

    @Option(names = "--analogies", paramLabel = "FILE", description = "Score a test: ': GROUP' begins a group, other lines are four words, a is to b as c is to d.")
    private @Nullable Path analogies;

    @Option(names = "--method", paramLabel = "M", defaultValue = "add", description = "add (3CosAdd) or mul (3CosMul) (default: ${DEFAULT-VALUE}).")
    private String method = "add";

    @Option(names = "--most-frequent", paramLabel = "N", description = "Look among the first N points only; word vectors come by how frequent they are.")
    private @Nullable Integer mostFrequent;

    @Mixin
    private CommonSpaceOptions common = new CommonSpaceOptions();

    @Override
    public Integer call() {
        if (k < 1) {
            throw new LatentException("-k %d: at least 1 result is needed".formatted(k));
        }
        if (mostFrequent != null && mostFrequent < 1) {
            throw new LatentException("--most-frequent %d: at least 1 point is needed".formatted(mostFrequent));
        }
        boolean first = argument.isFirst(arguments, analogies != null) && !isBeforeASign(arguments);
        List<String> expression = first ? arguments.subList(1, arguments.size()) : arguments;
        if (expression.isEmpty() == (analogies == null)) {
            throw new LatentException("give an expression like \"king - man + woman\", or --analogies FILE");
        }
        Expression.Method how = how();
        Analogies test = analogies == null ? new Analogies(List.of()) : analogies(analogies);
        Space space = first ? argument.named(arguments.getFirst()) : argument.open(SpaceArgument.DEFAULT);
        int among = mostFrequent == null ? space.size() : Math.min(mostFrequent, space.size());
        try (WorkerPool pool = common.pool()) {
            if (analogies != null) {
                score(test.ask(space, how, among, pool, common.progress()), space);
            } else {
                String text = String.join(" ", expression);
                Expression parsed = Expression.parse(text, space);
                answer(text, parsed, parsed.solve(space, k, how, among, pool), space);
            }
        }
        return 0;
    }

    /** {@code glove - hand + foot}: a word of the sum, though a space is called so as well. */
    private static boolean isBeforeASign(List<String> arguments) {
        return arguments.size() > 1 && (arguments.get(1).equals("+") || arguments.get(1).equals("-"));
    }

    private static Analogies analogies(Path file) {
        Analogies test = Analogies.parse(SpaceQueries.lines(file));
        if (test.groups().stream().allMatch(group -> group.questions().isEmpty())) {
            throw new LatentException("%s has no questions; write four words a line: Athens Greece Berlin Germany".formatted(file));
        }
        return test;
    }

    private Expression.Method how() {
        return switch (method.toLowerCase(Locale.ROOT)) {
            case "add", "3cosadd" -> Expression.Method.ADD;
            case "mul", "3cosmul" -> Expression.Method.MUL;
            default -> throw new LatentException("--method %s: add (3CosAdd) or mul (3CosMul) is needed".formatted(method));
        };
    }

    private void answer(String text, Expression parsed, Expression.Answer answer, Space space) {
        PrintWriter out = out();
        if (common.json()) {
            SpaceJson.print(out, json -> {
                json.writeStartObject();
                json.writeStringField("expression", text);
                json.writeStringField("space", space.origin().source());
                json.writeStringField("method", how() == Expression.Method.ADD ? "3cosadd" : "3cosmul");
                inputs(json, parsed);
                SpaceJson.ranked(json, "results", space, answer.results());
                SpaceJson.ranked(json, "unfiltered", space, answer.unfiltered());
                json.writeEndObject();
            });
            return;
        }
        SpaceTable.ranked(out, space, answer.results());
        out.println("with the inputs: " + String.join(", ", answer.unfiltered().stream().limit(SHOWN_UNFILTERED)
                .map(one -> SpaceTable.shown(space.name(one.point())) + " " + SpaceTable.number(one.similarity())).toList()));
        out.flush();
    }

    private static void inputs(JsonGenerator json, Expression parsed) throws IOException {
        json.writeArrayFieldStart("inputs");
        for (Expression.Term term : parsed.terms()) {
            json.writeStartObject();
            json.writeNumberField("index", term.point());
            json.writeStringField("name", term.name());
            json.writeNumberField("weight", term.weight());
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private void score(Analogies.Result result, Space space) {
        PrintWriter out = out();
        if (common.json()) {
            SpaceJson.print(out, json -> {
                json.writeStartObject();
                json.writeStringField("space", space.origin().source());
                json.writeArrayFieldStart("groups");
                for (Analogies.Score group : result.groups()) {
                    json.writeStartObject();
                    json.writeStringField("name", group.name());
                    json.writeNumberField("right", group.right());
                    json.writeNumberField("asked", group.asked());
                    json.writeEndObject();
                }
                json.writeEndArray();
                json.writeNumberField("right", result.right());
                json.writeNumberField("asked", result.asked());
                json.writeNumberField("skipped", result.skipped());
                json.writeEndObject();
            });
            return;
        }
        int width = Math.max(5,
                result.groups().stream().mapToInt(group -> DisplayWidth.of(SpaceTable.shown(group.name()))).max().orElse(0));
        for (Analogies.Score group : result.groups()) {
            out.println(line(SpaceTable.shown(group.name()), group.right(), group.asked(), width));
        }
        out.println(line("all", result.right(), result.asked(), width));
        if (result.skipped() > 0) {
            out.println(Amounts.count(result.skipped()) + " skipped: " + space.origin().source() + " doesn't have all of their words");
        }
        out.flush();
    }

    private static String line(String name, int right, int asked, int width) {
        String share = asked == 0 ? "-" : String.format(Locale.ROOT, "%.1f %%", 100.0 * right / asked);
        return "  %s%s  %8s  %s of %s".formatted(name, " ".repeat(width - DisplayWidth.of(name)), share, Amounts.count(right),
                Amounts.count(asked));
    }

    private PrintWriter out() {
        return Objects.requireNonNull(spec).commandLine().getOut();
    }
}

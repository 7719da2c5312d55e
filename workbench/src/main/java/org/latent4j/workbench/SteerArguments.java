package org.latent4j.workbench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.latent4j.files.Safetensors;
import org.latent4j.files.Tensor;
import org.latent4j.insight.direction.Direction;
import org.latent4j.insight.direction.DirectionFinder;
import org.latent4j.insight.direction.DirectionLibrary;
import org.latent4j.insight.direction.Method;
import org.latent4j.insight.direction.Samples;
import org.latent4j.insight.steering.Operator;
import org.latent4j.insight.steering.SteeringPlan;
import org.latent4j.insight.steering.SteeringPlan.Weighted;
import org.latent4j.kernel.LatentException;
import org.latent4j.model.Model;
import org.latent4j.model.PositionRule;
import org.latent4j.model.PromptMode;
import org.latent4j.model.site.Positions;
import org.latent4j.model.site.Site;
import org.latent4j.model.site.Sites;
import picocli.CommandLine.Option;

/** The options of {@code latent steer} that say what is done to the states. */
final class SteerArguments {
    static final DirectionFinder.Options FOUND = new DirectionFinder.Options(
            Method.MEANS, Sites.of("resid_post.*"), Positions.MEAN, PromptMode.RAW, true, 1);

    @Option(names = "--strength", paramLabel = "X", description = "In typical norms of the site's states: 1.5 adds one and a half of them at each layer; negative ones suppress. For dampen the factor that is left (default: 1; dampen 0.5).")
    private @Nullable Double strength;

    @Option(names = "--layers", paramLabel = "LAYERS", description = "10-20 or 3,5,8 (resid_post), or a site pattern (default: where the direction separates best).")
    private @Nullable String layers;

    @Option(names = "--operator", paramLabel = "OP", defaultValue = "add", description = "add, ablate (remove), dampen or clamp (set the projection) (default: add).")
    private String operator = "add";

    @Option(names = "--positions", paramLabel = "WHERE", defaultValue = "all", description = "all, prompt, generated or after:TOKEN (default: all).")
    private String positions = "all";

    @Option(names = "--decay", paramLabel = "N", description = "Half as strong every N tokens behind the prompt (or behind TOKEN).")
    private @Nullable Double decay;

    @Option(names = "--where-probe", paramLabel = "FILE:>X", description = "Only where a saved probe gives a class more than X: P.safetensors:CLASS>0.5, or of two classes the second: P.safetensors:>0.5.")
    private @Nullable String whereProbe;

    @Option(names = {"--orthogonalise",
        "--orthogonalize"}, description = "Free each of several directions of its parts along those before it.")
    private boolean orthogonalise;

    Operator operator() {
        return Operator.named(operator);
    }

    Optional<String> layers() {
        return Optional.ofNullable(layers);
    }

    /** What a text after {@code FILE} or a name of the library says: {@code :0.5} is its weight. */
    private record Named(String name, double weight) {
        static Named of(String text) {
            int colon = text.lastIndexOf(':');
            if (colon > 0 && !Files.exists(Path.of(text))) {
                try {
                    double weight = Double.parseDouble(text.substring(colon + 1));
                    if (Double.isFinite(weight) && weight != 0) {
                        return new Named(text.substring(0, colon), weight);
                    }
                    throw new LatentException("the weight of '%s' is %s: give a finite number other than 0".formatted(text, weight));
                } catch (NumberFormatException _) {
                    // the colon belongs to the name
                }
            }
            return new Named(text, 1);
        }
    }

    /**
     * The plan that the options and directions make for a model.
     *
     * @param prompts what will be run: where {@code after:TOKEN} looks how TOKEN is written
     * @param interrupted asked while a direction of the library is found whether to stop
     * @throws LatentException if a direction can't be read, belongs to another model, or has no vector where it is wanted
     * @throws org.latent4j.insight.Interrupted if that was asked for
     */
    SteeringPlan plan(List<String> named, Model model, List<int[]> prompts, BooleanSupplier interrupted) {
        List<Weighted> directions = new ArrayList<>();
        for (String text : named) {
            Named one = Named.of(text);
            directions.add(new Weighted(direction(one.name(), model, interrupted), one.weight()));
        }
        if (directions.isEmpty()) {
            throw new LatentException(
                    "along which direction? give a file or a name of the library: latent steer sentiment \"The weather today is\"");
        }
        Operator how = operator();
        List<Site> sites = layers == null ? List.of(directions.getFirst().direction().bestSite()) : sites(layers, model);
        for (Weighted one : directions) {
            sites.forEach(site -> one.direction().at(site)); // says where there are vectors, if not here
        }
        OptionalDouble halfLife = decay == null ? OptionalDouble.empty() : OptionalDouble.of(decay);
        Optional<SteeringPlan.Gate> gate = whereProbe == null ? Optional.empty() : Optional.of(ProbeGate.parse(whereProbe, model));
        gate.ifPresent(g -> sites.stream().filter(site -> g.site().compareTo(site) > 0).findFirst().ifPresent(site -> {
            throw new LatentException(
                    "--where-probe reads %s, which isn't known yet at %s: steer there or further up with --layers, or take a probe of an earlier site"
                            .formatted(g.site(), site));
        }));
        return new SteeringPlan(directions, how, strength == null ? how.usualStrength() : strength, sites, orthogonalise,
                rule(model, prompts),
                halfLife, gate);
    }

    static List<Site> sites(String layers, Model model) {
        boolean numbers = !layers.isEmpty() && (Character.isDigit(layers.charAt(0)) || layers.equals("*"));
        return model.resolve(numbers
                ? Sites.of(Arrays.stream(layers.split(",", -1)).map(l -> "resid_post." + l.strip()).toArray(String[]::new))
                : Sites.of(layers));
    }

    private PositionRule rule(Model model, List<int[]> prompts) {
        if (positions.startsWith("after:")) {
            return after(ArgumentText.intact(positions.substring("after:".length())), model, prompts);
        }
        return switch (positions) {
            case "all" -> new PositionRule.All();
            case "prompt" -> new PositionRule.Prompt();
            case "generated" -> new PositionRule.Generated();
            default -> throw new LatentException(
                    "--positions '%s' is none of all, prompt, generated, after:TOKEN".formatted(positions));
        };
    }

    /** Behind a token as it is written in the prompts; where it isn't, a word is taken as it stands behind a space. */
    private static PositionRule after(String token, Model model, List<int[]> prompts) {
        if (token.isEmpty()) {
            throw new LatentException("--positions after: of which token? write after:but");
        }
        List<Integer> alone = ids(token, model);
        List<Integer> behind = ids(" " + token, model);
        boolean word = Character.isLetterOrDigit(token.codePointAt(0)) && !holds(prompts, alone);
        return new PositionRule.After(word || holds(prompts, behind) ? behind : alone);
    }

    private static List<Integer> ids(String text, Model model) {
        return Arrays.stream(model.tokens(text, PromptMode.RAW)).boxed().toList();
    }

    private static boolean holds(List<int[]> prompts, List<Integer> ids) {
        return prompts.stream().anyMatch(p -> Collections.indexOfSubList(Arrays.stream(p).boxed().toList(), ids) >= 0);
    }

    /** A direction by its file or its name in the library; a plain vector without a site is one for every block's end. */
    static Direction direction(String named, Model model, BooleanSupplier interrupted) {
        Path file = Path.of(named);
        if (Files.isRegularFile(file) && !named.endsWith(".gguf")) {
            try (Safetensors opened = Safetensors.open(file)) {
                Optional<Tensor> plain = opened.tensor("direction");
                if (plain.isPresent() && !opened.metadata().containsKey("site")) {
                    return everywhere(file, model);
                }
            }
        }
        boolean known = DirectionLibrary.concepts().stream().anyMatch(c -> c.name().equals(named));
        boolean made = known && DirectionFiles.made(model).stream().anyMatch(d -> d.name().equals(named));
        return known && !made && !Files.exists(file)
                ? found(named, DirectionLibrary.samples(named), model, interrupted)
                : DirectionFiles.open(named, model);
    }

    /** A direction that is found at once, as the library's are: the difference of means over whole texts at every block's end. */
    static Direction found(String name, Samples samples, Model model, BooleanSupplier interrupted) {
        return new DirectionFinder(model, FOUND).find(name, samples, ProgressBar.on(Terminal.detect()), interrupted).direction();
    }

    private static Direction everywhere(Path file, Model model) {
        Direction one = Direction.read(file, Site.of(Site.Kind.RESID_POST, 0));
        TreeMap<Site, float[]> vectors = new TreeMap<>();
        for (int layer = 0; layer < model.config().layers(); layer++) {
            vectors.put(Site.of(Site.Kind.RESID_POST, layer), one.at(Site.of(Site.Kind.RESID_POST, 0)));
        }
        Direction all = new Direction(one.name(), one.method(), one.unit(), vectors, new TreeMap<>(), one.fingerprint(), Map.of());
        all.requireFits(model);
        return all;
    }
}

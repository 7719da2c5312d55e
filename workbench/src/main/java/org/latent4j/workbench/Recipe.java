package org.latent4j.workbench;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.latent4j.insight.direction.DirectionLibrary;
import org.latent4j.insight.direction.Method;
import org.latent4j.insight.direction.Samples;
import org.latent4j.kernel.LatentException;
import org.latent4j.model.site.Positions;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * An experiment as a recipe says it, in YAML or JSON (which is YAML):
 *
 * <pre>{@code
 * name: happy
 * model: smollm2-135m-instruct   # or a folder, a .gguf
 * data: happy.jsonl              # columns positive and negative, or text and label; beside the recipe
 * prompts: prompts.txt
 * method: means                  # means, pca-diff, pca-center, logistic, lda
 * positions: mean                # mean or last
 * strengths: [-0.05, 0.05, 0.1]
 * layers: [6-11, 12-17]
 * max_tokens: 24
 * controls: 20
 * seed: 1
 * }</pre>
 *
 * @param samples the texts of two kinds
 * @param inputs files with their SHA-256
 */
record Recipe(
        String name,
        Optional<String> model,
        Samples samples,
        List<String> prompts,
        Method method,
        Positions positions,
        List<Double> strengths,
        List<String> layers,
        int maxTokens,
        int controls,
        long seed,
        Map<String, String> inputs) {
    private static final long LARGEST = 1_000_000;
    private static final Set<String> KEYS = Set.of("name", "model", "data", "concept", "prompts", "method", "positions", "strengths",
            "layers",
            "max_tokens", "controls", "seed");
    private static final List<Double> STRENGTHS = List.of(-0.05, 0.05, 0.1);
    private static final int PROMPTS = 8;

    /** Reads a recipe, or makes the one of a concept of the library. */
    static Recipe of(String named) {
        Path file = Path.of(named);
        if (!Files.exists(file) && DirectionLibrary.concepts().stream().anyMatch(c -> c.name().equals(named))) {
            return of(Map.of("concept", named, "name", named), Path.of(""), new TreeMap<>());
        }
        if (!Files.exists(file)) {
            throw new LatentException("there is no file '%s' and no concept of this name; there are %s".formatted(named,
                    String.join(", ", DirectionLibrary.concepts().stream().map(DirectionLibrary.Concept::name).toList())));
        }
        Map<String, String> inputs = new TreeMap<>(Map.of("recipe", named, "recipe_sha256", HashedFile.hashOf(file)));
        Path folder = Optional.ofNullable(file.toAbsolutePath().getParent()).orElse(Path.of(""));
        Map<String, Object> values = parsed(file);
        values.putIfAbsent("name", String.valueOf(file.getFileName()).replaceFirst("\\.[^.]*$", ""));
        return of(values, folder, inputs);
    }

    private static Map<String, Object> parsed(Path file) {
        try {
            if (Files.size(file) > LARGEST) {
                throw new LatentException("%s is larger than a recipe: 1 MB is the most".formatted(file));
            }
            LoadSettings settings = LoadSettings.builder().setLabel(file.toString()).setMaxAliasesForCollections(10)
                    .setAllowDuplicateKeys(false).setCodePointLimit((int) LARGEST).build();
            Object loaded = new Load(settings).loadFromString(Files.readString(file, StandardCharsets.UTF_8));
            if (!(loaded instanceof Map<?, ?> map)) {
                throw new LatentException("%s is no recipe: write keys and values like 'data: happy.jsonl'".formatted(file));
            }
            Map<String, Object> values = new TreeMap<>();
            map.forEach((key, value) -> values.put(String.valueOf(key), value));
            for (String key : values.keySet()) {
                if (!KEYS.contains(key)) {
                    throw new LatentException("%s: there is no '%s' in a recipe; there are %s".formatted(file, key,
                            String.join(", ", KEYS.stream().sorted().toList())));
                }
            }
            return values;
        } catch (MarkedYamlEngineException e) {
            String where = e.getProblemMark().map(mark -> "line %d: ".formatted(mark.getLine() + 1)).orElse("");
            throw new LatentException("%s is neither YAML nor JSON: %s%s".formatted(file, where, e.getProblem()), e);
        } catch (YamlEngineException e) {
            throw new LatentException(
                    "%s is neither YAML nor JSON: %s".formatted(file, String.valueOf(e.getMessage()).lines().findFirst().orElse("")), e);
        } catch (StackOverflowError e) {
            throw new LatentException("%s is nested too deep for a recipe".formatted(file), e);
        } catch (CharacterCodingException e) {
            throw new LatentException("%s isn't UTF-8".formatted(file), e);
        } catch (IOException e) {
            throw new LatentException("can't read %s: %s".formatted(file, e.getMessage()), e);
        }
    }

    private static Recipe of(Map<String, ?> values, Path folder, Map<String, String> inputs) {
        Samples samples;
        if (values.get("data") != null) {
            Path data = folder.resolve(text(values, "data", ""));
            samples = SweepEffects.samples(data);
            inputs.put("data", data.toString());
            inputs.put("data_sha256", HashedFile.hashOf(data));
        } else if (values.get("concept") != null) {
            samples = DirectionLibrary.samples(text(values, "concept", ""));
            inputs.put("data", "the program's own sentences, concept " + text(values, "concept", ""));
        } else {
            throw new LatentException("the recipe names no texts: give 'data: FILE' or 'concept: NAME'");
        }
        List<String> prompts = org.latent4j.insight.steering.SweepTexts.prompts().subList(0, PROMPTS);
        if (values.get("prompts") != null) {
            Path file = folder.resolve(text(values, "prompts", ""));
            prompts = SteerSweep.read(file);
            inputs.put("prompts", file.toString());
            inputs.put("prompts_sha256", HashedFile.hashOf(file));
        }
        Positions positions = Positions.parse(text(values, "positions", "mean"));
        return new Recipe(text(values, "name", ""), Optional.ofNullable(values.get("model")).map(String::valueOf), samples, prompts,
                Method.named(text(values, "method", "means")), positions, strengths(values), layers(values),
                number(values, "max_tokens", 24, 1, 1024),
                number(values, "controls", 20, 0, 1000), number(values, "seed", 1, 0, Integer.MAX_VALUE), inputs);
    }

    private static String text(Map<String, ?> values, String key, String otherwise) {
        Object value = values.get(key);
        if (value instanceof Map || value instanceof List) {
            throw new LatentException("the recipe's '%s' isn't a text".formatted(key));
        }
        return value == null ? otherwise : String.valueOf(value);
    }

    private static int number(Map<String, ?> values, String key, int otherwise, int least, int most) {
        Object value = values.get(key);
        if (value == null) {
            return otherwise;
        }
        if (!(value instanceof Integer number) || number < least || number > most) {
            throw new LatentException("the recipe's '%s' is %s: give a whole number from %d to %d".formatted(key, value, least, most));
        }
        return number;
    }

    private static List<Double> strengths(Map<String, ?> values) {
        Object value = values.get("strengths");
        if (value == null) {
            return STRENGTHS;
        }
        if (!(value instanceof List<?> list) || list.isEmpty() || list.size() > 64 || !list.stream().allMatch(v -> v instanceof Number)) {
            throw new LatentException("the recipe's 'strengths' is %s: give a list of numbers".formatted(value));
        }
        List<Double> strengths = list.stream().map(v -> ((Number) v).doubleValue()).filter(v -> v != 0).distinct().sorted().toList();
        if (strengths.isEmpty() || !strengths.stream().allMatch(Double::isFinite)) {
            throw new LatentException("the recipe's 'strengths' is %.80s: give finite numbers other than 0".formatted(value));
        }
        return strengths;
    }

    private static List<String> layers(Map<String, ?> values) {
        return switch (values.get("layers")) {
            case null -> List.of();
            case List<?> list -> list.stream().map(String::valueOf).toList();
            case Object one -> List.of(String.valueOf(one).split(","));
        };
    }

    /** Every second text (of pairs: pair) from the first, from which the direction is found; or from the second, which judge it. */
    Samples half(int first) {
        return new Samples(half(samples.positive(), first), half(samples.negative(), first), samples.paired());
    }

    private static List<String> half(List<String> texts, int first) {
        return java.util.stream.IntStream.range(0, texts.size()).filter(i -> i % 2 == first).mapToObj(texts::get).toList();
    }
}

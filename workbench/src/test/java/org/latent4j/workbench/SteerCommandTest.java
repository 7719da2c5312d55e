package org.latent4j.workbench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.latent4j.files.SafetensorsWriter;

/** {@code latent steer} and {@code latent experiment} on a tiny model of random weights, where nothing can mean anything. */
class SteerCommandTest {
    @TempDir
    private Path folder = Path.of("");

    private String model = "";

    @BeforeEach
    void makeModel() throws IOException {
        model = TinyModel.withByteTokenizer(folder).toString();
    }

    private String direction(String name, float... first) {
        return direction(name, Map.of(), first);
    }

    private String direction(String name, Map<String, String> metadata, float... first) {
        float[] values = new float[64];
        System.arraycopy(first, 0, values, 0, first.length);
        Path file = folder.resolve(name + ".safetensors");
        try (SafetensorsWriter writer = SafetensorsWriter.create(file)) {
            writer.metadata(metadata);
            writer.add("direction", values, values.length);
            writer.finish();
        }
        return file.toString();
    }

    private Ran steer(String... arguments) {
        return Ran.command(new SteerCommand(), Stream.concat(Stream.of("-m", model), Stream.of(arguments)).toArray(String[]::new));
    }

    private static JsonNode json(Ran ran) throws IOException {
        assertThat(ran.code()).as(ran.err()).isZero();
        return new ObjectMapper().readTree(ran.out());
    }

    @Test
    void plainAndSteeredStandSideBySideAndWhatMovedIsConfirmed() throws IOException {
        String d = direction("d", 0, 3);
        Ran told = steer(d, "abcdef", "--max-tokens", "5", "--strength", "1.5", "--layers", "1");
        assertThat(told.code()).as(told.err()).isZero();
        assertThat(told.out()).contains("plain").contains("steered: add d 1.5").contains("1.50 x typical norm").contains("moved as asked");
        JsonNode out = json(steer(d, "abcdef", "--max-tokens", "5", "--strength", "1.5", "--layers", "0-1", "--json"));
        assertThat(out.path("steering")).hasSize(2);
        JsonNode one = out.path("steering").get(0);
        assertThat(one.path("absolute").asDouble()).isCloseTo(1.5 * one.path("typical_norm").asDouble(), within(1e-4));
        assertThat(one.path("moved").asDouble()).isCloseTo(one.path("absolute").asDouble(), within(1e-3));
        assertThat(one.path("positions").asInt()).isEqualTo(10);
        assertThat(out.path("confirmed").asBoolean()).isTrue();
        assertThat(out.path("plain").path("text").asText()).isNotNull();
    }

    @Test
    void everyOperatorAndRuleDoesWhatItSays() throws IOException {
        String d = direction("d", 0, 3, 1);
        for (String operator : new String[]{"ablate", "dampen", "clamp"}) {
            JsonNode out = json(steer(d, "abcdef", "--max-tokens", "4", "--operator", operator, "--layers", "1", "--json"));
            assertThat(out.path("confirmed").asBoolean()).as(operator).isTrue();
        }
        assertThat(positions(d, "prompt")).isEqualTo(6);
        assertThat(positions(d, "generated")).isEqualTo(3);
        assertThat(positions(d, "after:c")).isEqualTo(6);
        assertThat(positions(d, "all", "--decay", "2")).isEqualTo(9);
        assertThat(steer(d, "abcdef", "--max-tokens", "2", "--layers", "1", "--decay", "2").out()).contains("half every 2.0 tokens");
        JsonNode word = json(steer(d, "ab but c", "--max-tokens", "1", "--layers", "1", "--positions", "after:but", "--json"));
        assertThat(word.path("steering").get(0).path("positions").asInt()).isEqualTo(2);
    }

    private int positions(String direction, String rule, String... more) throws IOException {
        String[] all = Stream
                .concat(Stream.of(direction, "abcdef", "--max-tokens", "4", "--layers", "1", "--positions", rule, "--json"),
                        Stream.of(more))
                .toArray(String[]::new);
        JsonNode out = json(steer(all));
        assertThat(out.path("confirmed").asBoolean()).as(rule).isTrue();
        return out.path("steering").get(0).path("positions").asInt();
    }

    @Test
    void severalDirectionsHaveWeightsAndAreMadeOrthogonal() throws IOException {
        String one = direction("one", 0, 1);
        String two = direction("two", 0, 1, 1);
        JsonNode out = json(steer(one + ":2", two + ":-0.5", "abc", "--max-tokens", "3", "--layers", "1", "--orthogonalise", "--strength",
                "1", "--json"));
        JsonNode first = out.path("steering").get(0);
        JsonNode second = out.path("steering").get(1);
        assertThat(first.path("strength").asDouble()).isEqualTo(2);
        assertThat(second.path("strength").asDouble()).isEqualTo(-0.5);
        assertThat(out.path("confirmed").asBoolean()).isTrue();
        assertThat(steer(one, one + ":2", "abc", "--orthogonalise", "--layers", "1").mistake()).contains("nothing is left");
    }

    @Test
    void aSweepOfNothingFindsNothing() throws IOException {
        String d = direction("d", 0, 3, 1, -2);
        Path prompts = folder.resolve("prompts.txt");
        Files.writeString(prompts, "abc\nThe cat\nhello\n");
        Path page = folder.resolve("sweep.html");
        String[] arguments = {d, "--sweep", "--prompts", prompts.toString(), "--strengths", "-0.1,0.1,0.2", "--layers-ranges", "0,1-2",
            "--controls", "20",
            "--max-tokens", "6", "--tokens", "a/b", "--words", "cat,dog", "--html", page.toString(), "--json"};
        JsonNode out = json(steer(arguments));
        assertThat(out.path("cells")).hasSize(6);
        assertThat(out.path("effect").asText()).isEqualTo("tokens");
        assertThat(out.path("effects")).hasSize(3);
        JsonNode compared = null;
        for (JsonNode cell : out.path("cells")) {
            assertThat(cell.path("confirmed").asBoolean()).isTrue();
            assertThat(cell.path("neutral_perplexity").asDouble()).isPositive();
            compared = cell.has("controls") ? cell : compared;
        }
        if (compared != null) {
            assertThat(compared.path("controls").path("random")).hasSize(20);
            assertThat(compared.path("controls").path("p").asDouble()).isBetween(0.04, 1.0);
        }
        assertThat(out.path("verdict").asText()).startsWith(out.path("works").asBoolean() ? "works" : "no effect found");
        assertThat(Files.readString(page)).contains("Content-Security-Policy").contains("Effect by strength and layers")
                .doesNotContain("<script");
        assertThat(folder.resolve(".sweep.html.state")).doesNotExist();
        Path picture = folder.resolve("sweep.svg");
        arguments[arguments.length - 3] = "--svg";
        arguments[arguments.length - 2] = picture.toString();
        JsonNode again = json(steer(arguments));
        assertThat(Files.readString(picture)).startsWith("<svg xmlns=").contains("Does steering along").doesNotContain("<script");
        assertThat(again.path("cells")).isEqualTo(out.path("cells"));
    }

    @Test
    void anExperimentRunsFromARecipe() throws IOException {
        StringBuilder data = new StringBuilder("positive\tnegative\n");
        for (int i = 0; i < 12; i++) {
            data.append("good day ").append(i).append("\tbad day ").append(i).append('\n');
        }
        Files.writeString(folder.resolve("data.tsv"), data);
        Path recipe = folder.resolve("mine.yaml");
        Files.writeString(recipe, "data: data.tsv\nstrengths: [-0.1, 0.1]\nlayers: [1]\nmax_tokens: 4\ncontrols: 3\n");
        Path page = folder.resolve("mine.html");
        Ran ran = Ran.command(new ExperimentCommand(), recipe.toString(), "-m", model, "-o", page.toString());
        assertThat(ran.code()).as(ran.err()).isZero();
        assertThat(ran.out()).contains("A probe tells").contains("Steering: ").contains("The other way");
        assertThat(Files.readString(page)).contains("Conclusions").contains("data sha256").contains("latent steer ")
                .doesNotContain("<script");
        assertThat(folder.resolve("mine.files")).isDirectoryContaining("glob:**.safetensors").isDirectoryContaining("glob:**all.jsonl");
        Files.writeString(recipe, "{\"data\": \"data.tsv\", \"controls\": -1}");
        assertThat(Ran.command(new ExperimentCommand(), recipe.toString(), "-m", model).mistake()).contains("controls")
                .contains("0 to 1000");
        Files.writeString(recipe, "data: data.tsv\nlayers: [9]\n");
        assertThat(Ran.command(new ExperimentCommand(), recipe.toString(), "-m", model).mistake()).contains("no layer 9");
        Files.writeString(recipe, "data: data.tsv\ndate: 1\n");
        assertThat(Ran.command(new ExperimentCommand(), recipe.toString(), "-m", model).mistake()).contains("no 'date'");
        Files.writeString(recipe, "data: [oops\n");
        assertThat(Ran.command(new ExperimentCommand(), recipe.toString(), "-m", model).mistake())
                .contains("neither YAML nor JSON: line 2: expected");
        Files.writeString(recipe, "data: " + "[".repeat(3000) + "]".repeat(3000));
        assertThat(Ran.command(new ExperimentCommand(), recipe.toString(), "-m", model).mistake()).contains("nested too deep");
        Files.write(recipe, new byte[]{'a', (byte) 0xFF});
        assertThat(Ran.command(new ExperimentCommand(), recipe.toString(), "-m", model).mistake()).contains("isn't UTF-8");
    }

    @Test
    void mistakesAreOneLine() throws IOException {
        String d = direction("d", 1);
        assertThat(steer().mistake()).contains("along which direction");
        assertThat(steer(d).mistake()).contains("which text");
        assertThat(steer("nowhere", "abc").mistake()).contains("no file 'nowhere'");
        assertThat(steer(d, "abc", "--operator", "push").mistake()).contains("no operator 'push'");
        assertThat(steer(d, "abc", "--positions", "some").mistake()).contains("after:TOKEN");
        assertThat(steer(d, "abc", "--positions", "after:").mistake()).contains("of which token");
        assertThat(steer(d, "abc", "--strength", "NaN").mistake()).contains("finite");
        assertThat(steer(d, "abc", "--layers", "7").mistake()).contains("no layer 7");
        assertThat(steer(d, "abc", "--where-probe", "p").mistake()).contains("FILE:>X");
        assertThat(steer(d, "abc", "--strengths", "1").mistake()).contains("--strengths is for --sweep");
        assertThat(steer(d, "--sweep", "--strengths", "0").mistake()).contains("other than 0");
        assertThat(steer(direction("nan", Float.NaN), "abc").mistake()).contains("isn't finite");
        assertThat(steer(
                direction("other",
                        Map.of("model_sha256", "0123456789abcdef".repeat(4), "tokenizer_sha256", "ab".repeat(32), "prompt_mode", "raw"), 1),
                "abc").mistake())
                .contains("another model").contains("0123456789ab");
        Path data = folder.resolve("one.tsv");
        Files.writeString(data, "text\tlabel\na\tx\nb\tx\n");
        assertThat(steer(d, "--sweep", "--data", data.toString()).mistake()).contains("two kinds");
        Files.writeString(data, "text\tmanner\na\tx\nb\ty\n");
        assertThat(steer(d, "--sweep", "--data", data.toString()).mistake()).contains("text and label").contains("manner");
    }
}

package org.latent4j.workbench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.latent4j.kernel.Progress;
import org.latent4j.space.Space;
import org.latent4j.store.ImportOptions;
import org.latent4j.store.Spaces;

/** Captured hidden states as a space: a text that is asked for is treated as the captured ones were, or refused. */
class CapturedSpaceTest {
    private static final List<String> TEXTS = List.of("the cat sat", "a dog, a hat", "ends here");

    @TempDir
    Path folder;

    private String model = "";
    private String states = "";

    @BeforeEach
    void write() throws IOException {
        model = TinyModel.withByteTokenizer(folder).toString();
        states = folder.resolve("states.safetensors").toString();
    }

    private void capture(String... more) {
        List<String> arguments = new ArrayList<>(List.of("-m", model, "--offline", "-o", states, "--restart"));
        if (!List.of(more).contains("--sites")) {
            arguments.addAll(List.of("--sites", "resid_post.1"));
        }
        TEXTS.forEach(text -> arguments.addAll(List.of("--text", text)));
        arguments.addAll(List.of(more));
        Ran ran = Ran.command(new CaptureCommand(), arguments.toArray(String[]::new));
        assertThat(ran.code()).as(ran.err()).isZero();
    }

    private JsonNode nearest(String... arguments) throws IOException {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("-k", "1", "--json"));
        Ran ran = Ran.command(new NearCommand(), all.toArray(String[]::new));
        assertThat(ran.code()).as(ran.err()).isZero();
        return new ObjectMapper().readTree(ran.out()).get(0).get("neighbours").get(0);
    }

    private static void isItself(JsonNode found, String name) {
        assertThat(found.get("name").asText()).isEqualTo(name);
        assertThat(found.get("similarity").asDouble()).isCloseTo(1, within(1e-6));
    }

    @ParameterizedTest
    @CsvSource({"last,,1", "mean,,1", "3,,1", "last,--special,1", "last,--chat,1", "all,,1:11"})
    void aTextFindsItself(String positions, @Nullable String mode, String name) throws IOException {
        capture(mode == null ? new String[]{"--positions", positions} : new String[]{"--positions", positions, mode});
        isItself(nearest(states, "--site", "resid_post.1", TEXTS.get(1)), name);
        String space = folder.resolve("states.space").toString();
        assertThat(Ran.command(new ImportCommand(), states, "--site", "resid_post.1", "--out", space).code()).isZero();
        isItself(nearest(space, TEXTS.get(1)), name);
    }

    @Test
    void theOnlySiteNeedsNoName() throws IOException {
        Ran ran = Ran.command(new CaptureCommand(), "-m", model, "--offline", "--sites", "resid_post.1", "-o", states, "--text",
                TEXTS.get(0), "--text", TEXTS.get(1), "--positions", "last");
        assertThat(ran.code()).as(ran.err()).isZero();
        assertThat(Ran.command(new DescribeCommand(), states).out()).contains("states.safetensors, resid_post.1");
        isItself(nearest(states, TEXTS.get(1)), "1");
    }

    @Test
    void pointsAreShownAsTheTextsAndTokensThatTheyAreOf() throws IOException {
        Path texts = Files.writeString(folder.resolve("texts.txt"), "a \"b\"\t<i>\nhé\n");
        Ran ran = Ran.command(new CaptureCommand(), "-m", model, "--offline", "--sites", "embed,resid_post.1", "-o", states, "--texts",
                texts.toString(), "--positions", "0,2,-1");
        assertThat(ran.code()).as(ran.err()).isZero();
        Space space = Spaces.open(Path.of(states), ImportOptions.NONE.withSite("embed"), Progress.NONE);
        assertThat(space.names()).containsExactly("0:0", "0:2", "0:8", "1:0", "1:2");
        assertThat(space.items().fields(1)).containsEntry("text", "a [\"]b\"\t<i>").containsEntry("token", "\"");
        assertThat(space.items().fields(2)).containsEntry("text", "a \"b\"\t<i[>]").containsEntry("position", 8L);
        assertThat(space.origin().source()).endsWith("states.safetensors, embed");
        assertThat(space.origin().details()).doesNotContainKeys("text_strings", "token_strings");
        for (Callable<Integer> command : List.of(new ClustersCommand(), new DescribeCommand())) {
            ran = Ran.command(command, states, "--site", "embed", "--threads", "1");
            assertThat(ran.out()).as(ran.err()).contains("states.safetensors, embed");
        }
        assertThat(Ran.command(new OutliersCommand(), states, "--site", "embed", "-k", "1").out()).contains("0:2  a [\"]b\" <i>");
        assertThat(Ran.command(new ManifoldCommand(), states, "--site", "embed", "--from", "0:0", "--to", "1:0").out())
                .contains("0:0  [a] \"b\" <i>");
        ran = Ran.command(new CompareCommand(), states, states, "--site", "embed,resid_post.1");
        assertThat(ran.out()).as(ran.err()).contains("safetensors, embed", "safetensors, resid_post.1", "5 items in both",
                "0:0  [a] \"b\"");
        assertThat(Ran.command(new CompareCommand(), states, states, "--site", "embed,embed,embed").mistake()).contains("3 sites");
        assertThat(Ran.command(new CompareCommand(), states, states).mistake()).contains("embed, resid_post.1; name one with --site");
        Path csv = folder.resolve("map.csv");
        Path json = folder.resolve("map.json");
        ran = Ran.command(new MapCommand(), states, "--site", "embed", "--method", "pca", "-o", csv.toString(), "-o", json.toString());
        assertThat(ran.code()).as(ran.err()).isZero();
        assertThat(csv).content().contains("name,x,y,text,position,token,token_id\r\n", ",\"a \"\"b\"\"\t<i[>]\",8,>,");
        JsonNode point = new ObjectMapper().readTree(json.toFile()).get("points").get(2);
        assertThat(point.get("text").asText()).isEqualTo("a \"b\"\t<i[>]");
        assertThat(point.get("position").size()).isEqualTo(2);
        assertThat(point.get("field.position").asText()).isEqualTo("8");
    }

    @Test
    void textsAreKeptWithStatesOfWholeTextsAndShards() throws IOException {
        Path texts = Files.writeString(folder.resolve("texts.txt"), "x".repeat(110) + "\n\n" + "third\n");
        Ran ran = Ran.command(new CaptureCommand(), "-m", model, "--offline", "--sites", "embed,resid_post.1", "-o", states, "--texts",
                texts.toString(),
                "--positions", "mean", "--skip-empty", "--shard-size", "1kB");
        assertThat(ran.code()).as(ran.err()).isZero();
        Space space = Spaces.open(Path.of(states + ".index.json"), ImportOptions.NONE.withSite("embed"), Progress.NONE);
        assertThat(space.names()).containsExactly("0", "2");
        assertThat(space.items().fields(0)).isEqualTo(Map.of("text", "x".repeat(110)));
        assertThat(space.items().fields(1)).isEqualTo(Map.of("text", "third"));
    }

    @Test
    void capturedQueriesAreTakenAtTheSameSite() throws IOException {
        capture("--positions", "last");
        Path queries = Files.copy(Path.of(states), folder.resolve("queries.safetensors"));
        isItself(nearest(states, "--site", "resid_post.1", "--queries", queries.toString()), "0");
        capture("--positions", "mean");
        assertThat(Ran.command(new NearCommand(), states, "--site", "resid_post.1", "--queries", queries.toString()).mistake())
                .contains("last pooling", "mean pooling", "can't be compared");
    }

    @Test
    void whatATextCantBeTreatedLikeIsRefused() throws IOException {
        String ids = Files.writeString(folder.resolve("ids.json"), "[[5, 6, 7], [8, 9]]").toString();
        Ran ran = Ran.command(new CaptureCommand(), "-m", model, "--offline", "--sites", "resid_post.1", "-o", states, "--ids", ids);
        assertThat(ran.code()).as(ran.err()).isZero();
        assertThat(Ran.command(new NearCommand(), states, "--site", "resid_post.1", "the cat").mistake())
                .contains("captured of token ids", "--queries");
        isItself(nearest(states, "--site", "resid_post.1", "--queries", states), "0:0");
        capture("--positions", "8");
        assertThat(Ran.command(new NearCommand(), states, "--site", "resid_post.1", "the").mistake())
                .contains("position 8 is outside the text");
        capture("--sites", "embed,resid_post.1");
        assertThat(Ran.command(new NearCommand(), states, "the").mistake()).contains("holds captured states", "embed, resid_post.1",
                "--site");
    }
}

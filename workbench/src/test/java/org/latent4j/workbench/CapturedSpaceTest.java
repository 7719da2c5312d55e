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
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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
        List<String> arguments = new ArrayList<>(List.of("-m", model, "--offline", "--sites", "resid_post.1", "-o", states, "--restart"));
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
        assertThat(Ran.command(new NearCommand(), states, "the").mistake()).contains("holds captured states", "resid_post.1", "--site");
    }
}

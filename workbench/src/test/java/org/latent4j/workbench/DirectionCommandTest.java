package org.latent4j.workbench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.latent4j.files.SafetensorsWriter;
import org.latent4j.insight.direction.Direction;
import org.latent4j.insight.direction.SiteReport;
import org.latent4j.model.site.Site;

/** {@code latent direction …} on a tiny model of random weights, whose tokens are bytes. */
class DirectionCommandTest {
    @TempDir
    private Path folder = Path.of("");

    private String model = "";

    @BeforeEach
    void makeModel() throws IOException {
        model = TinyModel.withByteTokenizer(folder).toString();
    }

    private Ran run(Object command, String... arguments) {
        return Ran.command(command, Stream.concat(Stream.of("-m", model), Stream.of(arguments)).toArray(String[]::new));
    }

    private Ran find(String... arguments) {
        return run(new DirectionFindCommand(), arguments);
    }

    private static JsonNode json(Ran ran) throws IOException {
        assertThat(ran.code()).as(ran.err()).isZero();
        return new ObjectMapper().readTree(ran.out());
    }

    private String file(String name, List<String> lines) throws IOException {
        return Files.write(folder.resolve(name), lines).toString();
    }

    private String at(String name) {
        return folder.resolve(name).toString();
    }

    /** Pairs that end in different letters. */
    private String pairs() throws IOException {
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            lines.add("{\"positive\": \"day %c is a\", \"negative\": \"day %c is z\"}".formatted('b' + i, 'b' + i));
        }
        return file("pairs.jsonl", lines);
    }

    private Direction found(String name, String... more) throws IOException {
        Ran ran = find(Stream.concat(Stream.of("--pairs", pairs(), "-o", at(name)), Stream.of(more)).toArray(String[]::new));
        assertThat(ran.code()).as(ran.err()).isZero();
        return Direction.read(folder.resolve(name));
    }

    private String made(String name, Site site, float... first) {
        float[] values = new float[64];
        System.arraycopy(first, 0, values, 0, first.length);
        Path file = folder.resolve(name + ".safetensors");
        try (SafetensorsWriter writer = SafetensorsWriter.create(file)) {
            writer.metadata(Map.of("name", name));
            writer.add("direction." + site, values, values.length);
            writer.finish();
        }
        return file.toString();
    }

    @Test
    void everyMethodSeparatesWhatItWasNotFoundFrom() throws IOException {
        for (String method : List.of("means", "pca-center", "logistic", "lda")) {
            JsonNode out = json(find("--pairs", pairs(), "-o", at(method + ".safetensors"), "--method", method, "--json"));
            assertThat(out.path("sites")).hasSize(3);
            assertThat(out.path("sites").get(0).path("separation").asDouble()).as(method).isGreaterThan(0.9);
            assertThat(out.path("sites").get(0).path("agreement").asDouble()).as(method).isGreaterThan(0.5);
            assertThat(out.path("sites").get(0).path("shuffled_separation").asDouble()).as(method).isLessThan(0.9);
            assertThat(out.path("promoted")).isNotEmpty();
            Direction direction = Direction.read(folder.resolve(method + ".safetensors"));
            assertThat(direction.method()).isEqualTo(method);
            assertThat(direction.fingerprint()).isPresent();
        }
        Direction best = found("best.safetensors", "--layer", "best");
        assertThat(best.vectors()).hasSize(1);
        assertThat(folder.resolve("best.manifest.json")).exists();
    }

    @Test
    void textsOfTwoFilesAndAWordAreTakenToo() throws IOException {
        String positive = file("a.txt", List.of("one a", "two a", "three a", "four a", "five a"));
        String negative = file("b.txt", List.of("one z", "two z", "six z", "ten z"));
        JsonNode out = json(find("--positive", positive, "--negative", negative, "-o", at("d.safetensors"), "--layer", "1", "--json"));
        assertThat(out.path("notes").path("texts").asText()).isEqualTo("5 positive, 4 negative");
        assertThat(out.path("sites")).hasSize(1);
        Ran word = find("--concept", "mad", "--layer", "0-1", "-o", at("mad.safetensors"));
        assertThat(word.code()).as(word.err()).isZero();
        assertThat(word.out()).startsWith("mad: means, 48 positive, 48 negative, in pairs");
        assertThat(find("--positive", positive, "--negative", negative, "-o", at("d.safetensors"), "--method", "pca-diff").mistake())
                .contains("needs pairs");
    }

    @Test
    void directionsAreCombined() throws IOException {
        Site site = Site.of(Site.Kind.RESID_POST, 1);
        String one = made("one", site, 2, 0, 0);
        String two = made("two", site, 3, 4, 0);
        Map<String, float[]> expected = Map.of("add", new float[]{5, 4}, "subtract", new float[]{-1, -4}, "average",
                new float[]{0.8f, 0.4f}, "orthogonalise", new float[]{2 - 1.2f * 0.6f, -1.2f * 0.8f});
        for (Map.Entry<String, float[]> each : expected.entrySet()) {
            Ran ran = run(new DirectionCombineCommand(), each.getKey(), one, two, "-o", at("out.safetensors"));
            assertThat(ran.code()).as(ran.err()).isZero();
            float[] vector = Direction.read(folder.resolve("out.safetensors")).at(site);
            assertThat(vector[0]).as(each.getKey()).isCloseTo(each.getValue()[0], within(1e-6f));
            assertThat(vector[1]).as(each.getKey()).isCloseTo(each.getValue()[1], within(1e-6f));
        }
        run(new DirectionCombineCommand(), "add", one, two, "--weights", "1,-0.5", "-o", at("out.safetensors"));
        assertThat(Direction.read(folder.resolve("out.safetensors")).at(site)[1]).isEqualTo(-2);
        assertThat(run(new DirectionCombineCommand(), "mix", one, two, "-o", at("x.safetensors")).mistake()).contains("none of add");
        assertThat(run(new DirectionCombineCommand(), "orthogonalise", one, one, "-o", at("x.safetensors")).mistake())
                .contains("nothing is left");
        String elsewhere = made("else", Site.of(Site.Kind.RESID_POST, 0), 1);
        assertThat(run(new DirectionCombineCommand(), "add", one, elsewhere, "-o", at("x.safetensors")).mistake())
                .contains("share no site").contains("resid_post.1").contains("resid_post.0");
    }

    @Test
    void aControlVectorComesBackAsItWent() throws IOException {
        Direction direction = found("d.safetensors");
        Ran out = run(new DirectionExportCommand(), at("d.safetensors"), "--to", "gguf", "-o", at("d.gguf"));
        assertThat(out.code()).as(out.err()).isZero();
        assertThat(out.err()).contains("1 of 3 sites left out");
        Ran in = run(new DirectionImportCommand(), at("d.gguf"), "-o", at("back.safetensors"), "--name", "back");
        assertThat(in.code()).as(in.err()).isZero();
        Direction back = Direction.read(folder.resolve("back.safetensors"));
        assertThat(back.name()).isEqualTo("back");
        assertThat(back.fingerprint()).isPresent();
        assertThat(back.vectors()).hasSize(2);
        back.vectors().forEach((site, vector) -> assertThat(vector).isEqualTo(direction.at(site)));
        assertThat(run(new DirectionImportCommand(), model + "/model.safetensors", "-o", at("x.safetensors")).mistake())
                .contains("holds no direction");
    }

    @Test
    void aDirectionIsShownAndTextsAreReadAlongIt() throws IOException {
        found("d.safetensors");
        Ran shown = run(new DirectionShowCommand(), at("d.safetensors"));
        assertThat(shown.out()).contains("16 positive, 16 negative, in pairs").contains("promotes").contains("belongs to")
                .contains("separation");
        assertThat(json(run(new DirectionShowCommand(), at("d.safetensors"), "--json")).path("method").asText()).isEqualTo("means");
        JsonNode read = json(run(new DirectionReadCommand(), at("d.safetensors"), "day a z", "--site", "resid_post.0", "--json"));
        assertThat(read.path("tokens")).hasSize(7);
        assertThat(read.path("tokens").get(4).path("projection").asDouble())
                .isGreaterThan(read.path("tokens").get(6).path("projection").asDouble());
        assertThat(run(new DirectionReadCommand(), at("d.safetensors"), "abc", "--site", "resid_post.1").err())
                .contains("at resid_post.1");
        assertThat(run(new DirectionReadCommand(), at("d.safetensors"), "abc", "--site", "mlp_out.1").mistake())
                .contains("no vector for mlp_out.1");
    }

    @Test
    void howWellItSeparatesIsSaid() {
        Site site = Site.of(Site.Kind.RESID_POST, 0);
        assertThat(DirectionFigures.verdict(new SiteReport(site, 0.61, 0.58, 0.64, 0.6, 0.5, 0))).contains("weakly: 0.61");
        assertThat(DirectionFigures.verdict(new SiteReport(site, 0.95, 0.9, 1, 0.6, 0.5, 0))).startsWith("it separates")
                .doesNotContain("weakly");
        assertThat(DirectionFigures.verdict(new SiteReport(site, 0.61, 0.49, 0.7, 0.6, 0.5, 0)))
                .startsWith("it doesn't work").contains("0.61, interval 0.49 to 0.70, shuffled labels 0.50");
        assertThat(DirectionFigures.verdict(new SiteReport(site, 0.96, 0.93, 1, 0.14, 0.5, 0))).startsWith("it separates")
                .contains("two halves agree by 0.14 only");
    }

    @Test
    void theLibraryIsListedAndMade() throws IOException {
        assertThat(run(new DirectionListCommand()).out()).contains("sentiment", "not made yet", "build-library -m ");
        assertThat(json(run(new DirectionListCommand(), "--json"))).hasSize(11);
        Ran built = run(new DirectionLibraryCommand(), "question", "-o", at("library"));
        assertThat(built.code()).as(built.err()).isZero();
        assertThat(built.out()).contains("question");
        Direction question = Direction.read(folder.resolve("library/question.safetensors"));
        assertThat(question.notes()).containsKeys("works", "separation", "positive");
        run(new DirectionLibraryCommand(), "question", "-o", at("again"));
        Direction again = Direction.read(folder.resolve("again/question.safetensors"));
        question.vectors().forEach((site, vector) -> assertThat(again.at(site)).isEqualTo(vector));
        assertThat(run(new DirectionLibraryCommand(), "joy", "-o", at("library")).mistake()).contains("no 'joy'");
    }

    @Test
    void mistakesAreOneLine() throws IOException {
        assertThat(find("-o", at("x.safetensors")).mistake()).contains("from which texts?");
        assertThat(find("--concept", " ", "-o", at("x.safetensors")).mistake()).contains("give a word");
        assertThat(find("--pairs", file("one.jsonl", List.of("{\"positive\": \"a\", \"negative\": \"b\"}")), "-o", at("x.safetensors"))
                .mistake()).contains("1 pairs");
        assertThat(find("--pairs", file("empty.jsonl", List.of("{\"positive\": \"a\", \"negative\": \"\"}")), "-o", at("x.safetensors"))
                .mistake()).contains("empty text");
        assertThat(find("--pairs", pairs(), "-o", at("x.safetensors"), "--method", "magic").mistake()).contains("no method 'magic'");
        assertThat(find("--pairs", pairs(), "-o", at("nowhere/x.safetensors")).mistake()).contains("no folder");
        assertThat(find("--pairs", pairs(), "-o", at("x.safetensors"), "--layer", "9").mistake()).contains("9");
        String same = file("same.jsonl",
                List.of("{\"positive\": \"a!\", \"negative\": \"b!\"}", "{\"positive\": \"a!\", \"negative\": \"a!\"}"));
        assertThat(find("--pairs", same, "--sites", "embed", "-o", at("x.safetensors")).mistake()).contains("same states at embed");
        String twins = file("twins.jsonl", Stream.of("a", "b", "c", "d", "e", "f")
                .map(text -> "{\"positive\": \"%s\", \"negative\": \"%s\"}".formatted(text, text)).toList());
        for (String method : List.of("means", "lda", "logistic")) {
            assertThat(assertTimeoutPreemptively(Duration.ofMinutes(1),
                    () -> find("--pairs", twins, "--method", method, "-o", at("x.safetensors")).mistake())).contains("same states at");
        }
        assertThat(run(new DirectionShowCommand(), "nowhere").mistake()).contains("no file 'nowhere'");
        assertThat(run(new DirectionShowCommand(), "sentiment").mistake()).contains("build-library");
        assertThat(run(new DirectionShowCommand(), made("wide", Site.of(Site.Kind.RESID_POST, 7), 1)).mistake())
                .contains("resid_post.7").contains("3 blocks of width 64");
    }
}

package org.latent4j.workbench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.latent4j.files.Safetensors;

/** {@code latent probe} on a tiny model of random weights, whose tokens are bytes: what can be read off it is which letters there are. */
class ProbeCommandTest {
    private static final int TEXTS = 60;

    @TempDir
    private Path folder = Path.of("");

    private String model = "";

    @BeforeEach
    void makeModel() throws IOException {
        model = TinyModel.withByteTokenizer(folder).toString();
    }

    private Ran probe(String... arguments) {
        return Ran.command(new ProbeCommand(), Stream.concat(Stream.of("-m", model), Stream.of(arguments)).toArray(String[]::new));
    }

    private Ran apply(String... arguments) {
        return Ran.command(new ProbeApplyCommand(), Stream.concat(Stream.of("-m", model), Stream.of(arguments)).toArray(String[]::new));
    }

    private static JsonNode json(Ran ran) throws IOException {
        assertThat(ran.code()).as(ran.err()).isZero();
        return new ObjectMapper().readTree(ran.out());
    }

    private String file(String name, List<String> lines) throws IOException {
        return Files.write(folder.resolve(name), lines).toString();
    }

    /** Texts of ten letters: of class {@code vowels} those that are mostly vowels. */
    private static List<String> texts() {
        Random random = new Random(1);
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < TEXTS; i++) {
            StringBuilder text = new StringBuilder();
            for (int j = 0; j < 10; j++) {
                String letters = i % 2 == 0 == random.nextDouble() < 0.9 ? "aeiou" : "bdgkt";
                text.append(letters.charAt(random.nextInt(5)));
            }
            texts.add(text.toString());
        }
        return texts;
    }

    private static String kind(int text) {
        return text % 2 == 0 ? "vowels" : "consonants";
    }

    private String tsv() throws IOException {
        List<String> lines = new ArrayList<>(List.of("text\tlabel\tvowels\teach"));
        List<String> texts = texts();
        for (int i = 0; i < TEXTS; i++) {
            lines.add(texts.get(i) + "\t" + kind(i) + "\t" + texts.get(i).replaceAll("[^aeiou]", "").length() + "\tno " + i);
        }
        return file("data.tsv", lines);
    }

    @Test
    void everySiteStandsBesideItsControls() throws IOException {
        JsonNode out = json(probe("--data", tsv(), "--label", "label", "--positions", "mean", "--random-model", "--json"));
        assertThat(out.path("sites")).hasSize(4);
        for (JsonNode site : out.path("sites")) {
            assertThat(site.path("accuracy").asDouble()).isGreaterThan(0.8);
            assertThat(site.path("low").asDouble()).isLessThanOrEqualTo(site.path("accuracy").asDouble());
            assertThat(site.path("shuffled").asDouble()).isLessThan(site.path("accuracy").asDouble());
            assertThat(site.path("selectivity").asDouble())
                    .isCloseTo(site.path("accuracy").asDouble() - site.path("control").asDouble(),
                            org.assertj.core.api.Assertions.within(2e-6));
            assertThat(site.has("random_model")).isTrue();
        }
        assertThat(out.path("majority").asDouble()).isBetween(0.3, 0.7);
        assertThat(out.path("best").asText()).startsWith("resid_post.");
        assertThat(out.path("classes")).hasSize(2);
        assertThat(out.path("dimensions").has("64")).isTrue();
        assertThat(out.path("others").has("mlp")).isTrue();
        assertThat(out.path("verdict").asText()).contains("knows").contains("embedding").contains("random weights");
    }

    @Test
    void theSameTextsInAnyFormGiveTheSameFigures() throws IOException {
        List<String> csv = new ArrayList<>(List.of("\"label\",\"text\""));
        List<String> jsonl = new ArrayList<>();
        List<String> texts = texts();
        for (int i = 0; i < TEXTS; i++) {
            csv.add(kind(i) + ",\"" + texts.get(i) + "\"");
            jsonl.add("{\"text\": \"%s\", \"label\": \"%s\"}".formatted(texts.get(i), kind(i)));
        }
        String[] options = {"--positions", "mean", "--sites", "resid_post.1", "--c", "1", "--json"};
        JsonNode first = null;
        for (String data : List.of(tsv(), file("data.csv", csv), file("data.jsonl", jsonl))) {
            JsonNode sites = json(probe(Stream.concat(Stream.of("--data", data, "--label", "label"), Stream.of(options))
                    .toArray(String[]::new))).path("sites");
            first = first == null ? sites : first;
            assertThat(sites).isEqualTo(first);
        }
    }

    @Test
    void pairsStayTogetherAndSpansAreFound() throws IOException {
        List<String> pairs = new ArrayList<>(List.of("positive\tnegative"));
        List<String> spans = new ArrayList<>(List.of("text\tstart\tend\tlabel"));
        List<String> texts = texts();
        for (int i = 0; i < TEXTS; i += 2) {
            pairs.add(texts.get(i) + "\t" + texts.get(i + 1));
            String text = "é" + texts.get(i) + " " + texts.get(i + 1); // é is one character and two tokens
            spans.add(text + "\t1\t11\tvowels");
            spans.add(text + "\t12\t22\tconsonants");
        }
        JsonNode ofPairs = json(probe("--data", file("pairs.tsv", pairs), "--positions", "mean", "--sites", "resid_post.1", "--json"));
        assertThat(ofPairs.path("sites").get(0).path("accuracy").asDouble()).isGreaterThan(0.8);
        assertThat(ofPairs.path("train").asInt() % 2).isZero();
        JsonNode ofSpans = json(probe("--data", file("spans.tsv", spans), "--words", "mean", "--sites", "embed", "--json"));
        assertThat(ofSpans.path("sites").get(0).path("accuracy").asDouble()).isGreaterThan(0.8);
        assertThat(ofSpans.path("train").asInt() + ofSpans.path("test").asInt()).isEqualTo(TEXTS);
    }

    @Test
    void wordsOfCoNllUAreReadAndUnseenWordsAreOtherWords() throws IOException {
        List<String> lines = new ArrayList<>();
        Random random = new Random(2);
        for (int sentence = 0; sentence < 40; sentence++) {
            for (int word = 1; word <= 5; word++) {
                boolean noun = random.nextBoolean();
                String form = (noun ? "b" : "k") + (char) ('a' + random.nextInt(20)) + (noun ? "a" : "t");
                lines.add("%d\t%s\t%s\t%s\t_\t_\t0\troot\t_\t_".formatted(word, form, form, noun ? "NOUN" : "VERB"));
            }
            lines.add("");
        }
        String data = file("data.conllu", lines);
        String[] options = {"--conllu", data, "--feature", "upos", "--sites", "embed,resid_post.0", "--c", "1", "--json"};
        JsonNode seen = json(probe(options));
        JsonNode unseen = json(probe(Stream.concat(Stream.of(options), Stream.of("--unseen-words")).toArray(String[]::new)));
        for (JsonNode out : List.of(seen, unseen)) {
            assertThat(out.path("sites").get(0).path("accuracy").asDouble()).isEqualTo(1); // the last letter tells
        }
        assertThat(unseen.path("train").asInt()).isLessThan(seen.path("train").asInt());
        assertThat(unseen.path("notes").get(0).asText()).contains("no word stands in both parts");
        assertThat(probe("--conllu", data, "--feature", "upos=PROPN").mistake()).contains("none of 200 words");
        assertThat(probe("--conllu", data).mistake()).contains("--feature");
    }

    @Test
    void numbersAreFittedByRidge() throws IOException {
        JsonNode out = json(probe("--data", tsv(), "--label", "vowels", "--kind", "ridge", "--positions", "mean", "--json"));
        assertThat(out.path("measure").asText()).isEqualTo("r2");
        JsonNode embed = out.path("sites").get(0);
        assertThat(embed.path("accuracy").asDouble()).isGreaterThan(0.8);
        assertThat(embed.path("macro_f1").isNull()).isTrue();
        assertThat(embed.path("shuffled").asDouble()).isLessThan(0.3);
        assertThat(probe("--data", tsv(), "--label", "label", "--kind", "ridge").mistake())
                .contains("label 'vowels' is not a finite number");
        assertThat(probe("--data", tsv(), "--label", "each").mistake()).contains("too many for classes");
    }

    @Test
    void aProbeIsKeptAppliedAndImportedAsADirection() throws IOException {
        Path kept = folder.resolve("probe.safetensors");
        Path page = folder.resolve("probe.html");
        Ran ran = probe("--data", tsv(), "--label", "label", "--positions", "mean", "--save", kept.toString(), "--save-site",
                "resid_post.0",
                "--html", page.toString(), "--svg", folder.resolve("probe.svg").toString());
        assertThat(ran.code()).as(ran.err()).isZero();
        assertThat(ran.out()).contains("majority").contains("resid_post.2").contains("with so many coordinates");
        assertThat(Files.readString(page)).contains("<svg").contains("default-src 'none'").doesNotContain("<script", "unsafe-inline");
        assertThat(Files.readString(folder.resolve("probe.svg"))).startsWith("<svg xmlns=").contains("knows").doesNotContain("<script");
        assertThat(folder.resolve(".probe.html.state")).doesNotExist();
        assertThat(folder.resolve("probe.manifest.json")).exists();
        JsonNode read = json(apply(kept.toString(), "aeioua", "--json"));
        assertThat(read.path("site").asText()).isEqualTo("resid_post.0");
        assertThat(read.path("readings").get(0).path("label").asText()).isEqualTo("vowels");
        assertThat(apply(kept.toString(), "bdgkt", "--every-token").out().lines()).hasSize(5);
        try (Safetensors stored = Safetensors.open(kept)) {
            assertThat(stored.tensor("direction")).isPresent();
        }
        Path direction = folder.resolve("direction.safetensors");
        Ran imported = Ran.command(new DirectionImportCommand(), kept.toString(), "-m", model, "--class", "vowels", "-o",
                direction.toString());
        assertThat(imported.code()).as(imported.err()).isZero();
        Ran steered = Ran.command(new SteerCommand(), "-m", model, direction.toString(), "abc", "--max-tokens", "3", "--where-probe",
                kept + ":vowels>0.5");
        assertThat(steered.code()).as(steered.err()).isZero();
        assertThat(steered.out()).contains("add vowels");
        Path later = folder.resolve("later.safetensors");
        Ran uncontrolled = probe("--data", tsv(), "--label", "label", "--sites", "resid_post.2", "--c", "1", "--no-controls", "--save",
                later.toString());
        assertThat(uncontrolled.code()).isZero();
        assertThat(uncontrolled.out().lines().toList().getLast()).contains("majority").doesNotContain("NaN");
        assertThat(Ran.command(new SteerCommand(), "-m", model, direction.toString(), "abc", "--where-probe", later + ":>0.5").mistake())
                .contains("resid_post.2, which isn't known yet at resid_post.0");
    }

    @Test
    void mistakesAreOneLine() throws IOException {
        assertThat(probe().mistake()).contains("nothing to probe for");
        assertThat(probe("--data", file("one.tsv", List.of("text\tlabel", "abc\tx"))).mistake()).contains("there is one row");
        assertThat(probe("--data", file("group.tsv", List.of("text\tlabel\tg", "abc\tx\t1", "abd\ty\t1")), "--group", "g").mistake())
                .contains("all 2 rows belong to one group");
        assertThat(probe("--data", file("same.tsv", List.of("text\tlabel", "abc\tx", "abd\tx", "abe\tx", "abf\tx", "abg\tx"))).mistake())
                .contains("same label 'x'").contains("two classes");
        assertThat(probe("--data", file("none.tsv", List.of("text\tname", "abc\tx"))).mistake()).contains("--label");
        assertThat(probe("--data", file("span.tsv", List.of("text\tstart\tend\tlabel", "abc\t2\t9\tx"))).mistake())
                .contains("2 to 9").contains("3 characters");
        assertThat(probe("--data", file("blank.tsv", List.of("text\tstart\tend\tlabel", "a b\t1\t2\tx"))).mistake())
                .contains("none of 1 labelled items has a token");
        assertThat(probe("--data", file("empty.tsv", List.of("text\tlabel", "\tx", " \ty"))).mistake())
                .contains("all 2 labelled texts are empty");
        assertThat(probe("--data", file("own.tsv", List.of("text\tlabel", "a\t1", "b\t2", "c\t3", "d\t4", "e\t5", "f\tNaN"))).mistake())
                .contains("no row to fit on has the class of one to test on").contains("--kind ridge");
        assertThat(probe("--data", tsv(), "--label", "label", "--sites", "attn_pattern.0").mistake()).contains("attention weights");
        assertThat(probe("--data", tsv(), "--label", "label", "--save-site", "mlp_out.1").mistake()).contains("add it to --sites");
        assertThat(probe("--data", tsv(), "--label", "label", "--c", "-1").mistake()).contains("positive number");
        assertThat(probe("--data", tsv(), "--label", "label", "--positions", "0-3").mistake()).contains("one state");
        assertThat(apply(model + "/model.safetensors", "abc").mistake()).contains("holds no probe");
    }

    @Test
    void emptyTextsAndClassesOfTheTestPartAloneAreLeftOutAndTold() throws IOException {
        List<String> lines = new ArrayList<>(List.of("text\tlabel\tgroup"));
        List<String> texts = texts();
        for (int i = 0; i < TEXTS; i++) {
            lines.add(texts.get(i) + "\t" + kind(i) + "\t" + i % 5);
        }
        lines.add(" \tvowels\t5");
        JsonNode out = json(probe("--data", file("data.tsv", lines), "--group", "group", "--sites", "embed", "--c", "1", "--json"));
        assertThat(out.path("notes").toString()).contains("1 empty text left out").doesNotContain("labelled item");
        for (int seed = 1; seed < 20; seed++) { // in one of five divisions the group of the rare class is tested on
            List<String> rare = new ArrayList<>(lines);
            rare.replaceAll(line -> line.endsWith("\t4") ? line.replaceFirst("\t[a-z]+\t", "\trare\t") : line);
            JsonNode divided = json(probe("--data", file("rare.tsv", rare), "--group", "group", "--sites", "embed", "--c", "1", "--json",
                    "--seed", Integer.toString(seed), "--no-controls", "--test", "0.4"));
            if (divided.path("notes").toString().contains("class rare is there alone")) {
                assertThat(divided.path("classes")).hasSize(2);
                return;
            }
        }
        throw new AssertionError("no division had the class in its test part alone");
    }

    @Test
    void aProbeOfAnotherModelIsRefusedWithBothNames() throws IOException {
        Path kept = folder.resolve("probe.safetensors");
        assertThat(probe("--data", tsv(), "--label", "label", "--sites", "resid_post.0", "--save", kept.toString(), "--no-controls", "--c",
                "1").code()).isZero();
        Path other = Files.createDirectories(folder.resolve("other"));
        for (Map.Entry<String, Path> each : Map
                .of("config.json", Path.of(model, "config.json"), "model.safetensors", Path.of(model, "model.safetensors"),
                        "tokenizer.json", Path.of(model, "tokenizer.json"))
                .entrySet()) {
            Files.copy(each.getValue(), other.resolve(each.getKey()));
        }
        byte[] weights = Files.readAllBytes(other.resolve("model.safetensors"));
        weights[weights.length - 2] ^= 1;
        Files.write(other.resolve("model.safetensors"), weights);
        Ran ran = Ran.command(new ProbeApplyCommand(), "-m", other.toString(), kept.toString(), "abc");
        assertThat(ran.mistake()).contains("belongs to other states").contains("other");
    }
}

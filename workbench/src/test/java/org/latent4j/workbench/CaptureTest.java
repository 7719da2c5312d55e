package org.latent4j.workbench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Progress;
import org.latent4j.model.Model;
import org.latent4j.model.Models;
import org.latent4j.model.PromptMode;
import org.latent4j.model.site.Positions;
import org.latent4j.model.site.Sites;

/** Captures of the tiny Llama, mostly by the command line that a user writes. */
class CaptureTest {
    private static final double TOLERANCE = 1e-4;

    @TempDir
    @Nullable
    Path temporary;

    private Path folder = Path.of("");
    private Path out = Path.of("");
    private String model = "";

    @BeforeEach
    void begin() {
        folder = Objects.requireNonNull(temporary);
        out = folder.resolve("out.safetensors");
        model = TinyModel.folder().toString();
    }

    @Test
    void statesMatchTransformers() throws IOException {
        Written expected = Written.read(TinyModel.folder().resolve("expected.safetensors"));
        List<int[]> ids = Stream.of(0, 1, 2).map(j -> expected.tensors().get(j + ".input_ids").ids()).toList();
        capture("--ids", idFile(ids), "--sites", "embed,resid_post.*,final_norm", "--sites", "logits");
        Written written = Written.read(out);
        for (Map.Entry<String, Written.Tensor> tensor : written.tensors().entrySet()) {
            Written.Tensor reference = expected.tensors().get(tensor.getKey());
            if (tensor.getKey().endsWith("input_ids")) {
                assertThat(tensor.getValue().ids()).isEqualTo(reference.ids());
            } else {
                assertThat(tensor.getValue().type()).isEqualTo("F32");
                assertThat(tensor.getValue().shape()).isEqualTo(reference.shape());
                assertThat(difference(tensor.getValue().floats(), reference.floats())).as(tensor.getKey()).isLessThan(TOLERANCE);
            }
        }
        assertThat(written.tensors()).hasSize(3 * (1 + 1 + 3 + 2));
    }

    @Test
    void otherSitesMatchTransformers() throws IOException {
        Written expected = Written.read(TinyModel.folder().resolve("sites.safetensors"));
        int[] ids = Written.read(TinyModel.folder().resolve("expected.safetensors")).tensors().get("0.input_ids").ids();
        capture("--ids", idFile(List.of(ids)), "--sites", "attn_pattern.*,head_out.*,attn_out.*,resid_mid.*,mlp_act.*,mlp_out.*");
        Written written = Written.read(out);
        assertThat(expected.tensors()).hasSize(18);
        expected.tensors().forEach((name, reference) -> {
            assertThat(written.tensors().get(name).shape()).as(name).isEqualTo(reference.shape());
            assertThat(difference(written.tensors().get(name).floats(), reference.floats())).as(name).isLessThan(TOLERANCE);
        });
    }

    @Test
    void aTextHasTheSameBitsAloneAndAmongOthers() throws IOException {
        List<int[]> all = manyIds(40, 60);
        capture("--ids", idFile(all), "--sites", "resid_post.2,logits");
        Written together = Written.read(out);
        capture("--ids", idFile(List.of(all.get(17))), "--sites", "resid_post.2,logits", "--threads", "1");
        Written alone = Written.read(out);
        for (String site : List.of("resid_post.2", "logits")) {
            assertThat(together.tensors().get("17." + site).floats()).isEqualTo(alone.tensors().get("0." + site).floats());
        }
    }

    @Test
    void positionsChooseRows() throws IOException {
        String ids = idFile(List.of(new int[]{5, 6, 7, 8}));
        capture("--ids", ids, "--sites", "resid_post.1");
        float[] all = Written.read(out).tensors().get("0.resid_post.1").floats();
        capture("--ids", ids, "--sites", "resid_post.1", "--positions", "last");
        assertThat(Written.read(out).tensors().get("0.resid_post.1").floats()).isEqualTo(Arrays.copyOfRange(all, 3 * 64, 4 * 64));
        capture("--ids", ids, "--sites", "resid_post.1", "--positions", "0,-2");
        assertThat(Written.read(out).tensors().get("0.resid_post.1").floats()).startsWith(all[0], all[1]).endsWith(all[3 * 64 - 1])
                .hasSize(128);
        capture("--ids", ids, "--sites", "resid_post.1", "--positions", "mean");
        float mean = (all[0] + all[64] + all[128] + all[192]) / 4;
        assertThat((double) Written.read(out).tensors().get("0.resid_post.1").floats()[0]).isCloseTo(mean,
                org.assertj.core.data.Offset.offset(1e-6));
    }

    @Test
    void metadataTellHowToDoItAgain() throws IOException {
        String ids = idFile(List.of(new int[]{5, 6, 7}));
        Ran ran = capture("--ids", ids, "--sites", "resid_post.*", "--positions", "last");
        Map<String, String> metadata = Written.read(out).metadata();
        assertThat(metadata).containsEntry("sites", "resid_post.*").containsEntry("positions", "last").containsEntry("texts", "1")
                .containsEntry("tokens", "3").containsEntry("prompt_mode", "ids")
                .containsKeys("model_sha256", "tokenizer_sha256", "latent4j", "java", "kernels");
        assertThat(metadata.get("command")).startsWith("latent ").contains("--sites 'resid_post.*'");
        JsonNode input = new ObjectMapper().readTree(metadata.get("inputs")).get(0);
        assertThat(input.get("file").textValue()).isEqualTo(ids);
        assertThat(input.get("sha256").textValue()).hasSize(64);
        assertThat(ran.err()).hasLineCount(1).contains("1 text, 3 tokens").contains("tokens/s").contains(out.toString());
        assertThat(leftovers()).isEmpty();
    }

    @Test
    void moreThanAShardIsWrittenAsHuggingFaceWritesIt() throws IOException {
        List<int[]> ids = manyIds(10, 20);
        capture("--ids", idFile(ids), "--sites", "resid_post.*");
        Written whole = Written.read(out);
        Ran ran = capture("--ids", idFile(ids), "--sites", "resid_post.*", "--shard-size", "50kB");
        assertThat(out).doesNotExist();
        JsonNode index = new ObjectMapper().readTree(folder.resolve("out.safetensors.index.json").toFile());
        List<String> files = new ArrayList<>();
        long size = 0;
        for (Map.Entry<String, JsonNode> entry : index.get("weight_map").properties()) {
            Written shard = Written.read(folder.resolve(entry.getValue().textValue()));
            assertThat(shard.tensors().get(entry.getKey()).data()).isEqualTo(whole.tensors().get(entry.getKey()).data());
            size += shard.tensors().get(entry.getKey()).data().remaining();
            files.add(entry.getValue().textValue());
        }
        assertThat(index.get("weight_map").size()).isEqualTo(whole.tensors().size());
        assertThat(index.get("metadata").get("total_size").longValue()).isEqualTo(size);
        assertThat(files).contains("out-00001-of-00004.safetensors", "out-00004-of-00004.safetensors");
        assertThat(ran.err()).contains("and 4 shards");
        capture("--ids", idFile(ids), "--sites", "resid_post.*");
        assertThat(names()).containsExactlyInAnyOrder("ids.json", "out.safetensors"); // the shards of the earlier capture are gone
    }

    @Test
    void anInterruptedCaptureGoesOnToTheSameBytes() throws IOException {
        String ids = idFile(manyIds(60, 100));
        for (String shardSize : List.of("1GB", "300kB")) {
            capture("--ids", ids, "--sites", "resid_post.*", "--shard-size", shardSize, "--restart");
            Map<String, byte[]> whole = outputs();
            interrupt(request(ids, Amounts.parseBytes(shardSize)), 2);
            assertSameBytes(outputs(), whole); // an unfinished capture leaves a finished one alone
            for (String name : whole.keySet()) {
                Files.delete(folder.resolve(name));
            }
            Ran ran = capture("--ids", ids, "--sites", "resid_post.*", "--shard-size", shardSize, "--threads", "1");
            assertThat(ran.err()).contains("going on with the interrupted capture after 20 texts");
            assertSameBytes(outputs(), whole);
            assertThat(leftovers()).isEmpty();
        }
    }

    @Test
    void anotherCaptureIsntMixedIn() throws IOException {
        String ids = idFile(manyIds(60, 100));
        interrupt(request(ids, 1_000_000_000), 1);
        String[] other = {"-m", model, "--ids", ids, "--sites", "resid_post.1", "--shard-size", "1GB", "-o", out.toString()};
        assertThat(Ran.command(new CaptureCommand(), other).mistake())
                .contains("holds interrupted work with another 'sites' (resid_post.* there, resid_post.1 here); --restart");
        idFile(manyIds(61, 100));
        assertThat(refused("--ids", ids, "--sites", "resid_post.*", "--shard-size", "1GB")).contains("another 'inputs'");
        assertThat(refused("--ids", ids, "--sites", "resid_post.*", "--shard-size", "1GB", "--positions", "last")).contains("another");
        capture("--ids", ids, "--sites", "resid_post.1", "--restart");
        assertThat(Written.read(out).tensors()).hasSize(2 * 61);
    }

    @Test
    void aDamagedBeginningIsntGoneOnWith() throws IOException {
        String ids = idFile(manyIds(60, 100));
        interrupt(request(ids, 1_000_000_000), 2);
        Path shard = folder.resolve("out.safetensors.partial/shard-1.safetensors");
        byte[] bytes = Files.readAllBytes(shard);
        Files.write(shard, Arrays.copyOf(bytes, bytes.length / 4));
        Ran ran = Ran.command(new CaptureCommand(), arguments(out, "--ids", ids, "--sites", "resid_post.*", "--shard-size", "1GB"));
        assertThat(ran.code()).isEqualTo(2);
        assertThat(ran.err()).contains("shard-1.safetensors was damaged").contains("--restart");
        Files.writeString(folder.resolve("out.safetensors.partial/progress.json"), "{\"texts_done\": 3");
        assertThat(refused("--ids", ids, "--sites", "resid_post.*", "--shard-size", "1GB")).contains("progress.json can't be read")
                .contains("--restart");
    }

    @Test
    void anInputThatChangesMeanwhileIsNoticed() throws IOException {
        String ids = idFile(manyIds(60, 100));
        try (PartialCapture partial = PartialCapture.open(out, false); Model opened = Models.open(model)) {
            Capture capture = new Capture(opened, request(ids, 1_000_000_000), partial, (what, done, _, _) -> {
                if (what.equals("Capturing") && done == 0) {
                    rewrite(manyIds(60, 99));
                }
            }, _ -> {});
            assertThatThrownBy(capture::run).isInstanceOf(LatentException.class)
                    .hasMessageContaining("ids.json changed while it was captured; run the command again");
        }
        assertThat(names()).containsExactly("ids.json");
    }

    @Test
    void theSecondOfTwoAtOnceIsTold() throws IOException {
        String ids = idFile(List.of(new int[]{1, 2}));
        PartialCapture first = PartialCapture.open(out, false);
        assertThat(refused("--ids", ids, "--sites", "embed"))
                .contains("is being written by another process (number " + ProcessHandle.current().pid() + ")");
        first.close();
        capture("--ids", ids, "--sites", "embed");
        assertThat(out).exists();
    }

    @Test
    void anUnwritableOutputIsFoundBeforeTheModelIsOpened() throws IOException {
        model = "no-such-model";
        String ids = idFile(List.of(new int[]{1, 2}));
        assertThat(refusedAt(folder.resolve("missing/out.safetensors"), ids)).contains("there is no folder").contains("make it first");
        assertThat(refusedAt(folder.resolve("ids.json/out.safetensors"), ids)).contains("is not a folder");
        assertThat(refusedAt(folder.resolve("out.npz"), ids)).contains("its name ends with .safetensors");
        assertThat(refusedAt(Files.createDirectory(folder.resolve("d.safetensors")), ids)).contains("is a folder");
        Files.writeString(folder.resolve("f.safetensors.partial"), "");
        assertThat(refusedAt(folder.resolve("f.safetensors"), ids)).contains("can't write");
        assertThat(refusedAt(out, ids)).contains("no-such-model");
        assertThat(leftovers()).isEmpty();
    }

    @Test
    void aFolderWithoutPermissionIsAnUnwritableOutput() throws IOException {
        Path sealed = Files.createDirectory(folder.resolve("sealed"));
        assumeThat(sealed.toFile().setWritable(false) && !Files.isWritable(sealed)).as("the superuser may write anywhere").isTrue();
        assertThat(refusedAt(sealed.resolve("out.safetensors"), idFile(List.of(new int[]{1})))).contains("permission denied");
    }

    @Test
    void aFullDiskIsAnsweredInOneLine() throws IOException {
        Path full = Path.of("/dev/full");
        assumeThat(Files.exists(full)).as("there is a device that is always full").isTrue();
        Path partial = Files.createDirectory(folder.resolve("out.safetensors.partial"));
        Files.createSymbolicLink(partial.resolve("shard-1.safetensors"), full);
        assertThat(refused("--ids", idFile(manyIds(60, 100)), "--sites", "resid_post.*")).contains("out.safetensors: the disk is full");
    }

    @Test
    void sitesAndPositionsThatArentThereAreNamed() throws IOException {
        String ids = idFile(List.of(new int[]{1, 2, 3}));
        assertThat(refused("--ids", ids, "--sites", "resid_pots.*")).contains("resid_pots").contains("resid_post");
        assertThat(refused("--ids", ids, "--sites", "resid_post.3")).contains("layer 3").contains("0 to 2");
        assertThat(refused("--ids", ids, "--sites", "embed", "--positions", "3")).contains("ids.json[0]: position 3 is outside")
                .contains("3 tokens");
        assertThat(refused("--ids", ids, "--sites", "embed", "--positions", "first")).contains("'first'");
        assertThat(leftovers()).isEmpty();
    }

    @Test
    void tokenIdsOutOfRangeAreNamed() throws IOException {
        assertThat(refused("--ids", idFile(List.of(new int[]{1}, new int[]{1, TinyModel.VOCABULARY})), "--sites", "embed"))
                .contains("ids.json[1]: token 1 is 384").contains("0 to 383");
        assertThat(refused("--ids", idFile(List.of(new int[]{-1})), "--sites", "embed")).contains("token 0 is -1");
    }

    @Test
    void moreTokensThanTheContextAreAnErrorOrCut() throws IOException {
        String ids = idFile(List.of(new int[]{1, 2}, new int[TinyModel.CONTEXT + 1], new int[TinyModel.CONTEXT]));
        assertThat(refused("--ids", ids, "--sites", "embed")).contains("ids.json[1] has 129 tokens").contains("128").contains("--truncate");
        Ran ran = capture("--ids", ids, "--sites", "embed", "--truncate");
        assertThat(ran.err()).contains("1 text is longer than the context and cut to 128 tokens").contains("ids.json[1], 129 tokens");
        assertThat(Written.read(out).tensors().get("1.embed").shape()).containsExactly(128, 64);
        assertThat(Written.read(out).metadata()).containsEntry("truncated", "1").containsEntry("truncated_texts", "[1]");
    }

    @Test
    void emptyTextsAreAnErrorOrLeftOutAndNumbersStay() throws IOException {
        String ids = idFile(List.of(new int[]{1}, new int[0], new int[]{2}));
        assertThat(refused("--ids", ids, "--sites", "embed")).contains("ids.json[1] is empty").contains("--skip-empty");
        Ran ran = capture("--ids", ids, "--sites", "embed", "--skip-empty");
        assertThat(ran.err()).contains("1 empty text is left out").contains("2 texts, 2 tokens");
        assertThat(Written.read(out).tensors()).containsOnlyKeys("0.input_ids", "0.embed", "2.input_ids", "2.embed");
        assertThat(refused("--ids", idFile(List.of()), "--sites", "embed")).contains("there is no text in");
        assertThat(refused("--ids", idFile(List.of(new int[0])), "--sites", "embed", "--skip-empty")).contains("every text in");
    }

    @Test
    void exactlyOneInputIsWanted() throws IOException {
        String ids = idFile(List.of(new int[]{1}));
        assertThat(refused("--sites", "embed")).contains("there is nothing to read; give --text");
        assertThat(refused("--sites", "embed", "--ids", ids, "--text", "a")).contains("there are 2 inputs");
        assertThat(refused("--sites", "embed", "--ids", ids, "--chat")).contains("--ids are taken as they are");
        assertThat(refused("--sites", "embed", "--text", "a", "--chat", "--special")).contains("exclude each other");
        assertThat(refused("--sites", "embed", "--ids", ids, "--column", "text")).contains("--column goes with --texts");
        assertThat(refused("--sites", "embed", "--ids", ids, "--shard-size", "big")).contains("--shard-size big");
        assertThat(refused("--sites", "embed", "--ids", ids, "--threads", "0")).contains("threads");
    }

    @Test
    void aFileThatIsntAModelIsAnsweredInOneLine() throws IOException {
        String ids = idFile(List.of(new int[]{1}));
        model = Files.writeString(folder.resolve("notes.gguf"), "this is not a model").toString();
        assertThat(refused("--sites", "embed", "--ids", ids)).contains("notes.gguf");
        assertThat(leftovers()).isEmpty();
    }

    private Ran capture(String... arguments) {
        Ran ran = Ran.command(new CaptureCommand(), arguments(out, arguments));
        assertThat(ran.code()).as(ran.err()).isZero();
        assertThat(ran.out()).isEmpty();
        return ran;
    }

    private String refused(String... arguments) {
        return Ran.command(new CaptureCommand(), arguments(out, arguments)).mistake();
    }

    private String refusedAt(Path elsewhere, String ids) {
        return Ran.command(new CaptureCommand(), arguments(elsewhere, "--ids", ids, "--sites", "embed")).mistake();
    }

    private String[] arguments(Path file, String... arguments) {
        return Stream.concat(Stream.of("--offline", "-m", model, "--out", file.toString()), Stream.of(arguments)).toArray(String[]::new);
    }

    private Capture.Request request(String ids, long shardSize) {
        return new Capture.Request(new TextInput.TokenIds(Path.of(ids)), Sites.of("resid_post.*"), Positions.ALL, "all", PromptMode.RAW,
                false, false, List.of(), out, shardSize, 0, "latent capture");
    }

    /** Captures, and ends as if the program was killed after some batches, in the middle of a write. */
    private void interrupt(Capture.Request request, int batches) throws IOException {
        try (PartialCapture partial = PartialCapture.open(out, true); Model opened = Models.open(model)) {
            int[] calls = {0};
            Progress killer = (what, _, _, _) -> {
                if (what.equals("Capturing") && ++calls[0] > batches + 1) {
                    throw new IllegalStateException("killed");
                }
            };
            assertThatThrownBy(() -> new Capture(opened, request, partial, killer, _ -> {}).run()).hasMessage("killed");
        }
    }

    private String idFile(List<int[]> ids) throws IOException {
        return Files.writeString(folder.resolve("ids.json"), ids.stream().map(Arrays::toString).toList().toString()).toString();
    }

    private void rewrite(List<int[]> ids) {
        try {
            idFile(ids);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static List<int[]> manyIds(int texts, int tokens) {
        List<int[]> all = new ArrayList<>();
        for (int text = 0; text < texts; text++) {
            int[] ids = new int[tokens];
            for (int i = 0; i < tokens; i++) {
                ids[i] = (31 * text + 7 * i * i + 3) % TinyModel.VOCABULARY;
            }
            all.add(ids);
        }
        return all;
    }

    private Map<String, byte[]> outputs() throws IOException {
        Map<String, byte[]> outputs = new java.util.TreeMap<>();
        for (String name : names()) {
            if (name.startsWith("out") && Files.isRegularFile(folder.resolve(name))) {
                outputs.put(name, Files.readAllBytes(folder.resolve(name)));
            }
        }
        return outputs;
    }

    private static void assertSameBytes(Map<String, byte[]> files, Map<String, byte[]> others) {
        assertThat(files.keySet()).isEqualTo(others.keySet());
        files.forEach((name, bytes) -> {
            if (name.endsWith(".safetensors")) {
                assertThat(dataOf(bytes)).as(name).isEqualTo(dataOf(others.get(name)));
            }
        });
    }

    /** What follows the header, which tells the command line. */
    private static byte[] dataOf(byte[] file) {
        int header = java.nio.ByteBuffer.wrap(file).order(java.nio.ByteOrder.LITTLE_ENDIAN).getInt();
        return Arrays.copyOfRange(file, 8 + header, file.length);
    }

    private List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }

    private List<String> leftovers() throws IOException {
        return names().stream().filter(name -> name.endsWith(".partial") && Files.isDirectory(folder.resolve(name))).toList();
    }

    private static double difference(float[] values, float[] reference) {
        assertThat(values).hasSameSizeAs(reference);
        double largest = 0;
        double scale = 0;
        for (int i = 0; i < values.length; i++) {
            largest = Math.max(largest, Math.abs((double) values[i] - reference[i]));
            scale = Math.max(scale, Math.abs((double) reference[i]));
        }
        return largest / scale;
    }
}

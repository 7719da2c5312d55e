package org.latent4j.model.format;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.latent4j.files.Alterations;
import org.latent4j.files.Refusals;
import org.latent4j.files.Tensor;
import org.latent4j.files.Trial;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Matrix;
import org.latent4j.model.Model;
import org.latent4j.model.Models;
import org.latent4j.model.Trace;
import org.latent4j.model.format.TinyModels.Weight;
import org.latent4j.model.site.Site;
import org.latent4j.model.site.Sites;

/**
 * Models whose files were altered at random: each opens and computes finite states, or is refused with one line. Anything else, an
 * exception of another kind, a hang, or an attempt to allocate what the file claims to have, fails the test with its seed.
 */
@Timeout(value = 4, unit = TimeUnit.HOURS, threadMode = ThreadMode.SEPARATE_THREAD)
class HostileFilesTest {
    static final List<String> FOLDERS = List.of(
            "llama-dynamic", "qwen2-old", "gemma3-seeing", "phi3-longrope", "gpt_neox-serial", "smollm3", "granite", "bert", "roberta",
            "modernbert");

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    @SuppressWarnings("NullAway.Init")
    private Path temp;

    @ParameterizedTest
    @ValueSource(strings = {"granite", "gemma3-seeing", "phi3-longrope", "gpt_neox-serial", "modernbert"})
    void alteredGgufs(String name) throws IOException {
        byte[] whole = Files.readAllBytes(GgufOfArchitecture.write(name, temp.resolve("whole.gguf")));
        Path file = temp.resolve("m.gguf");
        int structure = structure(whole.length, name);
        new Trial(file, _ -> opensGguf(file)).run("GGUF of " + name, Trial.EACH / 5, random -> random.nextInt(8) == 0
                ? Alterations.weights(whole, structure, random)
                : Alterations.bytes(whole, structure, random));
    }

    /** Where the header ends: what isn't weights. */
    private static int structure(int length, String name) {
        return length - 4 * TinyModels.weights(name).values().stream().mapToInt(weight -> weight.values().length).sum() - 64;
    }

    @Test
    void alteredGgufsWithAllKindsOfMetadata() {
        byte[] whole = new GgufBytes()
                .strings("a", "x", "yy", "")
                .i32s("b", 1, 2, 3)
                .bool("c", true)
                .string("d", "text")
                .value(
                        "e",
                        GgufValue.Type.ARRAY,
                        b -> b.i32(9).i64(2).i32(0).i64(1).u8(1).i32(8).i64(1).string("x"))
                .value("f", GgufValue.Type.FLOAT64, b -> b.i64(7))
                .tensor("t", GgmlType.Q4_1, new byte[40], 2, 32)
                .f32Tensor("u", new float[4], 2, 2)
                .toArray();
        Path file = temp.resolve("m.gguf");
        new Trial(file, _ -> decodes(file)).run("metadata", Trial.EACH / 4, random -> Alterations.bytes(whole, whole.length, random));
    }

    @ParameterizedTest
    @FieldSource("FOLDERS")
    void alteredSafetensors(String name) throws IOException {
        Path folder = TinyModels.copy(name, temp.resolve(name));
        Path file = folder.resolve("model.safetensors");
        byte[] whole = Files.readAllBytes(file);
        int header = (int) ByteBuffer.wrap(whole).order(ByteOrder.LITTLE_ENDIAN).getLong();
        new Trial(file, _ -> runs(folder)).run("safetensors of " + name, Trial.EACH / FOLDERS.size(), random -> switch (random.nextInt(4)) {
            case 0 -> Alterations.weights(whole, 8 + header, random);
            case 1 -> withHeader(whole, header, Alterations.json(Arrays.copyOfRange(whole, 8, 8 + header), random, "F16", "I64"));
            default -> Alterations.bytes(whole, 8 + header, random);
        });
    }

    private static byte[] withHeader(byte[] whole, int before, byte[] header) {
        ByteBuffer file = ByteBuffer.allocate(whole.length - before + header.length).order(ByteOrder.LITTLE_ENDIAN);
        return file.putLong(header.length).put(header).put(whole, 8 + before, whole.length - 8 - before).array();
    }

    @ParameterizedTest
    @FieldSource("FOLDERS")
    void alteredConfigurations(String name) throws IOException {
        Path folder = TinyModels.copy(name, temp.resolve(name));
        Path file = folder.resolve("config.json");
        byte[] whole = Files.readAllBytes(file);
        new Trial(file, _ -> runs(folder)).run("config.json of " + name, Trial.EACH / FOLDERS.size(), random -> random.nextInt(3) > 0
                ? Alterations.json(whole, random, "llama", "bert", "yarn", "gelu", "relu", "sliding_attention")
                : Alterations.bytes(whole, whole.length, random));
    }

    @Test
    void alteredIndexes() throws IOException {
        Path folder = sharded("llama-dynamic");
        Path file = folder.resolve("model.safetensors.index.json");
        byte[] whole = Files.readAllBytes(file);
        String[] names = {"../config.json", "/etc/passwd", "model.safetensors.index.json", "config.json", ".", "..", "missing", "a/b",
            "C:\\x", "model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors", "\u0000", "nul"};
        new Trial(file, _ -> runs(folder)).run("index", Trial.EACH, random -> random.nextInt(3) > 0
                ? Alterations.json(whole, random, names)
                : Alterations.bytes(whole, whole.length, random));
    }

    /** The model in two files and an index. */
    private Path sharded(String name) throws IOException {
        Path folder = Files.createDirectories(temp.resolve("sharded"));
        Files.copy(TinyModels.folder(name).resolve("config.json"), folder.resolve("config.json"));
        List<String> entries = new ArrayList<>();
        List<Map<String, Weight>> halves = List.of(new TreeMap<>(), new TreeMap<>());
        TinyModels.weights(name).forEach((tensor, weight) -> {
            int half = tensor.contains("layers.0") ? 0 : 1;
            halves.get(half).put(tensor, weight);
            entries.add("\"%s\": \"model-0000%d-of-00002.safetensors\"".formatted(tensor, half + 1));
        });
        TinyModels.write(folder.resolve("model-00001-of-00002.safetensors"), halves.get(0));
        TinyModels.write(folder.resolve("model-00002-of-00002.safetensors"), halves.get(1));
        Files.writeString(folder.resolve("model.safetensors.index.json"),
                "{\"metadata\": {\"total_size\": 1}, \"weight_map\": {%s}}".formatted(String.join(", ", entries)), StandardCharsets.UTF_8);
        return folder;
    }

    /** Opens the model and runs a few tokens through it; what it says is finite, or it is refused. */
    private static void runs(Path path) {
        try (Model model = Models.open(path.toString(), Models.Options.standard().withThreads(1).withOffline(true))) {
            int last = model.config().layers() - 1;
            int token = Math.min(7, model.config().vocabulary() - 1);
            String sites = "resid_post." + last + (model.hasHead() ? ",logits" : "");
            Trace trace = model.trace(model.config().context() < 3 ? new int[]{token} : new int[]{0, token, 1}, Sites.of(sites));
            for (Site site : trace.sites()) {
                Matrix states = trace.get(site);
                for (float value : states.data()) {
                    assertThat(Float.isFinite(value)).as("%s is finite", site).isTrue();
                }
            }
        }
    }

    private static void opensGguf(Path file) {
        try {
            runs(file);
        } catch (LatentException refused) {
            Refusals.oneLine(refused);
            decodes(file); // a GGUF that is no model may still be read
            throw refused;
        }
    }

    private static void decodes(Path file) {
        try (Gguf gguf = Gguf.open(file)) {
            for (String key : gguf.keys()) {
                if (gguf.value(key).orElseThrow() instanceof List<?> list) {
                    list.forEach(String::valueOf);
                }
            }
            for (Tensor tensor : gguf.tensors().values()) {
                if (tensor.type().equals("F32")) {
                    tensor.floats();
                }
            }
        }
    }
}

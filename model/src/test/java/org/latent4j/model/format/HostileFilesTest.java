package org.latent4j.model.format;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.latent4j.kernel.LatentException;

/**
 * Files that were altered at random: each opens, or is refused with one line. Anything else, an exception of another
 * kind or an attempt to allocate what the file claims to have, fails the test. Every failure names its seed.
 */
class HostileFilesTest {
    private static final int EACH = 300;
    private static final long[] HUGE = {
        -1,
        Long.MAX_VALUE,
        Long.MIN_VALUE,
        1L << 62,
        1L << 40,
        Integer.MAX_VALUE,
        1L << 31,
        0xffff_ffffL,
        1L << 24,
        255,
        1,
        0
    };

    @TempDir
    Path temp;

    @Test
    void alteredLlamaGgufs() throws IOException {
        alter(
                TinyModels.llamaGguf("llama3-rope-scaling").toArray(),
                6_000,
                temp.resolve("m.gguf"),
                temp.resolve("m.gguf"));
    }

    @Test
    void alteredGgufsOfOtherArchitectures() throws IOException {
        for (String name : new String[]{"gemma3-seeing", "phi3-longrope", "modernbert"}) {
            byte[] bytes = Files.readAllBytes(GgufOfArchitecture.write(name, temp.resolve(name + ".gguf")));
            alter(bytes, 4_000, temp.resolve("m.gguf"), temp.resolve("m.gguf"));
        }
    }

    @Test
    void alteredGpt2Ggufs() throws IOException {
        alter(TinyModels.gpt2Gguf().toArray(), 6_000, temp.resolve("m.gguf"), temp.resolve("m.gguf"));
    }

    @Test
    void alteredGgufsWithAllKindsOfMetadata() throws IOException {
        byte[] bytes = new GgufBytes()
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
        alter(bytes, bytes.length, temp.resolve("m.gguf"), temp.resolve("m.gguf"));
    }

    @Test
    void alteredSafetensors() throws IOException {
        for (String name : TinyModels.ALL) {
            Path folder = TinyModels.copy(name, temp.resolve(name));
            Path file = folder.resolve("model.safetensors");
            alter(Files.readAllBytes(file), 3_500, file, folder);
        }
    }

    @Test
    void alteredConfigurations() throws IOException {
        List<String> models = new ArrayList<>(TinyModels.ALL);
        models.addAll(List.of(
                "llama-dynamic", "qwen2-old", "gemma3-seeing", "phi3-longrope", "gpt_neox-serial", "smollm3", "roberta", "modernbert"));
        for (String name : models) {
            Path folder = TinyModels.copy(name, temp.resolve(name));
            Path file = folder.resolve("config.json");
            byte[] whole = Files.readAllBytes(file);
            alter(whole, whole.length, file, folder);
        }
    }

    /** Writes altered versions of a file and opens the model that it belongs to. Alterations are in the first bytes. */
    private void alter(byte[] whole, int first, Path file, Path model) throws IOException {
        int opened = 0;
        int refused = 0;
        for (int seed = 0; seed < EACH; seed++) {
            Files.write(file, altered(whole, Math.min(first, whole.length), new SplittableRandom(seed)));
            if (opens(model, seed)) {
                opened++;
            } else {
                refused++;
            }
        }
        // both must happen, else the alterations are too weak or too strong to say anything
        assertThat(refused).as("refused").isGreaterThan(EACH / 10);
        assertThat(opened + refused).isEqualTo(EACH);
    }

    private static boolean opens(Path model, int seed) {
        try (Checkpoint checkpoint = Checkpoint.open(model)) {
            if (checkpoint.tokenizer() instanceof TokenizerFiles.Embedded(Gguf gguf)) {
                gguf.keys().forEach(gguf::value);
            }
            return true;
        } catch (LatentException e) {
            Refusals.oneLine(e);
            return decodes(model, seed);
        } catch (RuntimeException | Error e) {
            throw new AssertionError("seed " + seed, e);
        }
    }

    /** A GGUF that is no model may still be read: its metadata and tensors must hold as well. */
    private static boolean decodes(Path model, int seed) {
        if (!model.toString().endsWith(".gguf")) {
            return false;
        }
        try (Gguf gguf = Gguf.open(model)) {
            for (String key : gguf.keys()) {
                Object value = gguf.value(key).orElseThrow();
                if (value instanceof List<?> list) {
                    list.forEach(String::valueOf);
                }
            }
            for (Tensor tensor : gguf.tensors().values()) {
                if (tensor.type().equals("F32")) {
                    tensor.floats();
                }
            }
        } catch (LatentException e) {
            Refusals.oneLine(e);
        } catch (RuntimeException | Error e) {
            throw new AssertionError("seed " + seed, e);
        }
        return false;
    }

    private static byte[] altered(byte[] whole, int first, SplittableRandom random) {
        byte[] bytes = whole.clone();
        return switch (random.nextInt(6)) {
            case 0 -> flipped(bytes, first, random);
            case 1 -> Arrays.copyOf(bytes, random.nextInt(first + 1));
            case 2 -> Arrays.copyOf(bytes, whole.length - 1 - random.nextInt(Math.min(whole.length - 1, 10_000)));
            case 3 -> huge(bytes, first, random);
            case 4 -> digit(bytes, first, random);
            default -> moved(bytes, first, random);
        };
    }

    /** Up to eight bits turned round. */
    private static byte[] flipped(byte[] bytes, int first, SplittableRandom random) {
        for (int flips = 1 + random.nextInt(8); flips > 0; flips--) {
            bytes[random.nextInt(first)] ^= (byte) (1 << random.nextInt(8));
        }
        return bytes;
    }

    /** A number of 64 or 32 bits that is too large, or nothing, where anything may have stood. */
    private static byte[] huge(byte[] bytes, int first, SplittableRandom random) {
        ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        int at = random.nextInt(Math.max(1, first - 8));
        long value = HUGE[random.nextInt(HUGE.length)];
        if (random.nextBoolean()) {
            buffer.putLong(at, value);
        } else {
            buffer.putInt(at, (int) value);
        }
        return bytes;
    }

    /** Another digit where one stands: a text's numbers stay numbers. */
    private static byte[] digit(byte[] bytes, int first, SplittableRandom random) {
        List<Integer> digits = new ArrayList<>();
        for (int i = 0; i < first; i++) {
            if (bytes[i] >= '0' && bytes[i] <= '9') {
                digits.add(i);
            }
        }
        for (int changes = 1 + random.nextInt(3); changes > 0 && !digits.isEmpty(); changes--) {
            bytes[digits.get(random.nextInt(digits.size()))] = (byte) ('0' + random.nextInt(10));
        }
        return bytes;
    }

    /** A piece of the file over another piece. */
    private static byte[] moved(byte[] bytes, int first, SplittableRandom random) {
        int length = 1 + random.nextInt(Math.min(64, first - 1));
        System.arraycopy(bytes, random.nextInt(first - length), bytes, random.nextInt(first - length), length);
        return bytes;
    }
}

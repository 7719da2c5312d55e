package org.latent4j.model.format;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.latent4j.files.Safetensors;
import org.latent4j.files.SafetensorsWriter;

/** The tiny models of the test resources, their files altered, and the same models written as GGUF. */
final class TinyModels {
    static final List<String> ALL = List.of("llama", "llama3-rope-scaling", "mistral", "gpt2");

    private TinyModels() {}

    static Path folder(String name) {
        try {
            return Path.of(TinyModels.class.getResource("/tiny/" + name).toURI());
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
    }

    /** A copy with {@code config.json} changed by replacing text, pair by pair. */
    static Path copy(String name, Path folder, String... replacements) {
        try {
            Files.createDirectories(folder);
            Files.copy(folder(name).resolve("model.safetensors"), folder.resolve("model.safetensors"));
            String config = Files.readString(folder(name).resolve("config.json"));
            for (int i = 0; i < replacements.length; i += 2) {
                if (!config.contains(replacements[i])) {
                    throw new AssertionError("the configuration doesn't hold " + replacements[i]);
                }
                config = config.replace(replacements[i], replacements[i + 1]);
            }
            Files.writeString(folder.resolve("config.json"), config);
            return folder;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The float tensors of a tiny model. */
    static Map<String, Weight> weights(String name) {
        Map<String, Weight> weights = new TreeMap<>();
        try (Safetensors file = Safetensors.open(folder(name).resolve("model.safetensors"))) {
            file.tensors().values().forEach(t -> weights.put(t.name(), new Weight(t.floats(), t.shape())));
        }
        return weights;
    }

    /** Values and their shape, outermost first. */
    record Weight(float[] values, long[] shape) {
        Weight transposed() {
            int rows = (int) shape[0];
            int columns = (int) shape[1];
            float[] turned = new float[values.length];
            for (int r = 0; r < rows; r++) {
                for (int c = 0; c < columns; c++) {
                    turned[c * rows + r] = values[r * columns + c];
                }
            }
            return new Weight(turned, new long[]{columns, rows});
        }

        /** What llama.cpp's conversion does to query and key: value i and i + half of a head become neighbours. */
        Weight permuted(int heads) {
            int columns = (int) shape[1];
            int half = (int) shape[0] / heads / 2;
            float[] permuted = new float[values.length];
            for (int h = 0; h < heads; h++) {
                for (int i = 0; i < half; i++) {
                    for (int side = 0; side < 2; side++) {
                        int from = (h * 2 + side) * half + i;
                        int to = (h * half + i) * 2 + side;
                        System.arraycopy(values, from * columns, permuted, to * columns, columns);
                    }
                }
            }
            return new Weight(permuted, shape);
        }
    }

    /** A tiny Llama as llama.cpp's convert_hf_to_gguf.py would write it. */
    static GgufBytes llamaGguf(String name) {
        GgufBytes gguf = new GgufBytes()
                .string("general.architecture", "llama")
                .string("general.name", "tiny")
                .string("general.license", "apache-2.0")
                .u32("llama.block_count", 3)
                .u32("llama.context_length", 128)
                .u32("llama.embedding_length", 64)
                .u32("llama.feed_forward_length", 112)
                .u32("llama.attention.head_count", 4)
                .u32("llama.attention.head_count_kv", 2)
                .u32("llama.attention.key_length", 16)
                .u32("llama.attention.value_length", 16)
                .f32("llama.attention.layer_norm_rms_epsilon", 1e-6f)
                .f32("llama.rope.freq_base", name.equals("llama") ? 10_000 : 500_000)
                .u32("llama.rope.dimension_count", 16)
                .u32("llama.vocab_size", 384)
                .string("tokenizer.ggml.model", "gpt2")
                .strings("tokenizer.ggml.tokens", "a", "b");
        if (name.equals("llama3-rope-scaling")) {
            gguf.f32Tensor("rope_freqs.weight", llama3Divisors(16, 500_000, 8, 1, 4, 32), 8);
        }
        weights(name).forEach((from, weight) -> {
            String to = from.replace("model.embed_tokens", "token_embd")
                    .replace("model.norm", "output_norm")
                    .replace("lm_head", "output")
                    .replace("model.layers.", "blk.")
                    .replace("input_layernorm", "attn_norm")
                    .replace("post_attention_layernorm", "ffn_norm")
                    .replace("self_attn.q_proj", "attn_q")
                    .replace("self_attn.k_proj", "attn_k")
                    .replace("self_attn.v_proj", "attn_v")
                    .replace("self_attn.o_proj", "attn_output")
                    .replace("mlp.gate_proj", "ffn_gate")
                    .replace("mlp.up_proj", "ffn_up")
                    .replace("mlp.down_proj", "ffn_down");
            Weight written = to.contains("attn_q") ? weight.permuted(4) : to.contains("attn_k") ? weight.permuted(2) : weight;
            gguf.f32Tensor(to, written.values, written.shape);
        });
        return gguf;
    }

    /** The numbers of {@code rope_freqs.weight}, by the same script. */
    private static float[] llama3Divisors(
            int width, double base, double factor, double low, double high, double context) {
        float[] divisors = new float[width / 2];
        for (int i = 0; i < divisors.length; i++) {
            double wavelength = 2 * Math.PI * Math.pow(base, 2.0 * i / width);
            double smooth = (context / wavelength - low) / (high - low);
            divisors[i] = (float) (wavelength < context / high
                    ? 1
                    : wavelength > context / low ? factor : 1 / ((1 - smooth) / factor + smooth));
        }
        return divisors;
    }

    /** The tiny GPT-2 as llama.cpp's convert_hf_to_gguf.py would write it: projections turned to [outputs, inputs]. */
    static GgufBytes gpt2Gguf() {
        GgufBytes gguf = new GgufBytes()
                .string("general.architecture", "gpt2")
                .u32("gpt2.block_count", 3)
                .u32("gpt2.context_length", 128)
                .u32("gpt2.embedding_length", 64)
                .u32("gpt2.feed_forward_length", 256)
                .u32("gpt2.attention.head_count", 4)
                .f32("gpt2.attention.layer_norm_epsilon", 1e-5f);
        weights("gpt2").forEach((from, weight) -> {
            String to = from.replace("transformer.wte", "token_embd")
                    .replace("transformer.wpe", "position_embd")
                    .replace("transformer.ln_f", "output_norm")
                    .replace("transformer.h.", "blk.")
                    .replace("ln_1", "attn_norm")
                    .replace("ln_2", "ffn_norm")
                    .replace("attn.c_attn", "attn_qkv")
                    .replace("attn.c_proj", "attn_output")
                    .replace("mlp.c_fc", "ffn_up")
                    .replace("mlp.c_proj", "ffn_down");
            Weight written = from.matches(".*\\.c_[a-z]+\\.weight") ? weight.transposed() : weight;
            gguf.f32Tensor(to, written.values, written.shape);
        });
        return gguf;
    }

    /** Writes tensors as safetensors, as they are named here. */
    static void write(Path file, Map<String, Weight> weights) {
        try (SafetensorsWriter out = SafetensorsWriter.create(file)) {
            weights.forEach((name, weight) -> out.add(name, weight.values, weight.shape));
            out.finish();
        }
    }

    /** Writes tensors as safetensors of two bytes a value: F16, or BF16 cut off. */
    static void writeHalf(Path file, Map<String, Weight> weights, boolean brain) {
        StringBuilder header = new StringBuilder("{");
        ByteBuffer data = ByteBuffer.allocate(1 << 20).order(ByteOrder.LITTLE_ENDIAN);
        weights.forEach((name, weight) -> {
            int begin = data.position();
            for (float value : weight.values) {
                data.putShort(brain ? (short) (Float.floatToRawIntBits(value) >> 16) : Float.floatToFloat16(value));
            }
            header.append(header.length() > 1 ? "," : "")
                    .append("\"")
                    .append(name)
                    .append("\":{\"dtype\":\"")
                    .append(brain ? "BF16" : "F16")
                    .append("\",\"shape\":")
                    .append(Arrays.toString(weight.shape))
                    .append(",\"data_offsets\":[")
                    .append(begin)
                    .append(",")
                    .append(data.position())
                    .append("]}");
        });
        // one odd byte: nothing in the format aligns the data
        byte[] json = header.append(header.length() % 2 == 0 ? "} " : "}").toString().getBytes(StandardCharsets.UTF_8);
        ByteBuffer whole = ByteBuffer.allocate(8 + json.length + data.position()).order(ByteOrder.LITTLE_ENDIAN);
        whole.putLong(json.length).put(json).put(data.flip());
        try {
            Files.write(file, whole.array());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static void writeText(Path file, String text) {
        try {
            Files.write(file, text.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

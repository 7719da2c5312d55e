package org.latent4j.model.format;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.latent4j.files.Alterations;
import org.latent4j.files.Trial;
import org.latent4j.model.tokenizer.ChatTemplate;
import org.latent4j.model.tokenizer.ChatTemplate.Message;
import org.latent4j.model.tokenizer.Tokenizer;

/**
 * Tokenizers and chat templates that were altered at random: each opens and is used, or is refused with one line. A {@code
 * tokenizer.json} goes through native code, where a fault would end the JVM: the version that did so stays in {@code
 * target/altered}, with its seed beside it.
 */
@Timeout(value = 4, unit = TimeUnit.HOURS, threadMode = ThreadMode.SEPARATE_THREAD)
class HostileTokenizersTest {
    private static final String TEXT = "The cat's hat, 12345 times!  Das ist\tüber 100 €.\n\n日本語 <s>e\u0301 😀 [MASK] aaaaaaaaaaaaaaaa";

    private static Path folder(String name) {
        try {
            return Files.createDirectories(Path.of("target", "altered", name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] resource(String name) {
        try (InputStream in = HostileTokenizersTest.class.getResourceAsStream(name)) {
            return Objects.requireNonNull(in, name).readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"byte-level-bpe", "sentencepiece-bpe", "wordpiece", "unigram"})
    void alteredTokenizerJson(String name) {
        Path folder = folder(name);
        byte[] whole = resource("tokenizers/" + name + ".json");
        String[] strings = {"BPE", "WordPiece", "Unigram", "WordLevel", "ByteLevel", "Metaspace", "Sequence", "Replace", "Strip",
            "Precompiled", "NFD", "Lowercase", "StripAccents", "Split", "Digits", "Punctuation", "Whitespace", "BertProcessing",
            "TemplateProcessing", "Fixed", "(", "a*", "[UNK]", "A", "\ud83d", "AAAA", "first"};
        new Trial(folder.resolve("tokenizer.json"), seed -> {
            Files.writeString(folder.resolve("seed"), String.valueOf(seed));
            use(new TokenizerFiles.Folder(folder));
        }).run(name, Trial.EACH / 4, random -> random.nextInt(4) > 0
                ? Alterations.json(whole, random, strings)
                : Alterations.bytes(whole, whole.length, random));
    }

    @ParameterizedTest
    @ValueSource(strings = {"gpt2", "llama", "bert", "t5"})
    void alteredTokenizersOfGgufs(String kind) {
        Path folder = folder(kind);
        byte[] whole = gguf(kind);
        Path file = folder.resolve("m.gguf");
        new Trial(file, seed -> {
            Files.writeString(folder.resolve("seed"), String.valueOf(seed));
            try (Gguf gguf = Gguf.open(file)) {
                use(new TokenizerFiles.Embedded(gguf));
            }
        }).run("GGUF with a tokenizer like " + kind, Trial.EACH / 4, random -> Alterations.bytes(whole, whole.length, random));
    }

    private static void use(TokenizerFiles files) {
        try (Tokenizer tokenizer = Tokenizer.open(files)) {
            for (int[] ids : List.of(tokenizer.encode(TEXT), tokenizer.encodeWithSpecial(TEXT), tokenizer.encode(""))) {
                assertThat(Arrays.stream(ids)).allMatch(id -> id >= 0 && id < tokenizer.size());
                tokenizer.decode(ids);
                var stream = tokenizer.stream();
                for (int id : ids) {
                    tokenizer.token(id);
                    stream.add(id);
                }
                stream.finish();
            }
            tokenizer.endTokens();
        }
    }

    private static byte[] gguf(String kind) {
        List<String> tokens = new ArrayList<>(switch (kind) {
            case "bert" -> List.of("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "▁the", "▁cat", "s", "▁hat", "▁'", "▁,", "▁1", "2", "3");
            case "gpt2" -> List.of("<s>", "</s>", "<unk>", "t", "h", "e", "Ġ", "c", "a", "th", "Ġc", "Ġca", "aa", "aaaa", "Ċ");
            default -> List.of("<s>", "</s>", "<unk>", "▁", "t", "h", "e", "c", "a", "s", "▁the", "▁c", "▁ca", "th", "aa", "aaaa");
        });
        if (kind.equals("llama")) {
            for (int value = 0; value < 256; value++) {
                tokens.add("<0x%02X>".formatted(value));
            }
        }
        int[] types = new int[tokens.size()];
        float[] scores = new float[tokens.size()];
        for (int id = 0; id < types.length; id++) {
            types[id] = id < 3 ? 3 : tokens.get(id).startsWith("<0x") ? 6 : 1;
            scores[id] = -id;
        }
        return new GgufBytes()
                .string("tokenizer.ggml.model", kind)
                .string("tokenizer.ggml.pre", "llama-bpe")
                .strings("tokenizer.ggml.tokens", tokens.toArray(String[]::new))
                .i32s("tokenizer.ggml.token_type", types)
                .value("tokenizer.ggml.scores", GgufValue.Type.ARRAY, b -> {
                    b.i32(GgufValue.Type.FLOAT32.ordinal()).i64(scores.length);
                    for (float score : scores) {
                        b.f32(score);
                    }
                })
                .strings("tokenizer.ggml.merges", "t h", "Ġ c", "Ġc a", "a a", "aa aa")
                .value("tokenizer.ggml.precompiled_charsmap", GgufValue.Type.ARRAY, b -> {
                    b.i32(GgufValue.Type.UINT8.ordinal()).i64(24).i32(16);
                    for (int i = 0; i < 20; i++) {
                        b.u8(i < 16 ? 0x80 * (i % 4 / 3) : 0);
                    }
                })
                .u32("tokenizer.ggml.bos_token_id", kind.equals("bert") ? 2 : 0)
                .u32("tokenizer.ggml.eos_token_id", 1)
                .u32("tokenizer.ggml.unknown_token_id", kind.equals("bert") ? 1 : 2)
                .u32("tokenizer.ggml.seperator_token_id", 3)
                .bool("tokenizer.ggml.add_bos_token", true)
                .bool("tokenizer.ggml.add_space_prefix", true)
                .toArray();
    }

    @Test
    void alteredTemplates() throws IOException {
        Path folder = folder("template");
        List<String> families = new ArrayList<>();
        for (JsonNode template : new ObjectMapper().readTree(resource("/org/latent4j/model/tokenizer/chat-families.expected.json"))
                .get("templates")) {
            families.add(template.asText());
        }
        String[] pieces = String.join(" ", families).split("(?<=[ ({\\[}\\])|.,'%-])");
        new Trial(folder.resolve("chat_template.jinja"), _ -> ChatTemplate.of(new TokenizerFiles.Folder(folder))
                .ifPresent(template -> assertThat(template.render(List.of(new Message("user", "Hi"), new Message("assistant", "Yes?"),
                        new Message("user", "{{ 7 * 7 }}")), true)).hasSizeLessThan(100_000_000)))
                .run("template", Trial.EACH, random -> template(families.get(random.nextInt(families.size())), pieces, random));
    }

    /** Bytes altered, pieces of other templates put in, a piece repeated. */
    private static byte[] template(String whole, String[] pieces, SplittableRandom random) {
        byte[] bytes = whole.getBytes(StandardCharsets.UTF_8);
        if (random.nextInt(3) == 0) {
            return Alterations.bytes(bytes, bytes.length, random);
        }
        StringBuilder text = new StringBuilder(whole);
        for (int changes = 1 + random.nextInt(4); changes > 0; changes--) {
            String piece = pieces[random.nextInt(pieces.length)];
            text.insert(random.nextInt(text.length() + 1), random.nextInt(10) > 0 ? piece : piece.repeat(1 + random.nextInt(5000)));
        }
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }
}

package org.latent4j.model.tokenizer;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Hugging Face folders made by tests. */
final class TestFolders {
    private static final ObjectMapper JSON = new ObjectMapper();

    private TestFolders() {}

    /** SmolLM2's tokenizer as its makers publish it, with a post-processor that opens texts. */
    static Path smollm2(Path folder) throws IOException {
        TestMetadata metadata = TestMetadata.smollm2();
        List<String> tokens = metadata.strings("tokenizer.ggml.tokens").orElseThrow();
        ObjectNode json = JSON.createObjectNode().put("version", "1.0");
        json.putObject("truncation").put("direction", "Right").put("max_length", 4).put("strategy", "LongestFirst")
                .put("stride", 0);
        json.putObject("padding").put("direction", "Right").put("pad_id", 2).put("pad_token", "<|im_end|>")
                .put("pad_type_id", 0).putNull("pad_to_multiple_of").putObject("strategy").put("Fixed", 100);
        ArrayNode added = json.putArray("added_tokens");
        for (int id = 0; id < 17; id++) {
            added.addObject().put("id", id).put("content", tokens.get(id)).put("single_word", false).put("lstrip",
                    false)
                    .put("rstrip", false).put("normalized", false).put("special", true);
        }
        ArrayNode cuts = json.putObject("pre_tokenizer").put("type", "Sequence").putArray("pretokenizers");
        cuts.addObject().put("type", "Digits").put("individual_digits", true);
        byteLevel(cuts.addObject());
        byteLevel(json.putObject("decoder"));
        ObjectNode post = json.putObject("post_processor").put("type", "TemplateProcessing");
        ArrayNode single = post.putArray("single");
        single.addObject().putObject("SpecialToken").put("id", "<|im_start|>").put("type_id", 0);
        single.addObject().putObject("Sequence").put("id", "A").put("type_id", 0);
        post.putArray("pair");
        ObjectNode opening = post.putObject("special_tokens").putObject("<|im_start|>").put("id", "<|im_start|>");
        opening.putArray("ids").add(1);
        opening.putArray("tokens").add("<|im_start|>");
        ObjectNode model = json.putObject("model").put("type", "BPE").put("fuse_unk", false).put("byte_fallback",
                false);
        ObjectNode vocabulary = model.putObject("vocab");
        for (int id = 0; id < tokens.size(); id++) {
            vocabulary.put(tokens.get(id), id);
        }
        metadata.strings("tokenizer.ggml.merges").orElseThrow().forEach(model.putArray("merges")::add);
        JSON.writeValue(folder.resolve("tokenizer.json").toFile(), json);
        Files.writeString(folder.resolve("tokenizer_config.json"), """
                {"bos_token": "<|im_start|>", "eos_token": {"content": "<|im_end|>"}}""");
        Files.writeString(folder.resolve("generation_config.json"), "{\"eos_token_id\": [2, 0]}");
        return folder;
    }

    private static void byteLevel(ObjectNode node) {
        node.put("type", "ByteLevel").put("add_prefix_space", false).put("trim_offsets", true).put("use_regex", true);
    }

    /** The same vocabulary in GPT-2's files. */
    static Path gpt2(Path folder) throws IOException {
        TestMetadata metadata = TestMetadata.smollm2();
        ObjectNode vocabulary = JSON.createObjectNode();
        List<String> tokens = metadata.strings("tokenizer.ggml.tokens").orElseThrow();
        for (int id = 0; id < tokens.size(); id++) {
            vocabulary.put(tokens.get(id), id);
        }
        JSON.writeValue(folder.resolve("vocab.json").toFile(), vocabulary);
        Files.writeString(folder.resolve("merges.txt"), "#version: 0.2\n"
                + String.join("\n", metadata.strings("tokenizer.ggml.merges").orElseThrow()) + "\n");
        return folder;
    }

    /** A tokenizer as Llama 2 and Gemma have it: spaces as ▁, characters that have no token as bytes. */
    static Path sentencePiece(Path folder) throws IOException {
        ObjectNode json = JSON.createObjectNode().put("version", "1.0");
        ArrayNode added = json.putArray("added_tokens");
        for (int id = 0; id < 3; id++) {
            added.addObject().put("id", id).put("content", List.of("<unk>", "<s>", "</s>").get(id)).put("single_word",
                    false)
                    .put("lstrip", false).put("rstrip", false).put("normalized", false).put("special", true);
        }
        ArrayNode normalizers = json.putObject("normalizer").put("type", "Sequence").putArray("normalizers");
        normalizers.addObject().put("type", "Prepend").put("prepend", "▁");
        replace(normalizers.addObject(), " ", "▁");
        ArrayNode decoders = json.putObject("decoder").put("type", "Sequence").putArray("decoders");
        replace(decoders.addObject(), "▁", " ");
        decoders.addObject().put("type", "ByteFallback");
        decoders.addObject().put("type", "Fuse");
        decoders.addObject().put("type", "Strip").put("content", " ").put("start", 1).put("stop", 0);
        ObjectNode model = json.putObject("model").put("type", "BPE").put("unk_token", "<unk>").put("fuse_unk", true)
                .put("byte_fallback", true);
        ObjectNode vocabulary = model.putObject("vocab").put("<unk>", 0).put("<s>", 1).put("</s>", 2);
        for (int value = 0; value < 256; value++) {
            vocabulary.put(String.format("<0x%02X>", value), 3 + value);
        }
        for (String token : List.of("▁", "a", "b", "c", "é", "▁a", "ab", "▁ab")) {
            vocabulary.put(token, vocabulary.size());
        }
        model.putArray("merges").add("▁ a").add("a b").add("▁a b").add("▁ ab");
        JSON.writeValue(folder.resolve("tokenizer.json").toFile(), json);
        return folder;
    }

    private static void replace(ObjectNode node, String from, String to) {
        node.put("type", "Replace").putObject("pattern").put("String", from);
        node.put("content", to);
    }
}

package org.latent4j.workbench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A Llama of random weights, 3 blocks, width 64, 128 positions, whose tokens are the 256 bytes and {@code <s>} and {@code </s>}. */
final class TinyModel {
    private static final ObjectMapper JSON = new ObjectMapper();

    private TinyModel() {}

    /** Writes the model into a new folder. */
    static Path in(Path parent) throws IOException {
        Path weights = Path.of("..", "model", "src", "test", "resources", "tiny", "llama");
        Path folder = Files.createDirectory(parent.resolve("tiny"));
        for (String name : new String[] {"config.json", "model.safetensors"}) {
            Files.copy(weights.resolve(name), folder.resolve(name));
        }
        JSON.writeValue(folder.resolve("tokenizer.json").toFile(), tokenizer());
        Files.writeString(folder.resolve("tokenizer_config.json"), """
                {"tokenizer_class": "PreTrainedTokenizerFast", "bos_token": "<s>", "eos_token": "</s>", "chat_template":
                 "{% for m in messages %}<s>{{ m['role'] }}:{{ m['content'] }}</s>{% endfor %}{% if add_generation_prompt %}<s>a:{% endif %}"}
                """);
        return folder;
    }

    private static ObjectNode tokenizer() {
        ObjectNode root = JSON.createObjectNode().put("version", "1.0");
        root.putNull("truncation").putNull("padding").putNull("normalizer");
        ArrayNode added = root.putArray("added_tokens");
        for (int i = 0; i < 2; i++) {
            added.addObject().put("id", 256 + i).put("content", i == 0 ? "<s>" : "</s>").put("single_word", false).put("lstrip", false)
                    .put("rstrip", false).put("normalized", false).put("special", true);
        }
        root.putObject("pre_tokenizer").put("type", "ByteLevel").put("add_prefix_space", false).put("trim_offsets", true).put("use_regex", true);
        ObjectNode template = root.putObject("post_processor").put("type", "TemplateProcessing");
        ArrayNode single = template.putArray("single");
        single.addObject().putObject("SpecialToken").put("id", "<s>").put("type_id", 0);
        single.addObject().putObject("Sequence").put("id", "A").put("type_id", 0);
        ArrayNode pair = template.putArray("pair");
        pair.addObject().putObject("Sequence").put("id", "A").put("type_id", 0);
        pair.addObject().putObject("Sequence").put("id", "B").put("type_id", 1);
        ObjectNode begin = template.putObject("special_tokens").putObject("<s>").put("id", "<s>");
        begin.putArray("ids").add(256);
        begin.putArray("tokens").add("<s>");
        root.putObject("decoder").put("type", "ByteLevel").put("add_prefix_space", true).put("trim_offsets", true).put("use_regex", true);
        ObjectNode model = root.putObject("model").put("type", "BPE").put("fuse_unk", false).put("byte_fallback", false);
        ObjectNode vocabulary = model.putObject("vocab");
        int hidden = 0;
        for (int b = 0; b < 256; b++) { // GPT-2's alphabet of bytes
            boolean seen = (b >= '!' && b <= '~') || (b >= 0xA1 && b <= 0xAC) || b >= 0xAE;
            vocabulary.put(Character.toString(seen ? b : 256 + hidden++), b);
        }
        model.putArray("merges");
        return root;
    }
}

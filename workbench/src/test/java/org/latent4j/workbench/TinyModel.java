package org.latent4j.workbench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The tiny Llama of random weights that the model module is tested with: 3 blocks of width 64, 4 heads, 384 tokens, a
 * context of 128. It has no tokenizer; one that makes a token of every byte can be added.
 */
final class TinyModel {
    static final int CONTEXT = 128;
    static final int VOCABULARY = 384;

    private TinyModel() {}

    /** The folder, without a tokenizer. */
    static Path folder() {
        Path here = Path.of("").toAbsolutePath();
        for (Path room = here; room != null; room = room.getParent()) {
            Path tiny = room.resolve("model/src/test/resources/tiny/llama");
            if (Files.isDirectory(tiny)) {
                return tiny;
            }
        }
        throw new IllegalStateException("no model/src/test/resources/tiny/llama above " + here);
    }

    /** A copy with a tokenizer whose token ids are the bytes of the text in UTF-8, and a chat template. */
    static Path withByteTokenizer(Path parent) throws IOException {
        Path copy = Files.createDirectories(parent.resolve("tiny-bytes"));
        for (String name : new String[]{"config.json", "model.safetensors"}) {
            Files.copy(folder().resolve(name), copy.resolve(name));
        }
        Files.writeString(copy.resolve("tokenizer.json"), tokenizer());
        Files.writeString(copy.resolve("tokenizer_config.json"), """
                {"tokenizer_class": "PreTrainedTokenizerFast", "bos_token": "<s>",
                 "chat_template": "{% for message in messages %}[{{ message.role }}]{{ message.content }}{% endfor %}{% if add_generation_prompt %}[assistant]{% endif %}"}
                """);
        return copy;
    }

    private static String tokenizer() {
        StringBuilder vocabulary = new StringBuilder();
        for (int b = 0; b < 256; b++) {
            vocabulary.append(b == 0 ? "" : ", ").append(quoted(letter(b))).append(": ").append(b);
        }
        return """
                {"version": "1.0", "truncation": null, "padding": null,
                 "added_tokens": [{"id": 256, "content": "<s>", "single_word": false, "lstrip": false, "rstrip": false, "normalized": false, "special": true}],
                 "normalizer": null,
                 "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true},
                 "post_processor": {"type": "TemplateProcessing", "single": [{"SpecialToken": {"id": "<s>", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}],
                   "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 0}}],
                   "special_tokens": {"<s>": {"id": "<s>", "ids": [256], "tokens": ["<s>"]}}},
                 "decoder": {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": false},
                 "model": {"type": "BPE", "dropout": null, "unk_token": null, "continuing_subword_prefix": null, "end_of_word_suffix": null,
                   "fuse_unk": false, "byte_fallback": false, "ignore_merges": false, "vocab": {VOCABULARY}, "merges": []}}
                """.replace("VOCABULARY", vocabulary);
    }

    /** The printable character that GPT-2's alphabet has for a byte. */
    private static char letter(int b) {
        int hidden = 0;
        for (int earlier = 0; earlier <= b; earlier++) {
            boolean shown = (earlier >= '!' && earlier <= '~') || (earlier >= 0xA1 && earlier <= 0xAC)
                    || (earlier >= 0xAE && earlier <= 0xFF);
            if (earlier == b && shown) {
                return (char) b;
            }
            hidden += shown ? 0 : 1;
        }
        return (char) (255 + hidden);
    }

    private static String quoted(char c) {
        return c == '"' || c == '\\' ? "\"\\" + c + "\"" : "\"" + c + "\"";
    }
}

package org.latent4j.model.tokenizer;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Base64;
import java.util.List;
import java.util.OptionalInt;

/**
 * Puts a {@code tokenizer.json} together from what a GGUF says, for kinds that Hugging Face's library knows: BERT's
 * WordPiece and SentencePiece's unigram model. So their ids are the library's, where llama.cpp's own differ.
 */
final class BuiltJson {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final String SPACE = "▁";

    private final List<String> tokens; // as the library is to see them
    private final ObjectNode root = MAPPER.createObjectNode().put("version", "1.0");

    private BuiltJson(List<String> tokens, int[] writtenOut) {
        this.tokens = tokens;
        ArrayNode added = root.putArray("added_tokens");
        for (int id : writtenOut) {
            added.addObject().put("id", id).put("content", tokens.get(id)).put("single_word", false)
                    .put("lstrip", false).put("rstrip", false).put("normalized", false).put("special", true);
        }
    }

    /**
     * BERT's.
     *
     * @param tokens as converters write them: {@code ▁} before what begins a word, nothing before what continues one
     * @param kept which ids are written as they are: control tokens
     */
    static byte[] wordPiece(List<String> tokens, int[] kept, int unknown, boolean lowercase, OptionalInt begin,
            OptionalInt end) {
        String[] names = tokens.stream().map(BuiltJson::wordPiece).toArray(String[]::new);
        for (int id : kept) {
            names[id] = tokens.get(id);
        }
        return bert(List.of(names), kept, unknown, lowercase, begin, end);
    }

    /** BERT's, from tokens as its own {@code vocab.txt} has them: {@code ##} before what continues a word. */
    static byte[] bert(List<String> names, int[] special, int unknown, boolean lowercase, OptionalInt begin,
            OptionalInt end) {
        BuiltJson json = new BuiltJson(names, special);
        json.root.putObject("normalizer").put("type", "BertNormalizer").put("clean_text", true)
                .put("handle_chinese_chars", true).put("lowercase", lowercase).putNull("strip_accents");
        json.root.putObject("pre_tokenizer").put("type", "BertPreTokenizer");
        json.root.putObject("decoder").put("type", "WordPiece").put("prefix", "##").put("cleanup", true);
        ObjectNode model = json.root.putObject("model").put("type", "WordPiece").put("unk_token", names.get(unknown))
                .put("continuing_subword_prefix", "##").put("max_input_chars_per_word", 100);
        ObjectNode vocabulary = model.putObject("vocab");
        for (int id = 0; id < names.size(); id++) {
            vocabulary.put(names.get(id), id);
        }
        return json.bytes(begin, end);
    }

    /** The token as BERT's vocabulary has it; converters leave {@code [unused0]} as it is. */
    private static String wordPiece(String token) {
        if (token.startsWith(SPACE)) {
            return token.substring(1);
        }
        return token.startsWith("[unused") && token.endsWith("]") ? token : "##" + token;
    }

    /**
     * SentencePiece's unigram model, as transformers converts T5's and XLM-R's.
     *
     * @param charsmap SentencePiece's precompiled normalisation, empty for none
     */
    static byte[] unigram(List<String> tokens, float[] scores, int[] writtenOut, int unknown, byte[] charsmap,
            boolean spacePrefix, OptionalInt begin, OptionalInt end) {
        BuiltJson json = new BuiltJson(tokens, writtenOut);
        ArrayNode steps = json.root.putObject("normalizer").put("type", "Sequence").putArray("normalizers");
        if (charsmap.length > 0) {
            steps.addObject().put("type", "Precompiled").put("precompiled_charsmap",
                    Base64.getEncoder().encodeToString(charsmap));
        }
        steps.addObject().put("type", "Strip").put("strip_left", false).put("strip_right", true);
        steps.addObject().put("type", "Replace").put("content", SPACE).putObject("pattern").put("Regex", " {2,}");
        String prepend = spacePrefix ? "always" : "never";
        json.root.putObject("pre_tokenizer").put("type", "Metaspace").put("replacement", SPACE)
                .put("prepend_scheme", prepend).put("split", true);
        json.root.putObject("decoder").put("type", "Metaspace").put("replacement", SPACE)
                .put("prepend_scheme", prepend).put("split", true);
        ArrayNode vocabulary = json.root.putObject("model").put("type", "Unigram").put("unk_id", unknown)
                .put("byte_fallback", false).putArray("vocab");
        for (int id = 0; id < scores.length; id++) {
            vocabulary.addArray().add(tokens.get(id)).add((double) scores[id]);
        }
        return json.bytes(begin, end);
    }

    private byte[] bytes(OptionalInt begin, OptionalInt end) {
        ObjectNode processor = root.putObject("post_processor").put("type", "TemplateProcessing");
        ArrayNode single = processor.putArray("single");
        ArrayNode pair = processor.putArray("pair");
        ObjectNode special = processor.putObject("special_tokens");
        begin.ifPresent(id -> add(id, single, special));
        single.addObject().putObject("Sequence").put("id", "A").put("type_id", 0);
        pair.addObject().putObject("Sequence").put("id", "A").put("type_id", 0);
        pair.addObject().putObject("Sequence").put("id", "B").put("type_id", 0);
        end.ifPresent(id -> add(id, single, special));
        try {
            return MAPPER.writeValueAsBytes(root);
        } catch (JsonProcessingException e) {
            throw new AssertionError(e); // a tree of nodes can be written
        }
    }

    private void add(int id, ArrayNode template, ObjectNode special) {
        String token = tokens.get(id);
        template.addObject().putObject("SpecialToken").put("id", token).put("type_id", 0);
        ObjectNode said = special.putObject(token).put("id", token);
        said.putArray("ids").add(id);
        said.putArray("tokens").add(token);
    }
}

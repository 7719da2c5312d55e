package org.latent4j.model.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/**
 * What Hugging Face's library takes for granted of the steps around the model in a {@code tokenizer.json}. Where it is mistaken it
 * ends the process, so a file that isn't so is refused before the library sees it (version 0.21.4 of the library; found by altered
 * files, see {@code HostileTokenizersTest}).
 */
final class LibraryLimits {
    private static final int BYTE = 0xff;

    private LibraryLimits() {}

    /** Looks at a step and those within it. */
    static void check(JsonNode step) throws IOException {
        switch (step.path("type").asText("")) {
            case "TemplateProcessing" -> template(step);
            case "Precompiled" -> precompiled(step.path("precompiled_charsmap"));
            default -> {
            }
        }
        if (step.path("Regex").isTextual()) {
            RegexLimits.check(step.path("Regex").asText());
        }
        for (JsonNode part : step) {
            check(part);
        }
    }

    /** The template of one text names that text alone, and special tokens that are listed with their ids. */
    private static void template(JsonNode step) throws IOException {
        JsonNode listed = step.path("special_tokens");
        for (String template : new String[]{"single", "pair"}) {
            for (JsonNode piece : step.path(template)) {
                JsonNode special = piece.path("SpecialToken").path("id");
                if (!special.isMissingNode() && !listed.has(special.asText())) {
                    throw new IOException("its template has the token \"" + Names.shown(special.asText()) + "\" without an id");
                }
                if (template.equals("single") && piece.path("Sequence").path("id").asText("A").equals("B")) {
                    throw new IOException("its template of one text names a second one");
                }
            }
        }
        for (JsonNode token : listed) {
            if (token.path("ids").size() != token.path("tokens").size()) {
                throw new IOException("its template has a token with " + token.path("ids").size() + " ids and "
                        + token.path("tokens").size() + " texts");
            }
        }
    }

    /**
     * SentencePiece's normalisation: the length of a trie, the trie, and the texts that it points to. The trie is a double array
     * (Aoe 1989, as darts-clone lays it): the unit at {@code place ^ byte} belongs to the node at {@code place} if it carries that
     * byte as its label.
     */
    private static void precompiled(JsonNode charsmap) throws IOException {
        try {
            ByteBuffer bytes = ByteBuffer.wrap(Base64.getDecoder().decode(charsmap.asText(""))).order(ByteOrder.LITTLE_ENDIAN);
            int trie = bytes.remaining() < 4 ? -1 : bytes.getInt();
            if (trie < 4 || trie % 4 != 0 || trie > bytes.remaining()) {
                throw new IOException("its precompiled_charsmap is cut off");
            }
            ByteBuffer texts = bytes.duplicate().position(4 + trie);
            StandardCharsets.UTF_8.newDecoder().decode(texts.duplicate()); // throws if it isn't UTF-8
            int[] units = new int[trie / 4];
            bytes.asIntBuffer().get(units);
            for (int at = 0; at < units.length; at++) {
                if (units[at] >= 0) { // else a value, not a node
                    node(at, units, texts);
                }
            }
        } catch (IllegalArgumentException | CharacterCodingException e) {
            throw new IOException("its precompiled_charsmap is damaged", e);
        }
    }

    /** Whatever byte comes next must lead to a unit of the trie, and the node's text, if it has one, must be among the texts. */
    private static void node(int at, int[] units, ByteBuffer texts) throws IOException {
        int unit = units[at];
        int place = at ^ unit >>> 10 << ((unit & 1 << 9) >>> 6);
        boolean inside = place >= 0 && (place | BYTE) < units.length;
        if (inside && (unit >>> 8 & 1) == 1) {
            int text = units[place] & Integer.MAX_VALUE;
            inside = text < texts.remaining() && (texts.get(texts.position() + text) & 0xc0) != 0x80; // where a character begins
        }
        if (!inside) {
            throw new IOException("its precompiled_charsmap leads outside itself");
        }
    }
}

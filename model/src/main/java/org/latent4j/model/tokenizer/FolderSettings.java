package org.latent4j.model.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import org.latent4j.files.FolderLinks;
import org.latent4j.kernel.LatentException;

/** What the smaller files of a Hugging Face folder say about its tokens; a file that isn't there says nothing. */
final class FolderSettings {
    private static final long LARGEST_FILE = 1L << 25;

    private final Path folder;

    FolderSettings(Path folder) {
        this.folder = folder;
    }

    /** A token that the tokenizer's settings name, or whose id the model's settings name: {@code eos_token}. */
    OptionalInt token(String name, TokenizerJson tokens) {
        String text = text(name);
        if (!text.isEmpty()) {
            return tokens.id(text);
        }
        JsonNode id = json("config.json").path(name + "_id");
        id = id.isArray() ? id.path(0) : id;
        return id.isInt() && id.asInt() >= 0 && id.asInt() < tokens.size()
                ? OptionalInt.of(id.asInt())
                : OptionalInt.empty();
    }

    /** The text of a token that the tokenizer's settings name, or nothing. */
    String text(String name) {
        for (String file : new String[]{"tokenizer_config.json", "special_tokens_map.json"}) {
            JsonNode said = json(file).path(name);
            String text = said.isObject() ? said.path("content").asText("") : said.asText("");
            if (!text.isEmpty() && !said.isNull()) {
                return text;
            }
        }
        return "";
    }

    /** The tokens at which a continuation ends: the tokenizer's end and those of the model's generation settings. */
    Set<Integer> ends(TokenizerJson tokens) {
        Set<Integer> ends = new TreeSet<>();
        token("eos_token", tokens).ifPresent(ends::add);
        for (String file : new String[]{"generation_config.json", "config.json"}) {
            JsonNode said = json(file).path("eos_token_id");
            for (JsonNode id : said.isArray() ? said : new ObjectMapper().createArrayNode().add(said)) {
                if (id.isInt() && id.asInt() >= 0 && id.asInt() < tokens.size()) {
                    ends.add(id.asInt());
                }
            }
        }
        for (String text : GgufTokenizer.ENDS) {
            tokens.id(text).ifPresent(ends::add);
        }
        return ends;
    }

    /** A file of the folder; what isn't there is a missing node. */
    JsonNode json(String name) {
        Path file = FolderLinks.resolve(folder, name);
        if (!Files.isRegularFile(file)) {
            return MissingNode.getInstance();
        }
        try {
            long size = Files.size(file);
            if (size > LARGEST_FILE) {
                throw new LatentException(file + " has " + size + " bytes; it should have " + LARGEST_FILE
                        + " at most");
            }
            return new ObjectMapper().readTree(Files.readAllBytes(file));
        } catch (IOException e) {
            throw new LatentException(file + " can't be read: "
                    + Names.line(String.valueOf(e.getMessage()).lines().findFirst().orElse("")), e);
        }
    }
}

package org.latent4j.model.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.latent4j.files.FolderLinks;
import org.latent4j.kernel.LatentException;

/** Where models keep their chat template. */
final class ChatTemplateFinder {
    private static final long LARGEST_FILE = 1L << 22;

    private ChatTemplateFinder() {}

    /** {@code tokenizer.chat_template} of a GGUF, or where there are only named ones that which is the default. */
    static Optional<ChatTemplate> in(Metadata metadata, String name) {
        Optional<String> said = metadata.string("tokenizer.chat_template")
                .or(() -> metadata.string("tokenizer.chat_template.default"));
        return said.map(source -> new ChatTemplate(source, name,
                token(metadata, "bos_token_id"), token(metadata, "eos_token_id"), Clock.systemDefaultZone()));
    }

    private static String token(Metadata metadata, String which) {
        OptionalLong id = metadata.integer("tokenizer.ggml." + which);
        List<String> tokens = metadata.strings("tokenizer.ggml.tokens").orElse(List.of());
        boolean known = id.isPresent() && id.getAsLong() >= 0 && id.getAsLong() < tokens.size();
        return known ? tokens.get((int) id.getAsLong()) : "";
    }

    /** {@code chat_template.jinja} of a folder, which newer ones have, or that in {@code tokenizer_config.json}. */
    static Optional<ChatTemplate> in(Path folder) {
        FolderSettings settings = new FolderSettings(folder);
        Path file = FolderLinks.resolve(folder, "chat_template.jinja");
        String source = Files.isRegularFile(file)
                ? read(file)
                : source(settings.json("tokenizer_config.json").path("chat_template"));
        return source.isEmpty()
                ? Optional.empty()
                : Optional.of(new ChatTemplate(source, folder.toString(),
                        settings.text("bos_token"), settings.text("eos_token"), Clock.systemDefaultZone()));
    }

    /** The template itself, or of several named ones the one that transformers takes. */
    private static String source(JsonNode said) {
        for (JsonNode named : said) {
            if (named.path("name").asText("").equals("default")) {
                return named.path("template").asText("");
            }
        }
        return said.isTextual() ? said.asText() : "";
    }

    private static String read(Path file) {
        try {
            if (Files.size(file) > LARGEST_FILE) {
                throw new LatentException(file + " has " + Files.size(file) + " bytes; a chat template has "
                        + LARGEST_FILE + " at most");
            }
            return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new LatentException(file + " can't be read: " + e.getMessage(), e);
        }
    }
}

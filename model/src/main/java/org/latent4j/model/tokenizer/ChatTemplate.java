package org.latent4j.model.tokenizer;

import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.latent4j.kernel.LatentException;
import org.latent4j.model.format.Gguf;
import org.latent4j.model.format.TokenizerFiles;
import org.latent4j.model.tokenizer.jinja.Template;
import org.latent4j.model.tokenizer.jinja.TemplateException;

/**
 * How a model wants a conversation written, rendered as transformers renders it. The template comes with the model; it
 * sees the messages, the begin and end tokens, that there are no tools and no documents, and nothing else. Immutable and safe for threads.
 */
public final class ChatTemplate {
    private final Template template;
    private final String name;
    private final String begin;
    private final String end;
    private final Clock clock;

    /**
     * Reads a template.
     *
     * @param source the text of the template
     * @param name where it comes from, for errors
     * @param begin the text of the token that opens a text, or nothing
     * @param end the text of the token that ends a text, or nothing
     * @param clock what templates that write the date read
     */
    ChatTemplate(String source, String name, String begin, String end, Clock clock) {
        this.name = name;
        this.begin = begin;
        this.end = end;
        this.clock = clock;
        try {
            template = Template.parse(source);
        } catch (TemplateException e) {
            throw failure(e);
        }
    }

    /**
     * The template of a model; none if it wasn't made for conversations.
     *
     * @throws LatentException if it can't be read
     */
    public static Optional<ChatTemplate> of(TokenizerFiles files) {
        return switch (files) {
            case TokenizerFiles.Folder(Path folder) -> ChatTemplateFinder.in(folder);
            case TokenizerFiles.Embedded(Gguf gguf) -> {
                GgufMetadata metadata = new GgufMetadata(gguf);
                yield ChatTemplateFinder.in(metadata, metadata.name());
            }
        };
    }

    /**
     * One message of a conversation.
     *
     * @param role who speaks: {@code system}, {@code user} or {@code assistant}; some templates know others
     * @param content what is said
     */
    public record Message(String role, String content) {}

    /**
     * The conversation as the model reads it. Nothing in a message is taken for a part of the template.
     *
     * @param messages the messages, first to last
     * @param generationPrompt whether the text ends where the assistant is to speak
     * @throws LatentException if the template fails or refuses these messages; says at which line
     */
    public String render(List<Message> messages, boolean generationPrompt) {
        long characters = 0;
        List<Map<String, String>> conversation = new ArrayList<>();
        for (Message message : messages) {
            Map<String, String> entries = new LinkedHashMap<>(); // templates that print a message see this order
            entries.put("role", message.role());
            entries.put("content", message.content());
            conversation.add(entries);
            characters += message.content().length();
        }
        Map<String, @Nullable Object> variables = new HashMap<>();
        variables.put("messages", conversation);
        variables.put("add_generation_prompt", generationPrompt);
        variables.put("tools", null); // none and not undefined: templates tell the two apart
        variables.put("documents", null);
        variables.put("bos_token", begin);
        variables.put("eos_token", end);
        try {
            return template.render(variables, characters, clock);
        } catch (TemplateException e) {
            throw failure(e);
        }
    }

    private LatentException failure(TemplateException e) {
        String line = e.line() > 0 ? " fails at line " + e.line() : " fails";
        String why = Names.line(Objects.toString(e.getMessage(), ""));
        return new LatentException("the chat template of " + name + line + ": " + why
                + "; use the raw mode or another model", e);
    }
}

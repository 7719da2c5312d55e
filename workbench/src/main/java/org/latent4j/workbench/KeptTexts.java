package org.latent4j.workbench;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.latent4j.kernel.LatentException;
import org.latent4j.model.Model;
import org.latent4j.model.tokenizer.Tokenizer;

/**
 * What a capture keeps of its texts beside their states, so that each state can be shown as the text and token that it is of. It lies in
 * the files' metadata and not in tensors: those are states and token ids, nothing else.
 *
 * @param texts the beginning of each text, by its number; empty for one that is left out; no text at all where they weren't kept
 * @param tokens what each token says that the texts have
 * @param dropped whether the texts were too many to be kept
 */
record KeptTexts(List<String> texts, SortedMap<Integer, String> tokens, boolean dropped) {
    /** Nothing. */
    static final KeptTexts NONE = new KeptTexts(List.of(), Collections.emptySortedMap(), false);

    /** The metadata's entry of texts: a JSON object, by their numbers. */
    static final String TEXTS = "text_strings";
    /** The metadata's entry of tokens: a JSON object, by their ids. */
    static final String TOKENS = "token_strings";

    /** Of a text at most so many characters are kept: what is shown of it anywhere. */
    static final int LONGEST = 500;
    /** Of all texts together; a capture's input may be larger than memory, what is kept of it may not. */
    private static final long MOST = 1 << 26;

    /** What an entry may take in a file: readers bound the length of a string in a header, ours at 16 million. */
    static final long LARGEST_ENTRY = 15_000_000;

    /** Gathers what is kept while the input is read. */
    static final class Gathering {
        private final Model model;
        private final boolean byToken;
        private final List<String> texts = new ArrayList<>();
        private final SortedMap<Integer, String> tokens = new TreeMap<>();
        private long characters;
        private boolean anyText;
        private @Nullable Optional<Tokenizer> tokenizer;

        /** @param byToken whether states are of single tokens, not means */
        Gathering(Model model, boolean byToken) {
            this.model = model;
            this.byToken = byToken;
        }

        /** Takes the next text of the input with its ids, which are none where it is left out. */
        void add(Prompt prompt, int[] ids) {
            String text = prompt instanceof Prompt.Text(String _, String whole) && ids.length > 0 ? beginning(whole) : "";
            anyText |= !text.isEmpty();
            characters += text.length();
            if (characters > MOST) {
                texts.clear();
            } else {
                texts.add(text);
            }
            if (byToken) {
                for (int id : ids) {
                    tokens.computeIfAbsent(id, this::token);
                }
            }
        }

        /** What a token says; nothing where ids are captured that the model's tokenizer doesn't know, or it has none. */
        private String token(int id) {
            return tokenizer().filter(known -> id < known.size()).map(known -> TokenText.wellFormed(known.token(id))).orElse("");
        }

        private Optional<Tokenizer> tokenizer() {
            if (tokenizer == null) {
                try {
                    tokenizer = Optional.of(model.tokenizer());
                } catch (LatentException _) {
                    tokenizer = Optional.empty();
                }
            }
            return tokenizer;
        }

        KeptTexts kept() {
            tokens.values().removeIf(String::isEmpty);
            boolean dropped = characters > MOST;
            KeptTexts all = new KeptTexts(anyText && !dropped ? texts : List.of(), tokens, dropped);
            return all.headerBytesOfTokens() <= LARGEST_ENTRY ? all : new KeptTexts(all.texts, Collections.emptySortedMap(), dropped);
        }
    }

    private static String beginning(String text) {
        if (text.length() <= LONGEST) {
            return text;
        }
        int end = Character.isHighSurrogate(text.charAt(LONGEST - 2)) ? LONGEST - 2 : LONGEST - 1;
        return text.substring(0, end) + "…";
    }

    /** The metadata of a file: what is kept of its own texts, and of the tokens of all. */
    Map<String, String> entries(ShardPlan.Shard shard) {
        Map<String, String> entries = new LinkedHashMap<>();
        if (!texts.isEmpty()) {
            entries.put(TEXTS, object(json -> {
                for (int text = shard.from(); text < shard.to(); text++) {
                    if (!texts.get(text).isEmpty()) {
                        json.writeStringField(Integer.toString(text), texts.get(text));
                    }
                }
            }));
        }
        if (!tokens.isEmpty()) {
            entries.put(TOKENS, object(json -> {
                for (Map.Entry<Integer, String> token : tokens.entrySet()) {
                    json.writeStringField(token.getKey().toString(), token.getValue());
                }
            }));
        }
        return entries;
    }

    /** At most so many bytes of header for a text: as JSON within JSON every character may be escaped twice. */
    long headerBytes(int text) {
        return texts.isEmpty() ? 0 : 16 + escapedBytes(texts.get(text));
    }

    /** At most so many bytes of header for the tokens. */
    long headerBytesOfTokens() {
        return tokens.values().stream().mapToLong(token -> 16 + escapedBytes(token)).sum();
    }

    private static long escapedBytes(String text) {
        return text.chars().mapToLong(c -> c < ' ' ? 7 : c == '"' || c == '\\' ? 4 : c < 0x80 ? 1 : 3).sum();
    }

    private interface Members {
        void write(JsonGenerator json) throws IOException;
    }

    private static String object(Members members) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
            json.writeStartObject();
            members.write(json);
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("memory doesn't fail so", e);
        }
        return text.toString();
    }
}

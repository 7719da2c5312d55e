package org.latent4j.model.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * The decoder of a {@code tokenizer.json}: tokens to text, step by step as Hugging Face's library does it. In Java
 * because that library ends the process on settings it doesn't expect.
 */
sealed interface Decoder {
    /** The tokens after this step; joined they are the text. */
    List<String> apply(List<String> tokens);

    /** Reads a decoder; a file without one joins its tokens by spaces. */
    static Decoder of(JsonNode json) throws IOException {
        String type = json.path("type").asText("");
        return switch (json.isNull() || json.isMissingNode() ? "none" : type) {
            case "none" -> new Spaced();
            case "ByteLevel" -> new ByteLevel();
            case "ByteFallback" -> new ByteFallback();
            case "Fuse" -> new Fuse();
            case "Replace" -> new Replace(text(json.path("pattern"), "String"), text(json, "content"));
            case "Strip" -> new Strip(text(json, "content"), json.path("start").asInt(), json.path("stop").asInt());
            case "Metaspace" -> new Metaspace(text(json, "replacement"),
                    !json.path("prepend_scheme").asText("always").equals("never")
                            && json.path("add_prefix_space").asBoolean(true));
            case "WordPiece" -> new WordPiece(text(json, "prefix"), json.path("cleanup").asBoolean(true));
            case "BPEDecoder" -> new WordEnds(text(json, "suffix"));
            case "Sequence" -> {
                List<Decoder> steps = new ArrayList<>();
                for (JsonNode step : json.path("decoders")) {
                    steps.add(of(step));
                }
                yield new Sequence(steps);
            }
            default -> throw new IOException("its decoder \"" + Names.shown(type) + "\" isn't supported");
        };
    }

    private static String text(JsonNode json, String field) throws IOException {
        if (!json.path(field).isTextual()) {
            throw new IOException("its decoder has a step without " + field);
        }
        return json.path(field).asText();
    }

    /** How tokens are written, as far as this decoder tells. */
    default TokenizerJson.Writing writing() {
        return switch (this) {
            case ByteLevel b -> TokenizerJson.Writing.BYTES;
            case ByteFallback b -> TokenizerJson.Writing.SENTENCE_PIECE;
            case Metaspace m -> TokenizerJson.Writing.SENTENCE_PIECE;
            case Sequence(var steps) -> steps.stream().map(Decoder::writing)
                    .filter(writing -> writing != TokenizerJson.Writing.PLAIN).findFirst()
                    .orElse(TokenizerJson.Writing.PLAIN);
            default -> TokenizerJson.Writing.PLAIN;
        };
    }

    record Sequence(List<Decoder> steps) implements Decoder {
        @Override
        public List<String> apply(List<String> tokens) {
            List<String> decoded = tokens;
            for (Decoder step : steps) {
                decoded = step.apply(decoded);
            }
            return decoded;
        }
    }

    record Spaced() implements Decoder {
        @Override
        public List<String> apply(List<String> tokens) {
            return List.of(String.join(" ", tokens));
        }
    }

    record Fuse() implements Decoder {
        @Override
        public List<String> apply(List<String> tokens) {
            return List.of(String.join("", tokens));
        }
    }

    record ByteLevel() implements Decoder {
        @Override
        public List<String> apply(List<String> tokens) {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            tokens.forEach(token -> bytes.writeBytes(ByteAlphabet.bytes(token)));
            return List.of(bytes.toString(StandardCharsets.UTF_8));
        }
    }

    record Replace(String pattern, String by) implements Decoder {
        @Override
        public List<String> apply(List<String> tokens) {
            return pattern.isEmpty() ? tokens : tokens.stream().map(token -> token.replace(pattern, by)).toList();
        }
    }

    /** Runs of {@code <0xE2>} become their text; a run that isn't valid UTF-8 becomes one U+FFFD for each byte. */
    record ByteFallback() implements Decoder {
        @Override
        public List<String> apply(List<String> tokens) {
            List<String> decoded = new ArrayList<>();
            ByteArrayOutputStream run = new ByteArrayOutputStream();
            for (String token : tokens) {
                int value = byteOf(token);
                if (value >= 0) {
                    run.write(value);
                } else {
                    end(run, decoded);
                    decoded.add(token);
                }
            }
            end(run, decoded);
            return decoded;
        }

        private static void end(ByteArrayOutputStream run, List<String> decoded) {
            if (run.size() > 0) {
                try {
                    decoded.add(StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(run.toByteArray()))
                            .toString());
                } catch (CharacterCodingException e) {
                    decoded.add("\uFFFD".repeat(run.size()));
                }
                run.reset();
            }
        }

        /** The byte that {@code <0xE2>} stands for, or -1. */
        static int byteOf(String token) {
            boolean written = token.length() == 6 && token.startsWith("<0x") && token.endsWith(">")
                    && HexFormat.isHexDigit(token.charAt(3)) && HexFormat.isHexDigit(token.charAt(4));
            return written ? HexFormat.fromHexDigits(token, 3, 5) : -1;
        }
    }

    /** Takes a character away, so many times at most, at the beginning and the end of each token. */
    record Strip(String content, int start, int stop) implements Decoder {
        @Override
        public List<String> apply(List<String> tokens) {
            return content.isEmpty() ? tokens : tokens.stream().map(this::stripped).toList();
        }

        private String stripped(String token) {
            int from = 0;
            for (int i = 0; i < start && token.startsWith(content, from); i++) {
                from += content.length();
            }
            int to = token.length();
            for (int i = 0; i < stop && token.substring(from, to).endsWith(content); i++) {
                to -= content.length();
            }
            return token.substring(from, to);
        }
    }

    /** {@code ▁} to a space, but in the first token to nothing where encoding put it there. */
    record Metaspace(String replacement, boolean prepended) implements Decoder {
        @Override
        public List<String> apply(List<String> tokens) {
            List<String> decoded = new ArrayList<>();
            for (String token : tokens) {
                decoded.add(token.replace(replacement, decoded.isEmpty() && prepended ? "" : " "));
            }
            return decoded;
        }
    }

    /** BERT's: a token without the prefix begins a word. */
    record WordPiece(String prefix, boolean cleanup) implements Decoder {
        @Override
        public List<String> apply(List<String> tokens) {
            List<String> decoded = new ArrayList<>();
            for (String token : tokens) {
                String piece = decoded.isEmpty()
                        ? token
                        : token.startsWith(prefix) ? token.substring(prefix.length()) : " " + token;
                decoded.add(cleanup ? cleaned(piece) : piece);
            }
            return decoded;
        }

        private static String cleaned(String piece) {
            return piece.replace(" .", ".").replace(" ?", "?").replace(" !", "!").replace(" ,", ",").replace(" ' ", "'")
                    .replace(" n't", "n't").replace(" 'm", "'m").replace(" do not", " don't").replace(" 's", "'s")
                    .replace(" 've", "'ve").replace(" 're", "'re");
        }
    }

    /** Tokens that end a word carry a suffix, which becomes a space. */
    record WordEnds(String suffix) implements Decoder {
        @Override
        public List<String> apply(List<String> tokens) {
            List<String> decoded = new ArrayList<>();
            for (int i = 0; i < tokens.size(); i++) {
                String by = i == tokens.size() - 1 ? "" : " ";
                decoded.add(suffix.isEmpty() ? tokens.get(i) : tokens.get(i).replace(suffix, by));
            }
            return decoded;
        }
    }
}

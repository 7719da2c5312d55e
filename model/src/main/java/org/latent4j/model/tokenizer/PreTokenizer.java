package org.latent4j.model.tokenizer;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.latent4j.kernel.LatentException;

/**
 * How a text is cut into words before byte pairs are merged. Each stage cuts the pieces of the one before it: matches
 * become pieces and so does what lies between them. Expressions are llama.cpp's ({@code llama-vocab.cpp}), which are
 * those of the models' own {@code tokenizer.json}.
 */
enum PreTokenizer {
    /** GPT-2's: contractions, letters, digits, signs, spaces. */
    GPT_2(List.of("gpt-2"), false, Expressions.GPT_2),
    /** SmolLM's: every digit alone, then as GPT-2. */
    SMOLLM(List.of("smollm"), false, "\\p{N}", Expressions.GPT_2),
    /** Llama 3's: digits in groups of three; a word that is a token is taken whole. */
    LLAMA_3(List.of("llama-bpe", "llama3", "llama-v3"), true,
            "(?iu:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}"
                    + "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"),
    /** What llama.cpp takes where the converter knew nothing better. */
    DEFAULT(List.of("default"), false, "[\\p{P}\\$\\+<=>\\^~\\|]+",
            "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)",
            "\\p{N}+", "[0-9][0-9][0-9]");

    private final List<String> names;
    private final boolean wholeWords;
    private final String[] expressions;

    PreTokenizer(List<String> names, boolean wholeWords, String... expressions) {
        this.names = names;
        this.wholeWords = wholeWords;
        this.expressions = expressions;
    }

    /** The pre-tokenizer of that name in {@code tokenizer.ggml.pre} of a file; an error lists the known ones. */
    static PreTokenizer named(String name, String file) {
        for (PreTokenizer known : values()) {
            if (known.names.contains(name)) {
                return known;
            }
        }
        throw new LatentException(String.format(Locale.ROOT,
                "%s cuts words by pre-tokenizer \"%s\" (tokenizer.ggml.pre), which isn't supported; supported are %s",
                file, Names.shown(name), supported()));
    }

    private static String supported() {
        return Arrays.stream(values()).flatMap(known -> known.names.stream()).sorted()
                .collect(Collectors.joining(", "));
    }

    /** Whether a word that is a token of the vocabulary is taken whole, whatever the merges say. */
    boolean wholeWords() {
        return wholeWords;
    }

    /** Whether such tokenizers open a text with their begin token where the metadata doesn't say. */
    boolean opensTexts() {
        return this == LLAMA_3;
    }

    /** Receives the words of a text in order, as ranges of characters. */
    interface Words {
        /** A word: the characters from {@code from} to before {@code to}. */
        void word(int from, int to);
    }

    /** A pre-tokenizer made ready; immutable and safe for threads. */
    static final class Splitter {
        private final Pattern[] stages;

        private Splitter(Pattern[] stages) {
            this.stages = stages;
        }

        /** Hands the words of that part of a text to {@code words}, in order and without a gap. */
        void split(String text, int from, int to, Words words) {
            split(text, from, to, 0, words);
        }

        private void split(String text, int from, int to, int stage, Words words) {
            if (stage == stages.length) {
                words.word(from, to);
                return;
            }
            // Bounds are opaque: looking ahead ends where the piece ends, as in a stage that sees the piece alone.
            Matcher matcher = stages[stage].matcher(text).region(from, to);
            int done = from;
            while (matcher.find()) {
                if (matcher.start() > done) {
                    split(text, done, matcher.start(), stage + 1, words);
                }
                if (matcher.end() > matcher.start()) {
                    split(text, matcher.start(), matcher.end(), stage + 1, words);
                }
                done = matcher.end();
            }
            if (done < to) {
                split(text, done, to, stage + 1, words);
            }
        }
    }

    /** Compiles the expressions. */
    Splitter splitter() {
        Pattern[] stages = new Pattern[expressions.length];
        for (int i = 0; i < stages.length; i++) {
            stages[i] = Pattern.compile(expressions[i], Pattern.UNICODE_CHARACTER_CLASS);
        }
        return new Splitter(stages);
    }

    private static final class Expressions {
        static final String GPT_2 = "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";

        private Expressions() {}
    }
}

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
 * become pieces and so does what lies between them. Names are llama.cpp's ({@code llama-vocab.cpp}), expressions are
 * those of the models' own {@code tokenizer.json}.
 */
enum PreTokenizer {
    /** GPT-2's: contractions, letters, digits, signs, spaces. */
    GPT_2("gpt-2 phi-2 jina-es jina-de jina-v1-en jina-v2-es jina-v2-de jina-v2-code roberta-bpe gigachat a.x-4.0"
            + " mellum exaone4 jais trillion granite-docling", 0, Expressions.GPT_2),
    /** GPT-NeoX's: GPT-2's on composed characters. */
    GPT_NEOX("mpt olmo modern-bert", Ways.COMPOSES, Expressions.GPT_2),
    /** SmolLM's: every digit alone, then as GPT-2. */
    SMOLLM("smollm starcoder refact command-r codeshell exaone minerva-7b mellum2", 0, "\\p{N}", Expressions.GPT_2),
    /** Llama 3's: digits in groups of three; a word that is a token is taken whole. */
    LLAMA_3("llama-bpe llama3 llama-v3 falcon3 falcon-h1 pixtral midm-2.0 lfm2 jina-v5-nano", Ways.WHOLE_WORDS | Ways.OPENS_TEXTS,
            Expressions.LLAMA_3),
    /** Those that cut as Llama 3 and merge all words. */
    DBRX("dbrx smaug-bpe glm4 chatglm-bpe", 0, Expressions.LLAMA_3),
    /** Qwen 2's: as Llama 3, but every digit alone, on composed characters. */
    QWEN_2("qwen2 deepseek-r1-qwen", Ways.COMPOSES, Expressions.QWEN_2),
    /** Those that cut as Qwen 2 and leave characters as they are. */
    STABLELM_2("stablelm2 megrez hunyuan solar-open grok-2 kormo f2llmv2", 0, Expressions.QWEN_2),
    /** Qwen 3.5's: as Qwen 2, with marks as parts of words. */
    QWEN_35("qwen35", Ways.COMPOSES, Expressions.CONTRACTIONS + "|[^\\r\\n\\p{L}\\p{N}]?[\\p{L}\\p{M}]+|\\p{N}"
            + "| ?[^\\s\\p{L}\\p{M}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"),
    /** As Qwen 2 without contractions. */
    UFAKZEKA("ufakzeka", 0, "[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+"
            + "|\\s+(?!\\S)|\\s+"),
    /** Seed-Coder's: as Qwen 2, with line ends apart from signs. */
    SEED_CODER("seed-coder", 0, Expressions.CONTRACTIONS + "|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}"
            + "| ?[^\\s\\p{L}\\p{N}\\r\\n]+|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"),
    /** Bailing's: as Qwen 2, with every line end alone. */
    BAILING("bailingmoe bailingmoe2 llada-moe", 0, Expressions.CONTRACTIONS + "|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}"
            + "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]|\\s+(?!\\S)|\\s+"),
    /** Laguna's: lines, then as Qwen 2. */
    LAGUNA("laguna", 0, "[^\\n]+|\\n+", Expressions.QWEN_2),
    /** MiniCPM 5's: digits in groups of three, then as Qwen 2. */
    MINICPM_5("minicpm5", Ways.WHOLE_WORDS, "\\p{N}{1,3}", Expressions.CONTRACTIONS + "|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+"
            + "|\\p{N}+| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"),
    /** Mistral's Tekken: capitals begin words, every digit alone. */
    TEKKEN("tekken", Ways.WHOLE_WORDS | Ways.OPENS_TEXTS, Expressions.LOWER_WORDS + "|" + Expressions.UPPER_WORDS + "|\\p{N}"
            + Expressions.GPT_4O_SIGNS),
    /** GPT-4o's: capitals begin words, digits in groups of three. */
    GPT_4O("gpt-4o llama4 kanana2 talkie minimax-m2", 0, Expressions.GPT_4O),
    /** The same, and a word that is a token is taken whole. */
    GRANITE_EMBEDDING("granite-embed-multi-97m", Ways.WHOLE_WORDS, Expressions.GPT_4O),
    /** DeepSeek LLM's. */
    DEEPSEEK_LLM("deepseek-llm", 0, "[\\r\\n]", "\\s?[" + Expressions.CASED + "]+",
            "\\s?[!-/:-~！-／：-～‘-‟　-。]+", "\\s+\\z", "[一-龥ࠀ-一가-퟿]+", "\\p{N}+"),
    /** DeepSeek Coder's. */
    DEEPSEEK_CODER("deepseek-coder", 0, "[\\r\\n]", "\\s?\\p{L}+", "\\s?\\p{P}+", "[一-龥ࠀ-一가-퟿]+", "\\p{N}"),
    /** DeepSeek V3's. */
    DEEPSEEK_V3("deepseek-v3 hunyuan-dense joyai-llm hy_v4", 0, "\\p{N}{1,3}", Expressions.HAN_AND_KANA,
            Expressions.DEEPSEEK_V3_WORDS + "| ?[\\p{P}\\p{S}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"),
    /** Spark 2.5's: as DeepSeek V3, with every line end alone. */
    SPARK("spark2_5", 0, "\\p{N}{1,3}", Expressions.HAN_AND_KANA,
            Expressions.DEEPSEEK_V3_WORDS + "| ?[\\p{P}\\p{S}]+|[\\r\\n]|\\s+(?!\\S)|\\s+", "\\p{N}"),
    /** Falcon's. */
    FALCON("falcon", 0, "[\\p{P}\\$\\+<=>\\^~\\|`]+", Expressions.GPT_2, "[0-9][0-9][0-9]"),
    /** BLOOM's. */
    BLOOM("bloom poro-chat gpt3-finnish", 0, Expressions.BLOOM),
    /** Viking's: as BLOOM, with every digit alone. */
    VIKING("viking", 0, Expressions.BLOOM, "\\p{N}"),
    /** Chameleon's. */
    CHAMELEON("chameleon", Ways.OPENS_TEXTS, "<sentinel:[0-9]+>", "IMGIMG[A-I]{1,4}Z", "[\\t\\n]|    |  ", "\\p{N}",
            "[\\p{P}!-/:-@\\[-`{-~]", Expressions.GPT_2),
    /** What llama.cpp takes where the converter knew nothing better. */
    DEFAULT("default", 0, "[\\p{P}\\$\\+<=>\\^~\\|]+", Expressions.GPT_2, "\\p{N}+", "[0-9][0-9][0-9]");

    private final List<String> names;
    private final int ways;
    private final String[] expressions;

    PreTokenizer(String names, int ways, String... expressions) {
        this.names = List.of(names.split(" "));
        this.ways = ways;
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

    /** Its names in GGUF. */
    List<String> names() {
        return names;
    }

    private static String supported() {
        return Arrays.stream(values()).flatMap(known -> known.names.stream()).sorted()
                .collect(Collectors.joining(", "));
    }

    /** Whether a word that is a token of the vocabulary is taken whole, whatever the merges say. */
    boolean wholeWords() {
        return (ways & Ways.WHOLE_WORDS) != 0;
    }

    /** Whether such tokenizers open a text with their begin token where the metadata doesn't say. */
    boolean opensTexts() {
        return (ways & Ways.OPENS_TEXTS) != 0;
    }

    /** Whether characters are composed (Unicode's NFC) before words are cut, as the models' own tokenizers do. */
    boolean composes() {
        return (ways & Ways.COMPOSES) != 0;
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

    /** What else a pre-tokenizer's name says; bits, because an enum's constants can't use its own static fields. */
    private static final class Ways {
        static final int WHOLE_WORDS = 1;
        static final int OPENS_TEXTS = 2;
        static final int COMPOSES = 4;

        private Ways() {}
    }

    private static final class Expressions {
        // Those with a negative look-ahead leave the last space of a run to the word that follows.
        static final String GPT_2 = "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";
        static final String CONTRACTIONS = "(?iu:'s|'t|'re|'ve|'m|'ll|'d)";
        static final String LLAMA_3 = CONTRACTIONS + "|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}"
                + "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+"
                + "|\\s+(?!\\S)|\\s+";
        static final String QWEN_2 = CONTRACTIONS + "|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}"
                + "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
        // Capitals as the models' tokenizer.json has them; llama.cpp knows those of ASCII only.
        static final String UPPER = "[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]";
        static final String LOWER = "[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]";
        static final String LOWER_WORDS = "[^\\r\\n\\p{L}\\p{N}]?" + UPPER + "*" + LOWER + "+";
        static final String UPPER_WORDS = "[^\\r\\n\\p{L}\\p{N}]?" + UPPER + "+" + LOWER + "*";
        static final String GPT_4O_SIGNS = "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
        static final String GPT_4O = LOWER_WORDS + CONTRACTIONS + "?|" + UPPER_WORDS + CONTRACTIONS + "?|\\p{N}{1,3}"
                + GPT_4O_SIGNS;
        static final String HAN_AND_KANA = "[一-龥぀-ゟ゠-ヿ]+";
        static final String DEEPSEEK_V3_WORDS = "[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+"
                + "|[^\\r\\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+";
        static final String BLOOM = " ?[^(\\s|.,!?…。，、।۔،)]+";
        /** Letters with case, as DeepSeek LLM's tokenizer.json lists them. */
        static final String CASED = "A-Za-zµÀ-ÖØ-öø-ƺƼ-ƿǄ-ʓʕ-ʯͰ-ͳͶͷͻ-ͽͿΆΈ-ΊΌΎ-ΡΣ-ϵϷ-ҁҊ-ԯԱ-ՖႠ-ჅᎠ-Ᏽᏸ-ᏽᲐ-ᲺᲽ-Ჿᴀ"
                + "-ᴫᵫ-ᵷᵹ-ᶚḀ-ἕἘ-Ἕἠ-ὅὈ-Ὅὐ-ὗὙὛὝὟ-ώᾀ-ᾴᾶ-ᾼιῂ-ῄῆ-ῌῐ-ΐῖ-Ίῠ-Ῥῲ-ῴῶ-ῼℂℇℊ-ℓℕℙ-ℝℤΩℨK"
                + "-ℭℯ-ℴℹℼ-ℿⅅ-ⅉⅎↃↄⰀ-ⱻⱾ-ⳤⳫ-ⳮⳲⳳꙀ-ꙭꚀ-ꚛꜢ-ꝯꝱ-ꞇꞋ-ꞎꭰ-ꮿﬀ-ﬆﬓ-ﬗＡ-Ｚａ-ｚ𐐀-𐑏𐒰-𐓓𐓘-𐓻𐲀-𐲲𐳀-"
                + "𐳲𑢠-𑣟𞤀-𞥃";

        private Expressions() {}
    }
}

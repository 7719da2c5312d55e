package org.latent4j.model.tokenizer;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.latent4j.kernel.LatentException;
import org.latent4j.model.format.TokenizerFiles;

/** Files and texts at which Hugging Face's library ends the process are refused before it sees them. */
class LibraryLimitsTest {
    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    /** A tokenizer with a text replaced by another. */
    private Tokenizer altered(String name, String text, String by) throws IOException {
        String json = new String(Objects.requireNonNull(LibraryLimitsTest.class.getResourceAsStream("/org/latent4j/model/format/tokenizers/"
                + name + ".json")).readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        if (!json.contains(text)) {
            throw new AssertionError(name + " doesn't hold " + text);
        }
        Files.writeString(folder.resolve("tokenizer.json"), json.replace(text, by));
        return Tokenizer.open(new TokenizerFiles.Folder(folder));
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', quoteCharacter = '`', value = {
        "byte-level-bpe; \"special_tokens\":{\"<s>\"; \"special_tokens\":{\"<t>\"; the token \"<s>\" without an id",
        "byte-level-bpe; \"id\":\"A\",\"type_id\":0}}],\"pair\"; \"id\":\"B\",\"type_id\":0}}],\"pair\"; names a second one",
        "byte-level-bpe; \"ids\":[0]; \"ids\":[0,1]; 2 ids and 1 texts",
        "byte-level-bpe; \"continuing_subword_prefix\":null; \"continuing_subword_prefix\":\"##\"; merges with a continuing_subword_prefix",
        "byte-level-bpe; {\"type\":\"NFC\"}; {\"type\":\"Precompiled\"}; precompiled_charsmap is cut off",
        "byte-level-bpe; {\"type\":\"NFC\"}; {\"type\":\"Precompiled\",\"precompiled_charsmap\":\"BAAAAAAEAAA=\"}; leads outside itself",
        "byte-level-bpe; {\"type\":\"NFC\"}; {\"type\":\"NFC\",\"type\":\"Precompiled\"}; Duplicate field 'type'",
        "unigram; {\"Regex\":\" {2,}\"}; {\"Regex\":\"(a+)+b\"}; may take too many steps"
    })
    void filesThatWouldEndTheProcessAreRefused(String name, String text, String by, String message) {
        assertThatThrownBy(() -> altered(name, text, by)).isInstanceOf(LatentException.class).hasMessageContaining(message);
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
        "[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]*[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\\p{N}{1,3}",
        "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+",
        "[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+|[^\\r\\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+| ?[\\p{P}\\p{S}]+[\\r\\n]*",
        " ?[^(\\s|[.,!?…。，、।۔،])]+", " {2,}", "[0-9][0-9][0-9]", "\\p{Han}|a{1,3}", "[一-龥぀-ゟ゠-ヿ]+", "<\\|startoftext\\|>|[\\p{L}]+|{"
    })
    void expressionsOfModelsInUseAreTaken(String regex) {
        assertThatCode(() -> RegexLimits.check(regex)).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(strings = {"(a+)+b", "(a|aa)+$", "(?:a*)*", "a*a*b", "a*a*a*", "(?<x>a{0,99}){2,}", "((a?){40})*x", "[a]*(?=a*)a",
        "(a{2,})+"})
    void expressionsWithoutEndAreRefused(String regex) {
        assertThatThrownBy(() -> RegexLimits.check(regex)).isInstanceOf(IOException.class).hasMessageContaining("too many steps");
    }

    @Test
    void longRunsAreRefusedBeforeTheLibraryGivesUp() throws IOException {
        try (Tokenizer tokenizer = altered("byte-level-bpe", "NFC", "NFC")) {
            assertThatThrownBy(() -> tokenizer.encode("a" + " ".repeat(11_000_000))).isInstanceOf(LatentException.class)
                    .hasMessageContaining("more than 4194304 characters of white space on end");
            assertThatThrownBy(() -> tokenizer.encode("a".repeat(11_000_000))).hasMessageContaining("without white space");
        }
    }
}

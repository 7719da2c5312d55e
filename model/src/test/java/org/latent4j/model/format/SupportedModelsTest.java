package org.latent4j.model.format;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.latent4j.kernel.Packing;
import org.latent4j.model.format.Architecture.Trait;
import org.latent4j.model.format.RotarySettings.Scaling;
import org.latent4j.model.tokenizer.PreTokenizerNames;

/** {@code docs/models.md} is made from the code; {@code -Dupdate.docs=true} writes it anew. */
class SupportedModelsTest {
    @Test
    void theTableOfModelsIsThatOfTheCode() throws IOException {
        Path docs = docs();
        if (Boolean.getBoolean("update.docs")) {
            Files.writeString(docs, text());
        }
        assertThat(docs).as("docs/models.md is out of date: mvn -pl model -am -Dtest=SupportedModelsTest -Dupdate.docs=true"
                + " -Dsurefire.failIfNoSpecifiedTests=false test").hasContent(text());
    }

    private static Path docs() {
        for (Path folder = Path.of("").toAbsolutePath(); folder != null; folder = folder.getParent()) {
            if (Files.isDirectory(folder.resolve("docs")) && Files.isDirectory(folder.resolve("model"))) {
                return folder.resolve("docs/models.md");
            }
        }
        throw new AssertionError("there is no folder docs beside the rooms");
    }

    private static String text() {
        StringBuilder text = new StringBuilder("""
                # Models that open

                Made from the code by `SupportedModelsTest`. What isn't here is refused by name.

                ## Architectures

                | name | `general.architecture` in GGUF | `model_type` in config.json | norms | positions | kind |
                | --- | --- | --- | --- | --- | --- |
                """);
        for (Architecture a : Architectures.ALL) {
            text.append("| %s | %s | %s | %s | %s | %s |\n".formatted(
                    a.name(), a.gguf().map(name -> "`" + name + "`").orElse("as another's, or none"), codes(a.huggingFace()),
                    switch (a.norm()) {
                        case RMS -> "RMS";
                        case LAYER -> "layer";
                    },
                    a.is(Trait.ROTARY) ? "rotary" : "learned", a.is(Trait.ENCODER) ? "encoder" : "decoder"));
        }
        text.append("\nRotary scalings: ").append(Arrays.stream(Scaling.class.getPermittedSubclasses()).map(Class::getSimpleName)
                .map(name -> name.toLowerCase(java.util.Locale.ROOT)).filter(name -> !name.equals("none")).sorted()
                .collect(Collectors.joining(", "))).append(".\n");
        text.append("\n## Quantisations\n\n").append(codes(Arrays.stream(Packing.values()).map(Enum::name).toList())).append("\n");
        text.append("""

                ## Tokenizers

                From a folder: `tokenizer.json`; GPT-2's `vocab.json` with `merges.txt`; BERT's `vocab.txt`. From a GGUF alone
                (`tokenizer.ggml.model`): `gpt2` (byte-level BPE), `llama` (SentencePiece BPE), `t5` (SentencePiece unigram), `bert` (WordPiece).

                Pre-tokenizers of byte-level BPE (`tokenizer.ggml.pre`), each line one way of cutting:

                """);
        PreTokenizerNames.all().forEach(names -> text.append("- ").append(codes(names)).append("\n"));
        return text.toString();
    }

    private static String codes(List<String> names) {
        return names.stream().map(name -> "`" + name + "`").collect(Collectors.joining(", "));
    }
}

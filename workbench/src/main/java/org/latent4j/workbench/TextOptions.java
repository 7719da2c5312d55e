package org.latent4j.workbench;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.latent4j.kernel.LatentException;
import org.latent4j.model.PromptMode;
import picocli.CommandLine.Option;

/**
 * The options that say which texts of a file are meant, and how they become tokens: the same wherever texts are read.
 */
final class TextOptions {
    @Option(names = "--texts", paramLabel = "FILE", description = "Many texts: .txt (one a line), .json (an array of strings), .jsonl or .tsv (with --column).")
    private @Nullable Path texts;

    @Option(names = "--text-file", paramLabel = "FILE", description = "A file that is one text, line ends included.")
    private @Nullable Path textFile;

    @Option(names = "--column", paramLabel = "NAME", description = "The column of a .jsonl or .tsv that holds the texts (default: text, or the only one).")
    private @Nullable String column;

    @Option(names = "--chat", description = "Give the text as a user's turn in the model's chat template.")
    private boolean chat;

    @Option(names = "--special", description = "Add the begin and end tokens that the model's tokenizer adds.")
    private boolean special;

    /**
     * The one input that was named.
     *
     * @param given texts on the command line
     * @param ids a file of token ids
     * @param names the options to choose from, for messages
     * @throws LatentException if it is none or several, the file's name doesn't tell its kind, or a text was damaged on
     * its way
     */
    TextInput input(List<String> given, @Nullable Path ids, String names) {
        int named = 0;
        for (boolean isThere : new boolean[]{!given.isEmpty(), texts != null, textFile != null, ids != null}) {
            named += isThere ? 1 : 0;
        }
        if (named != 1) {
            throw new LatentException(named == 0
                    ? "there is nothing to read; give " + names
                    : "there are " + named + " inputs; give one of " + names);
        }
        if (texts != null) {
            return TextInput.ofFile(texts, Optional.ofNullable(column));
        }
        if (column != null) {
            throw new LatentException("--column goes with --texts");
        }
        if (textFile != null) {
            return new TextInput.WholeFile(textFile);
        }
        return ids != null
                ? new TextInput.TokenIds(ids)
                : new TextInput.Given(given.stream().map(ArgumentText::intact).toList());
    }

    /**
     * How texts become tokens.
     *
     * @throws LatentException if two ways are asked for
     */
    PromptMode mode() {
        if (chat && special) {
            throw new LatentException(
                    "--chat and --special exclude each other: the chat template adds its own special tokens");
        }
        return chat ? PromptMode.CHAT : special ? PromptMode.SPECIAL : PromptMode.RAW;
    }
}

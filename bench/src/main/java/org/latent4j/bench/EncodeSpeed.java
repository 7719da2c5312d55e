package org.latent4j.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.latent4j.model.Model;
import org.latent4j.model.Models;
import org.latent4j.model.encoder.Encoder;
import org.latent4j.model.encoder.Encoders;

/**
 * Sentence embeddings of the last column of a .tsv: sentences a second. The same work as the peers' {@code embed.py}. Arguments: the
 * file, how many texts, how many runs are counted, how many threads.
 */
public final class EncodeSpeed {
    private static final int WINDOW = 512;

    private EncodeSpeed() {}

    /** Prints a line for every run after one that isn't counted. */
    public static void main(String[] arguments) throws IOException {
        int count = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 3000;
        int runs = arguments.length > 2 ? Integer.parseInt(arguments[2]) : 3;
        Models.Options models = Models.Options.standard();
        List<String> texts = Files.readAllLines(Path.of(arguments[0])).stream().skip(1).limit(count)
                .map(line -> line.substring(line.lastIndexOf('\t') + 1)).toList();
        try (Encoder encoder = Encoders.open(Encoders.DEFAULT,
                Encoders.Options.of(arguments.length > 3 ? models.withThreads(Integer.parseInt(arguments[3])) : models))) {
            for (int run = 0; run <= runs; run++) {
                long begun = System.nanoTime();
                for (int from = 0; from < texts.size(); from += WINDOW) {
                    encoder.encode(texts.subList(from, Math.min(from + WINDOW, texts.size())));
                }
                double seconds = (System.nanoTime() - begun) / 1e9;
                if (run > 0) {
                    System.out.printf(Locale.ROOT, "latent4j: %d sentences, %.1f sentences/s, %d threads%n", texts.size(),
                            texts.size() / seconds, encoder.model().map(Model::threads).orElse(1));
                }
            }
        }
    }
}

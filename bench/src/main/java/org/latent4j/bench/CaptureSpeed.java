package org.latent4j.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.latent4j.model.Model;
import org.latent4j.model.Models;
import org.latent4j.model.PromptMode;
import org.latent4j.model.site.Positions;
import org.latent4j.model.site.Sites;

/**
 * Hidden states after every block, at the last position, of the texts in a file, one a line: tokens a second. The same work
 * as the peers' {@code capture.py}. Arguments: the file, how many runs are counted.
 */
public final class CaptureSpeed {
    private static final int TOKENS_A_BATCH = 1024;

    private CaptureSpeed() {}

    /** Prints a line for every run after one that isn't counted. */
    public static void main(String[] arguments) throws IOException {
        List<String> texts = Files.readAllLines(Path.of(arguments[0]));
        int runs = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 5;
        try (Model model = Models.open(Models.DEFAULT)) {
            work(model, texts);
            for (int run = 0; run < runs; run++) {
                long begun = System.nanoTime();
                int tokens = work(model, texts);
                double seconds = (System.nanoTime() - begun) / 1e9;
                System.out.printf(Locale.ROOT, "latent4j: %d tokens, %.1f tokens/s, %d threads%n", tokens, tokens / seconds,
                        model.threads());
            }
        }
    }

    private static int work(Model model, List<String> texts) {
        Sites sites = Sites.of("resid_post.*");
        List<int[]> batch = new ArrayList<>();
        int inBatch = 0;
        int all = 0;
        for (String text : texts) {
            int[] ids = model.tokens(text, PromptMode.RAW);
            if (!batch.isEmpty() && inBatch + ids.length > TOKENS_A_BATCH) {
                model.traces(batch, sites, Positions.LAST);
                batch.clear();
                inBatch = 0;
            }
            batch.add(ids);
            inBatch += ids.length;
            all += ids.length;
        }
        model.traces(batch, sites, Positions.LAST);
        return all;
    }
}

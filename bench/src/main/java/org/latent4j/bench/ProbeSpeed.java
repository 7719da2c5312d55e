package org.latent4j.bench;

import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.atomic.AtomicLong;
import org.latent4j.insight.probe.ConllU;
import org.latent4j.insight.probe.Probe;
import org.latent4j.insight.probe.ProbeData;
import org.latent4j.insight.probe.ProbeStudy;
import org.latent4j.insight.probe.Words;
import org.latent4j.kernel.Progress;
import org.latent4j.model.Model;
import org.latent4j.model.Models;
import org.latent4j.model.PromptMode;
import org.latent4j.model.site.Positions;
import org.latent4j.model.site.Sites;

/**
 * Probes at every site for words of a CoNLL-U file, capture and fits: seconds. The same work as {@code bench/probe/peer.py}. Arguments:
 * the file, how many words, the feature ({@code upos}).
 */
public final class ProbeSpeed {
    private ProbeSpeed() {}

    /** Prints a line. */
    public static void main(String[] arguments) {
        int words = Integer.parseInt(arguments[1]);
        String feature = arguments.length > 2 ? arguments[2] : "upos";
        ProbeData all = ConllU.read(Path.of(arguments[0]), ConllU.Feature.parse(feature));
        int count = words;
        while (count < all.items().size() && all.items().get(count).text() == all.items().get(count - 1).text()) {
            count++; // to the end of a sentence
        }
        ProbeData data = new ProbeData(all.texts(), all.items().subList(0, Math.min(count, all.items().size())));
        ProbeStudy.Options options = new ProbeStudy.Options(Sites.of("embed", "resid_post.*"), Words.LAST, Positions.LAST, PromptMode.RAW,
                Probe.Kind.LOGISTIC, OptionalDouble.of(1), 1e-4, 0.2, false, false, false, Integer.MAX_VALUE, 1);
        try (Model model = Models.open(Models.DEFAULT)) {
            long begun = System.nanoTime();
            AtomicLong captured = new AtomicLong();
            Progress progress = (what, done, total, _) -> {
                if (what.startsWith("Running") && done == total) {
                    captured.set(System.nanoTime() - begun);
                }
            };
            ProbeStudy.Outcome outcome = new ProbeStudy(options, progress).run(model, data, null, Optional.empty());
            System.out.printf(Locale.ROOT, "latent4j: %.1f s, capture %.1f, %d words, %d sites, best %.3f, %d threads%n",
                    (System.nanoTime() - begun) / 1e9, captured.get() / 1e9, data.items().size(), outcome.report().sites().size(),
                    outcome.report().best().accuracy(), model.threads());
        }
    }
}

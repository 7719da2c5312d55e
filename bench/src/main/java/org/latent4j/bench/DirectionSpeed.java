package org.latent4j.bench;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.latent4j.insight.direction.DirectionFinder;
import org.latent4j.insight.direction.Method;
import org.latent4j.insight.direction.Samples;
import org.latent4j.kernel.Progress;
import org.latent4j.model.Model;
import org.latent4j.model.Models;

/**
 * A direction at every layer from the pairs of a JSON or JSONL file: seconds. The same work as the peers' {@code direction.py} (repeng),
 * and the same with everything that is measured beside it. Arguments: the file, how many runs are counted.
 */
public final class DirectionSpeed {
    private DirectionSpeed() {}

    /** Prints two lines for every run after one that isn't counted. */
    public static void main(String[] arguments) throws IOException {
        Samples samples = pairs(Path.of(arguments[0]));
        int runs = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 3;
        try (Model model = Models.open(Models.DEFAULT)) {
            DirectionFinder.Options options = DirectionFinder.Options.STANDARD.with(Method.PCA_DIFF);
            for (int run = 0; run <= runs; run++) {
                for (DirectionFinder.Options each : List.of(options.unmeasured(), options)) {
                    long begun = System.nanoTime();
                    long tokens = new DirectionFinder(model, each).find("direction", samples, Progress.NONE).tokens();
                    if (run > 0) {
                        System.out.printf(Locale.ROOT, "latent4j%s: %.2f s for %d pairs, %d tokens, %d threads%n",
                                each.report() ? " with measures" : "", (System.nanoTime() - begun) / 1e9, samples.positive().size(), tokens,
                                model.threads());
                    }
                }
            }
        }
    }

    private static Samples pairs(Path json) throws IOException {
        List<String> positive = new ArrayList<>();
        List<String> negative = new ArrayList<>();
        try (JsonParser parser = new JsonFactory().createParser(json.toFile())) {
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                if (token == JsonToken.FIELD_NAME && parser.currentName().equals("positive")) {
                    positive.add(parser.nextTextValue());
                } else if (token == JsonToken.FIELD_NAME && parser.currentName().equals("negative")) {
                    negative.add(parser.nextTextValue());
                }
            }
        }
        return new Samples(positive, negative, true);
    }
}

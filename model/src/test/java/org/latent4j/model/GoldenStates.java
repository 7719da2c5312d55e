package org.latent4j.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.TreeMap;
import org.latent4j.files.Safetensors;
import org.latent4j.model.site.Sites;

/** A file of what a reference computes, {@code TEXT.SITE}, held against a model. */
final class GoldenStates {
    private GoldenStates() {}

    /** Compares every site in the file; texts are {@code TEXT.input_ids}, or those of text 0 where there are none. */
    static int compare(Model model, Safetensors expected) {
        return compare(model, expected, expected, 1e-4);
    }

    static int compare(Model model, Safetensors texts, Safetensors expected, double bound) {
        Map<Integer, Trace> traces = new TreeMap<>();
        int compared = 0;
        for (String name : expected.tensors().keySet()) {
            int dot = name.indexOf('.');
            int text = Integer.parseInt(name.substring(0, dot));
            String site = name.substring(dot + 1);
            if (site.equals("input_ids") || site.equals("greedy")) {
                continue;
            }
            Trace trace = traces.computeIfAbsent(text, number -> model.trace(
                    texts.tensor(number + ".input_ids").orElseThrow().integers(), Sites.of(sites(number, expected))));
            double error = relativeError(trace.get(site).data(), expected.tensor(name).orElseThrow().floats());
            assertThat(error).as("%s %s", model.name(), name).isLessThan(bound);
            compared++;
        }
        return compared;
    }

    private static String[] sites(int text, Safetensors expected) {
        String prefix = text + ".";
        return expected.tensors().keySet().stream()
                .filter(name -> name.startsWith(prefix))
                .map(name -> name.substring(prefix.length()))
                .filter(site -> !site.equals("input_ids") && !site.equals("greedy"))
                .toArray(String[]::new);
    }

    /** The largest difference over the largest expected value. */
    static double relativeError(float[] actual, float[] expected) {
        assertThat(actual).hasSameSizeAs(expected);
        double difference = 0;
        double size = 0;
        for (int i = 0; i < expected.length; i++) {
            difference = Math.max(difference, Math.abs((double) actual[i] - expected[i]));
            size = Math.max(size, Math.abs(expected[i]));
        }
        return difference / size;
    }
}

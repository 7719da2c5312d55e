package org.latent4j.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.latent4j.model.encoder.Encoder;
import org.latent4j.model.encoder.Encoders;

/**
 * What encoding costs as there are more texts: time and memory by their number. Texts are the last column of a .tsv, taken again from the
 * start, with their number before them, where there are fewer. Arguments: the file, the numbers of texts ({@code 1000,10000}).
 */
public final class EncodeGrowth {
    private static final int WINDOW = 512;

    private EncodeGrowth() {}

    /** Prints a line for each number of texts. */
    public static void main(String[] arguments) throws IOException {
        List<String> texts = Files.readAllLines(Path.of(arguments[0])).stream().skip(1)
                .map(line -> line.substring(line.lastIndexOf('\t') + 1)).toList();
        try (Encoder encoder = Encoders.open(Encoders.DEFAULT)) {
            encoder.encode(texts.subList(0, Math.min(WINDOW, texts.size()))); // compiles
            for (String count : (arguments.length > 1 ? arguments[1] : "1000,10000").split(",")) {
                int wanted = Integer.parseInt(count);
                PeakMemory.reset();
                long begun = System.nanoTime();
                for (int from = 0; from < wanted; from += WINDOW) {
                    encoder.encode(window(texts, from, Math.min(wanted, from + WINDOW)));
                }
                double seconds = (System.nanoTime() - begun) / 1e9;
                System.out.printf(Locale.ROOT, "latent4j encode, %,d texts: %.1f s, %.1f texts/s; %,d MB%n", wanted, seconds,
                        wanted / seconds,
                        PeakMemory.megabytes());
            }
        }
    }

    private static List<String> window(List<String> texts, int from, int to) {
        return IntStream.range(from, to)
                .mapToObj(i -> i < texts.size() ? texts.get(i) : i + " " + texts.get(i % texts.size())).toList();
    }
}

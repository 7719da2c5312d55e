package org.latent4j.insight.probe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.latent4j.files.Safetensors;
import org.latent4j.kernel.Matrix;

class GoldenProbeTest {
    private static final List<String> DIGITS = IntStream.range(0, 10).mapToObj(String::valueOf).toList();
    private static Matrix train;
    private static Matrix test;
    private static int[] labels;
    private static Matrix expected;

    @BeforeAll
    static void read() {
        Path own = Path.of("shared/golden/space/space.expected.safetensors");
        for (Path at = Path.of("").toAbsolutePath(); at != null && !Files.exists(own); at = at.getParent()) {
            own = at.resolve("shared/golden/space/space.expected.safetensors");
        }
        assumeTrue(Files.exists(own), "the reference data aren't here");
        try (Safetensors golden = Safetensors.open(own)) {
            Matrix x = golden.tensor("x").orElseThrow().matrix();
            train = x.rows(0, 400);
            test = x.rows(400, 600);
            labels = golden.tensor("labels").orElseThrow().integers();
            expected = golden.tensor("probe_test_probabilities").orElseThrow().matrix();
        }
    }

    @Test
    void probabilitiesAreThoseOfScikitLearn() {
        Probe probe = Probe.fit(train, Arrays.copyOf(labels, 400), DIGITS, Probe.Settings.STANDARD);
        Matrix found = probe.predict(test);
        double worst = 0;
        for (int i = 0; i < found.data().length; i++) {
            worst = Math.max(worst, Math.abs(found.data()[i] - expected.data()[i]));
        }
        assertTrue(worst < 1e-3, "largest difference " + worst);
        assertEquals(0.94, accuracy(found), 1e-9);
    }

    @Test
    void otherKindsReadDigitsToo() {
        for (Probe.Kind kind : List.of(Probe.Kind.MEANS, Probe.Kind.MLP)) {
            Probe probe = Probe.fit(train, Arrays.copyOf(labels, 400), DIGITS, Probe.Settings.STANDARD.withKind(kind));
            double accuracy = accuracy(probe.predict(test));
            assertTrue(accuracy > 0.85, kind + " " + accuracy);
        }
    }

    private static double accuracy(Matrix probabilities) {
        int[] said = Probe.mostProbable(probabilities);
        return IntStream.range(0, said.length).filter(i -> said[i] == labels[400 + i]).count() / (double) said.length;
    }
}

package org.latent4j.model.format;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.latent4j.model.format.RotarySettings.Scaling;

/** Against {@code inv_freq} of transformers 5.23.0 with PyTorch 2.15.0, written as the bits of 32-bit floats. */
class RotarySettingsTest {
    private static final String PLAIN = """
        3f800000 3f32a506 3ef953cf 3eadfcff 3e72d423 3e297409 3dec7fd6 3da50956
        3d6655c2 3d20bc1d 3ce054d2 3c9c8b97 3c5a7bf2 3c187705 3bd4ca15 3b947dae
        3b4f3e38 3b109edb 3ac9d75c 3a8cd9db 3a44948c 3a092e02 39bf74d7 39859aa9
        393a7753 39021f2b 38b59b1b 387d75d4 3830df52 37f6da96 37ac431d 37706b6d\
        """;
    private static final String LINEAR = """
        3eaaaaab 3e7ff6c1 3e3ff223 3e0ff067 3dd7e0cf 3da1e2c2 3d72cb5f 3d3611f4
        3d088889 3cccc567 3c998e81 3c664d71 3c2cb3d9 3c018235 3bc23c4c 3b91a7f7
        3b5a740d 3b23d120 3af5b0d0 3ab83df4 3a8a297b 3a4f36bc 3a1b6370 39e90cbd
        39aec33f 39830db3 39448d73 391364c3 38dd0f2b 38a5c563 38789f19 383a7098\
        """;
    private static final String LLAMA_3_2 = """
        3f800000 3f29e1c6 3ee177bc 3e959ee3 3e4693b0 3e03c6a0 3daee4ad 3d681e67
        3d1a08c8 3ccc6f49 3c87a9c3 3c340d6d 3beef74f 3b9e9402 3b527720 3aa9279b
        39e13620 38cb98f7 37a3418d 3758ac81 370fc8f8 36bed4f4 367d45c3 3628126b
        35df10c4 359406cb 35447610 35025f34 34ad07a7 3465a54d 341864a7 33ca41b0\
        """;
    private static final String TINY = "3f800000 3cc693b0 3b9a08c8 3a6ef74f 39395d21 380fc8f8 36df10c4 35ad07a7";

    @Test
    void frequenciesMatchTransformers() {
        assertMatches(new RotarySettings(100_000, 64, new Scaling.None()), PLAIN);
    }

    @Test
    void linearScalingMatchesTransformers() {
        assertMatches(new RotarySettings(10_000, 64, new Scaling.Linear(3)), LINEAR);
    }

    @Test
    void llama3ScalingMatchesTransformers() {
        assertMatches(new RotarySettings(500_000, 64, new Scaling.Llama3(32, 1, 4, 8192)), LLAMA_3_2);
        assertMatches(new RotarySettings(500_000, 16, new Scaling.Llama3(8, 1, 4, 32)), TINY);
    }

    /**
     * PyTorch's vectorised power is within one unit in the last place, so ours, which is rounded once, may differ by
     * that.
     */
    private static void assertMatches(RotarySettings settings, String bits) {
        float[] frequencies = settings.frequencies();
        String[] wanted = bits.split("\\s+");
        assertThat(frequencies).hasSameSizeAs(wanted);
        for (int i = 0; i < wanted.length; i++) {
            int distance = Float.floatToRawIntBits(frequencies[i]) - Integer.parseUnsignedInt(wanted[i], 16);
            assertThat(distance).as("pair %d: units in the last place", i).isBetween(-2, 2);
        }
    }
}

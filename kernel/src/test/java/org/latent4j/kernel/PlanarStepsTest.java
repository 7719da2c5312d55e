package org.latent4j.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class PlanarStepsTest {
    private static final ForceTable PULL = new ForceTable(square -> -2 / (1 + square));
    private static final ForceTable PUSH = new ForceTable(square -> 2 / ((0.001 + square) * (1 + square)));

    /** A point alone, as the documentation says it is moved. */
    private static float[] alone(PlanarSteps.Forces forces, float x, float y, float[][] met, float step) {
        float[] place = {x, y};
        for (int i = 0; i < met.length; i++) {
            boolean end = i % (1 + forces.samples()) == 0;
            for (int times = end ? forces.pulls() : 1; times > 0; times--) {
                float dx = place[0] - met[i][0];
                float dy = place[1] - met[i][1];
                float square = dx * dx + dy * dy;
                if (square > 0) {
                    float strength = (end ? forces.attraction() : forces.repulsion()).at(square);
                    place[0] += Math.clamp(strength * dx, -forces.largest(), forces.largest()) * step;
                    place[1] += Math.clamp(strength * dy, -forces.largest(), forces.largest()) * step;
                }
            }
        }
        return place;
    }

    @Property(tries = 100)
    void aPointsStepsAreTheSameBitsWhateverIsBesideIt(
            @ForAll @IntRange(min = 1, max = 9) int edges,
            @ForAll @IntRange(min = 0, max = 6) int samples,
            @ForAll @IntRange(min = 1, max = 2) int pulls,
            @ForAll long seed) {
        PlanarSteps.Forces forces = new PlanarSteps.Forces(PULL, PUSH, pulls, samples, 4);
        PlanarSteps steps = new PlanarSteps(forces, edges);
        SeededRandom random = new SeededRandom(seed, 0);
        float[][] expected = new float[steps.lanes()][];
        long drawn = 0;
        for (int lane = 0; lane < steps.lanes(); lane++) {
            float x = (float) (10 * random.at(drawn++));
            float y = (float) (10 * random.at(drawn++));
            int met = (int) (random.at(drawn++) * (edges + 1));
            float[][] encounters = new float[met * (1 + samples)][];
            for (int i = 0; i < encounters.length; i++) {
                double kind = random.at(drawn++);
                float spread = kind < 0.3 ? 1e-3f : 10; // near enough to be pushed as far as a step may go
                encounters[i] = kind > 0.9
                        ? new float[]{Float.NaN, y}
                        : kind > 0.8
                                ? new float[]{x, y}
                                : new float[]{x + spread * (float) random.at(drawn++), y + spread * (float) random.at(drawn++)};
                steps.meet(lane, i, encounters[i][0], encounters[i][1]);
            }
            steps.stand(lane, x, y);
            steps.meetNothing(lane, met, edges);
            expected[lane] = alone(forces, x, y, encounters, 0.7f);
        }
        steps.move(edges, 0.7f);
        for (int lane = 0; lane < steps.lanes(); lane++) {
            assertThat(new float[]{steps.x(lane), steps.y(lane)}).isEqualTo(expected[lane]);
        }
    }

    @Property(tries = 50)
    void kernelsWithoutVectorsGiveTheSameBits(@ForAll @IntRange(min = 1, max = 5) int edges, @ForAll long seed) {
        PlanarSteps.Forces forces = new PlanarSteps.Forces(PULL, PUSH, 2, 3, 4);
        Kernels scalar = new ScalarKernels();
        Kernels vector = new VectorKernels();
        float[] few = run(scalar, forces, edges, seed);
        float[] many = run(vector, forces, edges, seed);
        int both = Math.min(scalar.lanes(), vector.lanes());
        for (int lane = 0; lane < both; lane++) {
            assertThat(many[lane]).isEqualTo(few[lane]);
            assertThat(many[vector.lanes() + lane]).isEqualTo(few[scalar.lanes() + lane]);
        }
    }

    /** Where points end, {@code [2, lanes]}; what a lane meets doesn't depend on how many there are. */
    private static float[] run(Kernels kernels, PlanarSteps.Forces forces, int edges, long seed) {
        int lanes = kernels.lanes();
        SeededRandom random = new SeededRandom(seed, 0);
        float[] x = new float[lanes];
        float[] y = new float[lanes];
        float[] met = new float[edges * (1 + forces.samples()) * 2 * lanes];
        for (int i = 0; i < met.length; i++) {
            met[i] = (float) (3 * random.at(i / lanes * 64L + i % lanes));
        }
        kernels.planarSteps(forces, x, y, met, edges, 0.3f, new int[lanes], new float[2 * lanes]);
        float[] both = new float[2 * lanes];
        System.arraycopy(x, 0, both, 0, lanes);
        System.arraycopy(y, 0, both, lanes, lanes);
        return both;
    }

    @Test
    void aTableIsNearTheFunctionAndEndsWithIt() {
        for (double square = 1e-12; square < 1e12; square *= 1.37) {
            assertThat((double) PULL.at((float) square) * (1 + square)).isCloseTo(-2, org.assertj.core.data.Offset.offset(2e-3));
        }
        assertThat(PULL.at(0)).isEqualTo(PULL.at(0x1p-60f));
    }
}

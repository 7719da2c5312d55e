package org.latent4j.insight;

import java.util.Arrays;
import java.util.List;
import org.latent4j.kernel.Matrix;
import org.latent4j.space.PrincipalComponents;
import org.latent4j.space.Vectors;

/**
 * The path of every position through the layers, in the plane in which all states together spread most. States are
 * scaled to length 1 before: their length grows manyfold from the first layer to the last and would hide everything else.
 */
record Trajectories(double[][][] places, LensReading.Plane plane) {
    static Trajectories of(List<Matrix> layers) {
        int positions = layers.getFirst().rows();
        int width = layers.getFirst().columns();
        Matrix all = Matrix.zeros(Math.multiplyExact(layers.size(), positions), width);
        for (int layer = 0; layer < layers.size(); layer++) {
            for (int p = 0; p < positions; p++) {
                putScaled(layers.get(layer), p, all, layer * positions + p);
            }
        }
        PrincipalComponents plane = PrincipalComponents.of(all, Math.min(2, width));
        double[][][] places = new double[layers.size()][positions][];
        for (int layer = 0; layer < layers.size(); layer++) {
            for (int p = 0; p < positions; p++) {
                places[layer][p] = Arrays.copyOf(plane.project(all.row(layer * positions + p)), 2);
            }
        }
        return new Trajectories(places, new LensReading.Plane(plane.share(0), plane.components().length > 1 ? plane.share(1) : 0));
    }

    private static void putScaled(Matrix from, int row, Matrix to, int toRow) {
        double norm = Vectors.norm(from, row);
        int width = from.columns();
        for (int c = 0; c < width; c++) {
            to.data()[toRow * width + c] = norm > 0 ? (float) (from.data()[row * width + c] / norm) : 0;
        }
    }

    /** Where a state lies, {@code [2]}. */
    double[] at(int layer, int position) {
        return places[layer][position];
    }
}

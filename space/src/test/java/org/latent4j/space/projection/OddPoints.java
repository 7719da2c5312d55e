package org.latent4j.space.projection;

import java.util.Arrays;
import java.util.List;
import org.latent4j.kernel.Matrix;

/** Points that every map must come to terms with. */
final class OddPoints {
    private OddPoints() {}

    /** Two points, equal ones, a line, points 100,000 wide, points at the origin, a constant column. */
    static List<Matrix> all() {
        Matrix equal = Matrix.zeros(50, 4);
        Arrays.fill(equal.data(), 0.5f);
        Matrix line = Matrix.zeros(40, 1);
        for (int i = 0; i < 40; i++) {
            line.data()[i] = i;
        }
        Matrix wide = Matrix.zeros(6, 100_000);
        for (int i = 0; i < 6; i++) {
            wide.data()[i * 100_000 + i] = 1;
        }
        Matrix constant = Matrix.zeros(60, 3);
        for (int i = 0; i < 60; i++) {
            constant.data()[3 * i] = 7;
            constant.data()[3 * i + 1] = i % 11;
            constant.data()[3 * i + 2] = i % 7;
        }
        return List.of(Matrix.of(2, 3, 1, 2, 3, 4, 5, 6), equal, line, wide, Matrix.zeros(30, 2), constant);
    }
}

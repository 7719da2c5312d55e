package org.latent4j.workbench;

import org.latent4j.kernel.Matrix;

/** Turns one map so that it resembles another of the same points: a map's directions mean nothing, only what lies near what. */
final class Likeness {
    private Likeness() {}

    /**
     * Turns and, where that is more alike, mirrors a map of two dimensions in place about its mean (Procrustes); maps of three
     * stay as they are.
     */
    static void turn(Matrix map, Matrix other) {
        if (map.columns() != 2) {
            return;
        }
        double[] mean = mean(map);
        double[] otherMean = mean(other);
        double xx = 0;
        double xy = 0;
        double yx = 0;
        double yy = 0;
        for (int i = 0; i < map.rows(); i++) {
            double x = map.at(i, 0) - mean[0];
            double y = map.at(i, 1) - mean[1];
            double toX = other.at(i, 0) - otherMean[0];
            double toY = other.at(i, 1) - otherMean[1];
            xx += x * toX;
            xy += x * toY;
            yx += y * toX;
            yy += y * toY;
        }
        boolean mirrored = Math.hypot(xx - yy, xy + yx) > Math.hypot(xx + yy, xy - yx);
        double angle = mirrored ? Math.atan2(xy + yx, xx - yy) : Math.atan2(xy - yx, xx + yy);
        double cos = Math.cos(angle);
        double sin = Math.sin(angle);
        for (int i = 0; i < map.rows(); i++) {
            double x = map.at(i, 0) - mean[0];
            double y = mirrored ? -(map.at(i, 1) - mean[1]) : map.at(i, 1) - mean[1];
            map.data()[2 * i] = (float) (cos * x - sin * y + mean[0]);
            map.data()[2 * i + 1] = (float) (sin * x + cos * y + mean[1]);
        }
    }

    private static double[] mean(Matrix map) {
        double[] mean = new double[2];
        for (int i = 0; i < map.data().length; i++) {
            mean[i % 2] += map.data()[i] / map.rows();
        }
        return mean;
    }
}

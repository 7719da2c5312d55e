package org.latent4j.insight.direction;

/** Arithmetic of vectors, summed in order in double precision. */
final class Linear {
    private Linear() {}

    static double dot(float[] x, float[] y) {
        double sum = 0;
        for (int i = 0; i < x.length; i++) {
            sum += (double) x[i] * y[i];
        }
        return sum;
    }

    static double norm(float[] x) {
        return Math.sqrt(dot(x, x));
    }

    static double cosine(float[] x, float[] y) {
        double norms = norm(x) * norm(y);
        return norms == 0 ? 0 : dot(x, y) / norms;
    }

    /** {@code x} made 1 long; one without a length stays as it is. */
    static float[] unit(float[] x) {
        double norm = norm(x);
        return norm == 0 ? x : times(x, 1 / norm);
    }

    static float[] times(float[] x, double factor) {
        float[] out = new float[x.length];
        for (int i = 0; i < x.length; i++) {
            out[i] = (float) (x[i] * factor);
        }
        return out;
    }

    /** {@code x + factor y}. */
    static float[] plus(float[] x, double factor, float[] y) {
        float[] out = new float[x.length];
        for (int i = 0; i < x.length; i++) {
            out[i] = (float) (x[i] + factor * y[i]);
        }
        return out;
    }
}

package org.latent4j.kernel;

/**
 * Constants of the exponential and of what is made from it, shared by both kernels. Polynomials are fitted on Chebyshev
 * nodes in double precision; the relative error of exp is 6.3e-8 before rounding, that of erf 1.2e-7.
 */
final class Exponential {
    /** Below this the result would be denormal; it is given as about 1e-38, which no sum notices. */
    static final float LEAST = -87.3f;

    /** Above this the result would overflow. */
    static final float MOST = 88.3f;

    static final float LOG2_E = 1.44269504f;
    /** 1.5 * 2^23: adding it rounds to an integer, which then stands in the low bits. */
    static final float ROUND = 12582912f;

    static final float LN2_HIGH = 0.693359375f;
    static final float LN2_LOW = -2.12194440e-4f;

    /** exp(r) = 1 + r (1 + r (C0 + r (C1 + ...))) for |r| at most ln 2 / 2. */
    static final float C0 = 0.5f;

    static final float C1 = 0.16666573286056519f;
    static final float C2 = 0.04166645556688309f;
    static final float C3 = 0.008363776840269566f;
    static final float C4 = 0.0013934544986113906f;

    static final float GELU_CUBE = 0.044715f;
    /** 2 sqrt(2 / pi). */
    static final float GELU_2U = 1.5957691216f;

    static final float SQRT_HALF = 0.70710678f;
    /** erf(t) / t as a polynomial of t squared, for |t| at most 1. */
    static final float ERF_SMALL_0 = 1.1283791065216064f;
    static final float ERF_SMALL_1 = -0.3761262595653534f;
    static final float ERF_SMALL_2 = 0.11283597350120544f;
    static final float ERF_SMALL_3 = -0.02685432881116867f;
    static final float ERF_SMALL_4 = 0.005189312156289816f;
    static final float ERF_SMALL_5 = -0.0008018855005502701f;
    static final float ERF_SMALL_6 = 7.882497448008507e-05f;

    private static final float[] ERF_SMALL = {ERF_SMALL_0, ERF_SMALL_1, ERF_SMALL_2, ERF_SMALL_3, ERF_SMALL_4, ERF_SMALL_5, ERF_SMALL_6};
    /** log(1 - erf(t)) as a polynomial of t, for t from 1 to 4; beyond, erf is 1 in single precision. */
    static final float ERF_LARGE_0 = 0.00030417676316574216f;
    static final float ERF_LARGE_1 = -1.1301703453063965f;
    static final float ERF_LARGE_2 = -0.6319313645362854f;
    static final float ERF_LARGE_3 = -0.10998330265283585f;
    static final float ERF_LARGE_4 = 0.026367414742708206f;
    static final float ERF_LARGE_5 = -0.00474111782386899f;
    static final float ERF_LARGE_6 = 0.0005929505568929017f;
    static final float ERF_LARGE_7 = -4.561102105071768e-05f;
    static final float ERF_LARGE_8 = 1.6150449937413214e-06f;

    private static final float[] ERF_LARGE = {ERF_LARGE_0, ERF_LARGE_1, ERF_LARGE_2, ERF_LARGE_3, ERF_LARGE_4, ERF_LARGE_5, ERF_LARGE_6,
        ERF_LARGE_7, ERF_LARGE_8};

    /** tanh(x) / x as a polynomial of x squared: its Taylor series. */
    static final float[] TANH_SMALL = {1, -1 / 3f, 2 / 15f, -17 / 315f, 62 / 2835f};

    private Exponential() {}

    /** e to the power of x, with the same steps as the vector kernel. */
    static float exp(float x) {
        float clamped = Math.min(Math.max(x, LEAST), MOST);
        float shifted = Math.fma(clamped, LOG2_E, ROUND);
        float n = shifted - ROUND;
        float r = Math.fma(n, -LN2_LOW, Math.fma(n, -LN2_HIGH, clamped));
        float p = Math.fma(Math.fma(Math.fma(Math.fma(C4, r, C3), r, C2), r, C1), r, C0);
        p = Math.fma(Math.fma(p, r, 1f), r, 1f);
        return Float.intBitsToFloat(Float.floatToRawIntBits(p) + (Float.floatToRawIntBits(shifted) << 23));
    }

    /** The error function. */
    static float erf(float t) {
        float a = Math.abs(t);
        if (a <= 1) {
            return polynomial(t * t, ERF_SMALL) * t;
        }
        return Math.copySign(1 - exp(polynomial(Math.min(a, 4f), ERF_LARGE)), t);
    }

    /**
     * The hyperbolic tangent, by its series below 0.3, where the quotient would lose digits; relative error 3e-7.
     */
    static float tanh(float x) {
        float a = Math.abs(x);
        if (a < 0.3f) {
            return polynomial(x * x, TANH_SMALL) * x;
        }
        return Math.copySign(1 - 2 / (exp(2 * a) + 1), x);
    }

    /** {@code x[i] = cap * tanh(x[i] / cap)}. */
    static void softCap(float[] x, int offset, int length, float cap) {
        for (int i = offset; i < offset + length; i++) {
            x[i] = cap * tanh(x[i] / cap);
        }
    }

    private static float polynomial(float x, float[] coefficients) {
        float p = coefficients[coefficients.length - 1];
        for (int i = coefficients.length - 2; i >= 0; i--) {
            p = Math.fma(p, x, coefficients[i]);
        }
        return p;
    }
}

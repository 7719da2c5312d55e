package org.latent4j.space.projection;

/**
 * Discrete Fourier transforms of lengths {@code 2^k} and {@code 3 2^k}, of {@value #SIDE} columns side by side: Stockham's form,
 * which needs no reordering, in steps of four, two and three. Values are complex numbers in two arrays {@code [length, SIDE]}.
 *
 * <p>Not safe for use from several threads: the second pair of arrays is this object's.
 */
final class Fourier {
    static final int SIDE = 16;

    private final int length;
    private final double[] cosines;
    private final double[] sines;
    private double[] real;
    private double[] imaginary;
    private double[] otherReal;
    private double[] otherImaginary;

    Fourier(int length) {
        int rest = length;
        while (rest % 2 == 0) {
            rest /= 2;
        }
        if (length < 1 || rest != 1 && rest != 3) {
            throw new IllegalArgumentException("a transform of length " + length);
        }
        this.length = length;
        this.cosines = new double[length];
        this.sines = new double[length];
        for (int i = 0; i < length; i++) {
            cosines[i] = Math.cos(2 * Math.PI * i / length);
            sines[i] = -Math.sin(2 * Math.PI * i / length);
        }
        this.real = new double[length * SIDE];
        this.imaginary = new double[length * SIDE];
        this.otherReal = new double[length * SIDE];
        this.otherImaginary = new double[length * SIDE];
    }

    /** The least length of these that is at least {@code length}. */
    static int lengthFrom(int length) {
        int power = Integer.highestOneBit(Math.max(1, length - 1)) * 2;
        int three = power / 4 * 3;
        return three >= length ? three : power;
    }

    /** Real parts, {@code [length, SIDE]}, before and after a transform. */
    double[] real() {
        return real;
    }

    /** Imaginary parts; exchanged with the real ones before and after, a transform is the inverse times the length. */
    double[] imaginary() {
        return imaginary;
    }

    /** Transforms; {@code inverse} without dividing by the length. */
    void transform(boolean inverse) {
        if (inverse) {
            exchange();
        }
        int n = length;
        int stride = 1;
        while (n > 1) {
            int radix = n % 3 == 0 ? 3 : n % 4 == 0 ? 4 : 2;
            int part = n / radix;
            for (int p = 0; p < part; p++) {
                for (int q = 0; q < stride; q++) {
                    butterfly(radix, p, q, part, stride);
                }
            }
            double[] swapped = real;
            real = otherReal;
            otherReal = swapped;
            swapped = imaginary;
            imaginary = otherImaginary;
            otherImaginary = swapped;
            n = part;
            stride *= radix;
        }
        if (inverse) {
            exchange();
        }
    }

    private void exchange() {
        double[] swapped = real;
        real = imaginary;
        imaginary = swapped;
    }

    private void butterfly(int radix, int p, int q, int part, int stride) {
        int from = (q + stride * p) * SIDE;
        int step = stride * part * SIDE;
        int to = (q + stride * radix * p) * SIDE;
        int out = stride * SIDE;
        int turn = p * stride;
        switch (radix) {
            case 4 -> four(real, imaginary, otherReal, otherImaginary, from, step, to, out, turn);
            case 3 -> three(real, imaginary, otherReal, otherImaginary, from, step, to, out, turn);
            default -> two(real, imaginary, otherReal, otherImaginary, from, step, to, out, turn);
        }
    }

    private void two(double[] re, double[] im, double[] toRe, double[] toIm, int from, int step, int to, int out, int turn) {
        double c = cosines[turn];
        double s = sines[turn];
        for (int j = 0; j < SIDE; j++) {
            double ar = re[from + j];
            double ai = im[from + j];
            double br = re[from + step + j];
            double bi = im[from + step + j];
            toRe[to + j] = ar + br;
            toIm[to + j] = ai + bi;
            toRe[to + out + j] = (ar - br) * c - (ai - bi) * s;
            toIm[to + out + j] = (ar - br) * s + (ai - bi) * c;
        }
    }

    private void three(double[] re, double[] im, double[] toRe, double[] toIm, int from, int step, int to, int out, int turn) {
        double c1 = cosines[turn];
        double s1 = sines[turn];
        double c2 = cosines[2 * turn % length];
        double s2 = sines[2 * turn % length];
        double height = Math.sqrt(0.75);
        for (int j = 0; j < SIDE; j++) {
            double sumR = re[from + step + j] + re[from + 2 * step + j];
            double sumI = im[from + step + j] + im[from + 2 * step + j];
            double offR = height * (re[from + step + j] - re[from + 2 * step + j]);
            double offI = height * (im[from + step + j] - im[from + 2 * step + j]);
            double midR = re[from + j] - 0.5 * sumR;
            double midI = im[from + j] - 0.5 * sumI;
            toRe[to + j] = re[from + j] + sumR;
            toIm[to + j] = im[from + j] + sumI;
            double br = midR + offI;
            double bi = midI - offR;
            double cr = midR - offI;
            double ci = midI + offR;
            toRe[to + out + j] = br * c1 - bi * s1;
            toIm[to + out + j] = br * s1 + bi * c1;
            toRe[to + 2 * out + j] = cr * c2 - ci * s2;
            toIm[to + 2 * out + j] = cr * s2 + ci * c2;
        }
    }

    private void four(double[] re, double[] im, double[] toRe, double[] toIm, int from, int step, int to, int out, int turn) {
        double c1 = cosines[turn];
        double s1 = sines[turn];
        double c2 = cosines[2 * turn % length];
        double s2 = sines[2 * turn % length];
        double c3 = cosines[3 * turn % length];
        double s3 = sines[3 * turn % length];
        for (int j = 0; j < SIDE; j++) {
            double plusR = re[from + j] + re[from + 2 * step + j];
            double plusI = im[from + j] + im[from + 2 * step + j];
            double minusR = re[from + j] - re[from + 2 * step + j];
            double minusI = im[from + j] - im[from + 2 * step + j];
            double otherPlusR = re[from + step + j] + re[from + 3 * step + j];
            double otherPlusI = im[from + step + j] + im[from + 3 * step + j];
            double otherMinusR = re[from + step + j] - re[from + 3 * step + j];
            double otherMinusI = im[from + step + j] - im[from + 3 * step + j];
            toRe[to + j] = plusR + otherPlusR;
            toIm[to + j] = plusI + otherPlusI;
            double br = minusR + otherMinusI;
            double bi = minusI - otherMinusR;
            double cr = plusR - otherPlusR;
            double ci = plusI - otherPlusI;
            double dr = minusR - otherMinusI;
            double di = minusI + otherMinusR;
            toRe[to + out + j] = br * c1 - bi * s1;
            toIm[to + out + j] = br * s1 + bi * c1;
            toRe[to + 2 * out + j] = cr * c2 - ci * s2;
            toIm[to + 2 * out + j] = cr * s2 + ci * c2;
            toRe[to + 3 * out + j] = dr * c3 - di * s3;
            toIm[to + 3 * out + j] = dr * s3 + di * c3;
        }
    }
}

package org.latent4j.kernel;

/**
 * Sums over the columns of two rows in double precision: what decides between points that are nearly equally near. Every sum is sixteen
 * chains side by side, column {@code k} in chain {@code k mod 16}, which are added up in a tree of halves, and the columns behind the last
 * whole sixteen in a chain of their own: the same bits on any machine.
 */
public final class DoubleSums {
    /** Chains of a sum. */
    static final int CHAINS = 16;

    private DoubleSums() {}

    /** The inner product of {@code length} values of {@code x} from {@code xAt} with those of {@code y} from {@code yAt}. */
    public static double product(float[] x, int xAt, float[] y, int yAt, int length) {
        return KernelChoice.best().doubleProduct(x, xAt, y, yAt, length);
    }

    /** The sum of their squared differences. */
    public static double squaredDistance(float[] x, int xAt, float[] y, int yAt, int length) {
        return KernelChoice.best().doubleSquaredDistance(x, xAt, y, yAt, length);
    }
}

package org.latent4j.kernel;

/** Chooses the kernels once, when the first one is wanted. */
final class KernelChoice {
    private KernelChoice() {}

    /** The Vector API's where the JVM has it, plain Java otherwise. */
    static Kernels best() {
        return Holder.BEST;
    }

    private static final class Holder {
        static final Kernels BEST = choose();

        private static Kernels choose() {
            boolean present = ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();
            return present ? new VectorKernels() : new ScalarKernels();
        }
    }
}

package org.latent4j.kernel;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Has the innermost loops compiled while a program is still busy with its arguments and files. Until they are compiled
 * they run a hundred times slower, and compiling the largest takes a quarter of a second; on a second core that costs
 * nobody anything. Results don't depend on it.
 *
 * <p>Decoding's loops aren't among them: the first token calls them a hundred thousand times, and what C2 makes of them after a few
 * short rows is three times as slow (bench/NOTES.md).
 */
public final class WarmUp {
    private static final long PATIENCE_NANOS = 700_000_000L;
    private static final int LENGTH = 64;

    /** Nothing is warmed up and nothing waited for. */
    public static final WarmUp NONE = new WarmUp(new Thread(() -> {}));

    private final Thread thread;

    private WarmUp(Thread thread) {
        this.thread = thread;
    }

    /** Starts in the background and returns at once. */
    public static WarmUp start() {
        Thread thread = new Thread(WarmUp::run, "latent-warm-up");
        thread.setDaemon(true);
        thread.start();
        return new WarmUp(thread);
    }

    /** Waits until the loops are compiled, less than a second: using them earlier would only keep the compiler busy. */
    public void await() {
        try {
            thread.join();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /** A call that takes a compiled kernel less than a microsecond. */
    private record Rehearsal(Runnable call) {
        /** Repeats the call until it is fast, which it is once compiled, or patience ends. */
        void run(long end) {
            int fast = 0;
            while (fast < 50 && System.nanoTime() < end) {
                long begun = System.nanoTime();
                call.run();
                fast = System.nanoTime() - begun < 2_000 ? fast + 1 : 0;
            }
        }
    }

    private static void run() {
        Kernels k = KernelChoice.best();
        float[] x = new float[Kernels.MIXED_ROWS * LENGTH];
        float[] w = new float[Math.max(k.panelRows(), k.productColumns()) * LENGTH];
        float[] sums = new float[Math.max(16, k.productRows() * k.productColumns()) * k.lanes()];
        float[] out = new float[Math.max(Kernels.MIXED_ROWS * LENGTH, 2 * k.panelRows())];
        long end = System.nanoTime() + PATIENCE_NANOS;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment packed = arena.allocate(8 * LENGTH);
            for (Runnable call : new Runnable[]{
                () -> k.productTile(x, 0, w, 0, LENGTH / k.lanes(), sums, 0, true),
                () -> k.unpackInterleaved(Packing.Q4_1, packed, 0, w, 0, LENGTH, 2, LENGTH, out),
                () -> k.totals(sums, 0, sums.length / 2, 8, out, 0),
                () -> k.interleave(x, 0, LENGTH, w, 0, 2, LENGTH),
                () -> k.unpack(Packing.Q8_0, packed, 0, out, 0, LENGTH),
                () -> k.unpackInterleaved(Packing.Q8_0, packed, 0, w, 0, LENGTH, 2, LENGTH, out),
                () -> k.softmax(out, 0, LENGTH),
                () -> k.activate(Activation.SILU, out, 0, x, 0, LENGTH),
                () -> k.mix(x, 0, 0, 0, 2, w, 0, LENGTH, LENGTH, out, 0, LENGTH, 2 * LENGTH),
                () -> k.panelTile(x, 0, LENGTH, 1, w, 0, LENGTH, out, 0, k.panelRows(), true)
            }) {
                new Rehearsal(call).run(end);
            }
        }
    }
}

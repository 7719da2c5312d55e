package org.latent4j.bench;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.latent4j.kernel.Matrix;
import org.latent4j.kernel.Operations;
import org.latent4j.kernel.PackedMatrix;
import org.latent4j.kernel.Packing;
import org.latent4j.kernel.Product;
import org.latent4j.kernel.WorkerPool;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** Products of activations with packed weights, in the default model's shapes. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = {"--add-modules", "jdk.incubator.vector"})
public class KernelBenchmark {
    /** Rows (outputs) and columns (inputs) of the weights. */
    @Param({"576x576", "1536x576", "576x1536", "49152x576"})
    String shape = "";

    /** How many rows of activations. */
    @Param({"1", "5", "128", "516"})
    int rows;

    /** How the weights are packed. */
    @Param({"F32", "F16", "Q8_0", "Q4_0", "Q4_1"})
    Packing packing = Packing.F32;

    /** How many threads compute. */
    @Param({"1", "2"})
    int threads;

    private final Arena arena = Arena.ofShared();
    private WorkerPool pool = new WorkerPool(1);
    private Operations operations = new Operations(pool);
    private PackedMatrix weight = new PackedMatrix(Packing.F32, 0, 1, arena.allocate(0));
    private Matrix states = Matrix.zeros(0, 0);
    private Matrix products = Matrix.zeros(0, 0);

    /** Random weights and activations. */
    @Setup(Level.Trial)
    public void prepare() {
        int outputs = Integer.parseInt(shape.substring(0, shape.indexOf('x')));
        int inputs = Integer.parseInt(shape.substring(shape.indexOf('x') + 1));
        pool = new WorkerPool(threads);
        operations = new Operations(pool);
        Random random = new Random(1);
        MemorySegment data = arena.allocate(packing.bytes(inputs) * outputs);
        for (long at = 0; at < data.byteSize(); at++) {
            // Small bytes everywhere: no scale is infinite, no float is NaN, whatever the packing.
            data.set(ValueLayout.JAVA_BYTE, at, (byte) (random.nextInt() & 0x1F));
        }
        weight = new PackedMatrix(packing, outputs, inputs, data);
        states = Matrix.zeros(rows, inputs);
        for (int i = 0; i < states.data().length; i++) {
            states.data()[i] = (float) random.nextGaussian();
        }
        products = Matrix.zeros(rows, outputs);
    }

    /** Ends the threads. */
    @TearDown(Level.Trial)
    public void end() {
        pool.close();
    }

    /** One product. */
    @Benchmark
    public Matrix linear() {
        operations.linear(states, new Product(weight, new float[0], products));
        return products;
    }
}

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
import org.latent4j.kernel.Precision;
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

/** What each packing costs on one thread: the product with one row, as in decoding, and unpacking alone. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = {"--add-modules", "jdk.incubator.vector"})
public class PackingBenchmark {
    /** Rows and columns of the weights: columns are whole blocks of every packing. */
    static final int ROWS = 4608;

    static final int COLUMNS = 1536;

    /** How the weights are packed; JMH fills in all of them. */
    @Param
    Packing packing = Packing.F32;

    private final Arena arena = Arena.ofShared();
    private final WorkerPool pool = new WorkerPool(1);
    private final Operations operations = new Operations(pool);
    private final Matrix states = Matrix.zeros(1, COLUMNS);
    private final Matrix products = Matrix.zeros(1, ROWS);
    private final float[] row = new float[COLUMNS];
    private PackedMatrix weight = new PackedMatrix(Packing.F32, 0, 1, arena.allocate(0));

    /** Random weights and activations. */
    @Setup(Level.Trial)
    public void prepare() {
        Random random = new Random(1);
        MemorySegment data = arena.allocate(packing.bytes(COLUMNS) * ROWS);
        for (long at = 0; at < data.byteSize(); at++) {
            // Small bytes everywhere: no scale is infinite, no float is NaN, whatever the packing.
            data.set(ValueLayout.JAVA_BYTE, at, (byte) (random.nextInt() & 0x1F));
        }
        weight = new PackedMatrix(packing, ROWS, COLUMNS, data);
        for (int i = 0; i < COLUMNS; i++) {
            states.data()[i] = (float) random.nextGaussian();
        }
    }

    /** Ends the thread. */
    @TearDown(Level.Trial)
    public void end() {
        pool.close();
        arena.close();
    }

    /** One row of activations times all rows of weights. */
    @Benchmark
    public Matrix rowProduct() {
        operations.linear(states, new Product(weight, new float[0], products));
        return products;
    }

    /** The same with activations rounded to eight bits. */
    @Benchmark
    public Matrix roundedProduct() {
        operations.linear(Precision.INT8, states, new Product(weight, new float[0], products));
        return products;
    }

    /** All rows of weights unpacked, each into the same place. */
    @Benchmark
    public float[] unpacking() {
        for (int r = 0; r < ROWS; r++) {
            weight.unpackRow(r, row);
        }
        return row;
    }
}

package org.latent4j.bench;

import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.latent4j.kernel.Activation;
import org.latent4j.kernel.KeyValues;
import org.latent4j.kernel.Matrix;
import org.latent4j.kernel.Operations;
import org.latent4j.kernel.Operations.AttentionShape;
import org.latent4j.kernel.PatternRows;
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

/** What a block does beside products, on one thread, in the default model's shapes: norm, activation, softmax, attention. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = {"--add-modules", "jdk.incubator.vector"})
public class StateBenchmark {
    static final int WIDTH = 576;
    static final int INTERMEDIATE = 1536;
    static final int HEADS = 9;
    static final int KEY_VALUE_HEADS = 3;
    static final int HEAD_WIDTH = 64;

    /** How many positions a text has. */
    @Param({"1", "128", "1024"})
    int positions;

    private final WorkerPool pool = new WorkerPool(1);
    private final Operations operations = new Operations(pool);
    private final float[] scale = new float[WIDTH];
    private Matrix stream = Matrix.zeros(0, 0);
    private Matrix normed = Matrix.zeros(0, 0);
    private Matrix gate = Matrix.zeros(0, 0);
    private Matrix up = Matrix.zeros(0, 0);
    private Matrix scores = Matrix.zeros(0, 0);
    private Matrix key = Matrix.zeros(0, 0);
    private Matrix value = Matrix.zeros(0, 0);
    private KeyValues stored = operations.keyValues(KEY_VALUE_HEADS, HEAD_WIDTH, false);

    /** Random states. */
    @Setup(Level.Trial)
    public void prepare() {
        stream = random(WIDTH);
        normed = random(WIDTH);
        gate = random(INTERMEDIATE);
        up = random(INTERMEDIATE);
        scores = random(positions);
        key = random(KEY_VALUE_HEADS * HEAD_WIDTH);
        value = random(KEY_VALUE_HEADS * HEAD_WIDTH);
        stored = operations.keyValues(KEY_VALUE_HEADS, HEAD_WIDTH, false);
    }

    private Matrix random(int columns) {
        Random random = new Random(columns);
        Matrix states = Matrix.zeros(positions, columns);
        for (int i = 0; i < states.data().length; i++) {
            states.data()[i] = (float) random.nextGaussian();
        }
        return states;
    }

    /** Ends the thread. */
    @TearDown(Level.Trial)
    public void end() {
        pool.close();
    }

    /** The root mean square norm of every position. */
    @Benchmark
    public Matrix norm() {
        operations.rmsNorm(stream, scale, 1e-5f, normed);
        return normed;
    }

    /** SiLU of the gate times what it lets through. */
    @Benchmark
    public Matrix activation() {
        operations.activateGated(Activation.SILU, gate, up);
        return gate;
    }

    /** Softmax over as many scores as there are positions, with its entropy. */
    @Benchmark
    public float[] softmax() {
        return operations.softmax(scores);
    }

    /** Causal attention of a whole text, with an empty cache. */
    @Benchmark
    public Matrix attention() {
        stored.truncate(0);
        var shape = new AttentionShape(
                HEADS, KEY_VALUE_HEADS, HEAD_WIDTH, (float) (1 / Math.sqrt(HEAD_WIDTH)), 0, true, Integer.MAX_VALUE);
        operations.attend(stream, key, value, shape, new int[]{0, positions}, List.of(stored), PatternRows.NONE, normed);
        return normed;
    }
}

package org.latent4j.workbench;

import java.io.PrintWriter;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Matrix;
import org.latent4j.kernel.Operations;
import org.latent4j.kernel.PackedMatrix;
import org.latent4j.kernel.Packing;
import org.latent4j.kernel.Product;
import org.latent4j.kernel.Progress;
import org.latent4j.kernel.WorkerPool;
import org.latent4j.model.Model;
import org.latent4j.model.Models;
import org.latent4j.model.Trace;
import org.latent4j.model.site.Positions;
import org.latent4j.model.site.Sites;
import org.latent4j.model.store.ModelStore;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code latent doctor}: what this machine has, how fast it computes, and whether it computes right. */
@Command(name = "doctor", header = "Show what this machine has, measure its speed, and check that it computes right.")
final class DoctorCommand implements Runnable {
    /** What transformers computes of the default model: how likely " Paris" is after "The capital of France is". */
    private static final int PARIS = 7042;

    private static final double PARIS_PROBABILITY = 0.77255;
    private static final long MEASURE_NANOS = 1_200_000_000L;

    @Spec
    private @Nullable CommandSpec spec;

    private boolean healthy = true;

    @Override
    public void run() {
        PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
        int cores = Runtime.getRuntime().availableProcessors();
        try (WorkerPool one = new WorkerPool(1);
                WorkerPool all = new WorkerPool(cores)) {
            machine(out, new Operations(one), cores);
            caches(out);
            speed(out, one, all);
            exactness(out, all);
        }
        if (!healthy) {
            throw new LatentException("something is wrong with this machine or this JVM, see above; results can't be trusted");
        }
    }

    private static void line(PrintWriter out, String what, String found) {
        out.println(what + " ".repeat(Math.max(1, 14 - what.length())) + found);
        out.flush();
    }

    private static void machine(PrintWriter out, Operations operations, int cores) {
        line(out, "Latent4j", Version.ofLatent4j());
        line(out, "JDK", Runtime.version() + ", " + System.getProperty("java.vm.name") + " (" + System.getProperty("java.home") + ")");
        line(out, "System",
                System.getProperty("os.name") + " " + System.getProperty("os.arch") + ", " + cores + (cores == 1 ? " core" : " cores"));
        line(out, "Kernels", operations.kernels());
        if (operations.lanes() == 1) {
            line(out, "",
                    "WARNING: the Vector API is missing, everything is several times slower; start with --add-modules jdk.incubator.vector");
        }
        long machine = machineMemory();
        line(out, "Memory", (machine > 0 ? Amounts.bytes(machine) + " in the machine, " : "")
                + Amounts.bytes(Runtime.getRuntime().maxMemory()) + " for this JVM's heap (weights lie outside it)");
    }

    private static long machineMemory() {
        return java.lang.management.ManagementFactory.getOperatingSystemMXBean() instanceof com.sun.management.OperatingSystemMXBean bean
                ? bean.getTotalMemorySize()
                : 0;
    }

    private static void caches(PrintWriter out) {
        ModelStore store = ModelStore.standard(System.getenv(), true);
        Optional<Path> folder = store.folder();
        line(out, "Cache", folder.map(Path::toString).orElse("none: neither LATENT_HOME nor HOME is set"));
        long bytes = 0;
        int models = 0;
        for (var entry : store.entries(_ -> org.latent4j.model.store.Details.UNKNOWN)) {
            if (entry.path().isPresent()) {
                models++;
                bytes += entry.bytes();
            }
        }
        line(out, "Models here", models == 0 ? "none yet" : models + ", " + Amounts.bytes(bytes) + " (see: latent models)");
    }

    private void speed(PrintWriter out, WorkerPool one, WorkerPool all) {
        try (Arena arena = Arena.ofShared()) {
            PackedMatrix weight = randomWeights(arena, 1536, 576);
            Matrix states = randomStates(258, 576);
            double single = multiplyAddsPerSecond(new Operations(one), states, weight);
            double together = multiplyAddsPerSecond(new Operations(all), states, weight);
            line(out, "Speed", String.format(Locale.ROOT, "%.0f billion operations/s on one thread, %.0f on %d (Q8_0 weights, 258 rows)",
                    single, together, all.threads()));
            double error = largestError(new Operations(all), states, weight);
            boolean right = error < 1e-5;
            healthy &= right;
            line(out, "Arithmetic",
                    (right ? "right" : "WRONG") + String.format(Locale.ROOT, ", off by at most %.1e of the sums' size", error));
        }
    }

    private static PackedMatrix randomWeights(Arena arena, int rows, int columns) {
        Random random = new Random(1);
        MemorySegment data = arena.allocate(Packing.Q8_0.bytes(columns) * rows);
        for (long at = 0; at < data.byteSize(); at++) {
            data.set(ValueLayout.JAVA_BYTE, at, (byte) random.nextInt());
        }
        for (long block = 0; block < data.byteSize(); block += Packing.Q8_0.blockBytes()) {
            data.set(ValueLayout.JAVA_SHORT_UNALIGNED, block, Float.floatToFloat16(1f / 512));
        }
        return new PackedMatrix(Packing.Q8_0, rows, columns, data);
    }

    private static Matrix randomStates(int rows, int columns) {
        Random random = new Random(2);
        Matrix states = Matrix.zeros(rows, columns);
        for (int i = 0; i < states.data().length; i++) {
            states.data()[i] = (float) random.nextGaussian();
        }
        return states;
    }

    /** In billions; a multiply-add counts as two operations. The best of the runs that fit the time. */
    private static double multiplyAddsPerSecond(Operations operations, Matrix states, PackedMatrix weight) {
        Matrix out = Matrix.zeros(states.rows(), weight.rows());
        long best = Long.MAX_VALUE;
        long begun = System.nanoTime();
        while (System.nanoTime() - begun < MEASURE_NANOS) {
            long start = System.nanoTime();
            operations.linear(states, new Product(weight, new float[0], out));
            best = Math.min(best, System.nanoTime() - start);
        }
        return 2.0 * states.rows() * weight.rows() * weight.columns() / best;
    }

    private static double largestError(Operations operations, Matrix states, PackedMatrix weight) {
        Matrix out = Matrix.zeros(states.rows(), weight.rows());
        operations.linear(states, new Product(weight, new float[0], out));
        float[] row = new float[weight.columns()];
        double largest = 0;
        for (int o = 0; o < weight.rows(); o += 97) {
            weight.unpackRow(o, row);
            for (int r = 0; r < states.rows(); r += 13) {
                double exact = 0;
                double size = 0;
                for (int k = 0; k < row.length; k++) {
                    exact += (double) row[k] * states.at(r, k);
                    size += Math.abs((double) row[k] * states.at(r, k));
                }
                largest = Math.max(largest, Math.abs(out.at(r, o) - exact) / size);
            }
        }
        return largest;
    }

    private void exactness(PrintWriter out, WorkerPool all) {
        try {
            ModelStore.standard(System.getenv(), true).locate(Models.DEFAULT, Progress.NONE);
        } catch (LatentException _) {
            line(out, "A model",
                    Models.DEFAULT + " isn't here yet, so it wasn't tried; 'latent models pull " + Models.DEFAULT + "' fetches it");
            return;
        }
        Models.Options options = Models.Options.standard().withOffline(true);
        try (Model model = Models.open(Models.DEFAULT, options.withThreads(all.threads()));
                Model alone = Models.open(Models.DEFAULT, options.withThreads(1))) {
            int[] ids = {504, 3575, 282, 4649, 314};
            int[] other = {6403, 1980, 253, 655};
            Sites sites = Sites.of("resid_post.*,logits");
            Trace packed = model.traces(List.of(other, ids), sites, Positions.LAST).get(1);
            Trace single = alone.traces(List.of(ids), sites, Positions.LAST).getFirst();
            Matrix probabilities = packed.get("logits");
            boolean same = packed.sites().stream().allMatch(site -> packed.get(site).equals(single.get(site)));
            model.toProbabilities(probabilities);
            double paris = probabilities.at(0, PARIS);
            boolean right = Math.abs(paris - PARIS_PROBABILITY) < 1e-3;
            healthy &= same && right;
            line(out, "A model", String.format(Locale.ROOT, "%s says ' Paris' with %.5f, the reference with %.5f: %s",
                    Models.DEFAULT, paris, PARIS_PROBABILITY, right ? "right" : "WRONG"));
            line(out, "",
                    "its states in a batch on " + model.threads() + " threads and alone on one: " + (same ? "the same bits" : "DIFFERENT"));
        }
    }
}

package org.latent4j.bench;

import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import org.latent4j.kernel.Packing;
import org.latent4j.kernel.Precision;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * Runs {@link KernelBenchmark} and prints a table in Markdown, beside what the machine can do at most; with the argument
 * {@code packings} (and a list of them with commas, or all) runs {@link PackingBenchmark} instead, with {@code states} {@link
 * StateBenchmark}.
 */
public final class KernelTable {
    private static final int CHAINS = 8;

    private KernelTable() {}

    /** Arguments: which packings (a list with commas), which rows, which threads; all of them otherwise. */
    public static void main(String[] arguments) throws RunnerException {
        System.out.printf(Locale.ROOT, "One thread's limits, measured: %.0f GF/s of multiply-adds, %.1f GB/s read from memory.%n%n",
                multiplyAdds(), bytesRead());
        if (arguments.length > 0 && arguments[0].equals("packings")) {
            packings(arguments);
            return;
        }
        if (arguments.length > 0 && arguments[0].equals("states")) {
            states();
            return;
        }
        OptionsBuilder options = new OptionsBuilder();
        options.include(KernelBenchmark.class.getName()).verbosity(VerboseMode.SILENT);
        String[] names = {"packing", "rows", "threads", "shape"};
        for (int i = 0; i < Math.min(arguments.length, names.length); i++) {
            options.param(names[i], arguments[i].split(",", -1));
        }
        System.out.println("| packing | weights | rows | threads | µs | ± | GF/s | GB/s of packed weight |");
        System.out.println("| --- | --- | --- | --- | --- | --- | --- | --- |");
        Collection<RunResult> results = new Runner(options.build()).run();
        for (RunResult result : results) {
            print(result);
        }
    }

    private static void packings(String[] arguments) throws RunnerException {
        List<String> wanted = arguments.length > 1
                ? List.of(arguments[1].split(",", -1))
                : Stream.of(Packing.values()).map(Packing::name).toList();
        System.out.println("| packing | work | µs | ± | billions of weights a second | GB/s of packed weight |");
        System.out.println("| --- | --- | --- | --- | --- | --- |");
        packings("rowProduct", "product with one row", wanted);
        packings("roundedProduct", "product with one row, int8",
                wanted.stream().filter(name -> Precision.INT8.rounds(Packing.valueOf(name))).toList());
        packings("unpacking", "unpacking", wanted);
    }

    private static void packings(String benchmark, String work, List<String> names) throws RunnerException {
        if (names.isEmpty()) {
            return;
        }
        OptionsBuilder options = new OptionsBuilder();
        options.include(PackingBenchmark.class.getName() + "\\." + benchmark).verbosity(VerboseMode.SILENT);
        options.param("packing", names.toArray(String[]::new));
        long weights = (long) PackingBenchmark.ROWS * PackingBenchmark.COLUMNS;
        for (RunResult result : new Runner(options.build()).run()) {
            Packing packing = Packing.valueOf(result.getParams().getParam("packing"));
            double micros = result.getPrimaryResult().getScore();
            System.out.printf(Locale.ROOT, "| %s | %s | %.0f | %.0f | %.2f | %.2f |%n", packing, work, micros,
                    result.getPrimaryResult().getScoreError(), weights / micros / 1e3, packing.bytes(weights) / micros / 1e3);
        }
    }

    private static void states() throws RunnerException {
        OptionsBuilder options = new OptionsBuilder();
        options.include(StateBenchmark.class.getName()).verbosity(VerboseMode.SILENT);
        System.out.println("| work | positions | µs | ± | GF/s | GB/s read and written |");
        System.out.println("| --- | --- | --- | --- | --- | --- |");
        for (RunResult result : new Runner(options.build()).run()) {
            long n = Long.parseLong(result.getParams().getParam("positions"));
            String work = result.getPrimaryResult().getLabel();
            double micros = result.getPrimaryResult().getScore();
            int width = StateBenchmark.WIDTH;
            long keys = 2L * StateBenchmark.KEY_VALUE_HEADS * StateBenchmark.HEAD_WIDTH;
            // attention: two products of n (n + 1) / 2 pairs; the others: what an exact count would be depends on how an exponential is made
            String operations = work.equals("attention")
                    ? String.format(Locale.ROOT, "%.1f", 2.0 * n * (n + 1) * width / micros / 1e3)
                    : "";
            long floats = switch (work) {
                case "norm" -> 2 * n * width;
                case "activation" -> 3 * n * StateBenchmark.INTERMEDIATE;
                case "softmax" -> 2 * n * n;
                default -> 2 * n * width + 2 * n * keys;
            };
            System.out.printf(Locale.ROOT, "| %s | %d | %.1f | %.1f | %s | %.2f |%n", work, n, micros,
                    result.getPrimaryResult().getScoreError(), operations, 4.0 * floats / micros / 1e3);
        }
    }

    private static void print(RunResult result) {
        String shape = result.getParams().getParam("shape");
        long outputs = Long.parseLong(shape.substring(0, shape.indexOf('x')));
        long inputs = Long.parseLong(shape.substring(shape.indexOf('x') + 1));
        int rows = Integer.parseInt(result.getParams().getParam("rows"));
        Packing packing = Packing.valueOf(result.getParams().getParam("packing"));
        double micros = result.getPrimaryResult().getScore();
        System.out.printf(Locale.ROOT, "| %s | %s | %d | %s | %.1f | %.1f | %.1f | %.2f |%n", packing, shape, rows,
                result.getParams().getParam("threads"), micros, result.getPrimaryResult().getScoreError(),
                2.0 * rows * outputs * inputs / micros / 1e3, packing.bytes(inputs) * outputs / micros / 1e3);
    }

    /** Billions of operations a second in registers alone; a multiply-add counts as two. */
    private static double multiplyAdds() {
        double best = 0;
        for (int run = 0; run < 20; run++) {
            long begun = System.nanoTime();
            int rounds = 4_000_000;
            keep(spin(rounds));
            double operations = 2.0 * rounds * CHAINS * FloatVector.SPECIES_PREFERRED.length();
            best = Math.max(best, operations / (System.nanoTime() - begun));
        }
        return best;
    }

    private static float spin(int rounds) {
        FloatVector b = FloatVector.broadcast(FloatVector.SPECIES_PREFERRED, 0.5f);
        FloatVector c = FloatVector.broadcast(FloatVector.SPECIES_PREFERRED, 0.1f);
        FloatVector a0 = b;
        FloatVector a1 = c;
        FloatVector a2 = b;
        FloatVector a3 = c;
        FloatVector a4 = b;
        FloatVector a5 = c;
        FloatVector a6 = b;
        FloatVector a7 = c;
        for (int i = 0; i < rounds; i++) {
            a0 = a0.fma(b, c);
            a1 = a1.fma(b, c);
            a2 = a2.fma(b, c);
            a3 = a3.fma(b, c);
            a4 = a4.fma(b, c);
            a5 = a5.fma(b, c);
            a6 = a6.fma(b, c);
            a7 = a7.fma(b, c);
        }
        return a0.add(a1).add(a2).add(a3).add(a4).add(a5).add(a6).add(a7).reduceLanes(VectorOperators.ADD);
    }

    /** Billions of bytes a second that one thread reads from an array far larger than the caches. */
    private static double bytesRead() {
        float[] large = new float[256 << 20 >> 2];
        float[] small = new float[1 << 14];
        // On a small array first: the loop must be compiled, with vectors in registers, before it is timed.
        for (int run = 0; run < 20_000; run++) {
            keep(readAll(small));
        }
        double best = 0;
        for (int run = 0; run < 8; run++) {
            long begun = System.nanoTime();
            keep(readAll(large));
            best = Math.max(best, 4.0 * large.length / (System.nanoTime() - begun));
        }
        return best;
    }

    private static void keep(float sum) {
        if (sum == 42) {
            System.out.println();
        }
    }

    private static float readAll(float[] values) {
        int lanes = FloatVector.SPECIES_PREFERRED.length();
        FloatVector s0 = FloatVector.zero(FloatVector.SPECIES_PREFERRED);
        FloatVector s1 = s0;
        for (int i = 0; i < values.length; i += 2 * lanes) {
            s0 = s0.add(FloatVector.fromArray(FloatVector.SPECIES_PREFERRED, values, i));
            s1 = s1.add(FloatVector.fromArray(FloatVector.SPECIES_PREFERRED, values, i + lanes));
        }
        return s0.add(s1).reduceLanes(VectorOperators.ADD);
    }
}

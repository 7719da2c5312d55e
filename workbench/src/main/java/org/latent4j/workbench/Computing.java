package org.latent4j.workbench;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Progress;
import org.latent4j.kernel.WorkerPool;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The options of commands that compute with the points of a space, and how they answer. */
final class Computing {
    @Spec(Spec.Target.MIXEE)
    private @Nullable CommandSpec spec;

    @Option(names = "--seed", paramLabel = "N", defaultValue = "1", description = "Where chance begins: the same seed gives the same result (default: ${DEFAULT-VALUE}).")
    private long seed = 1;

    @Option(names = "--threads", paramLabel = "N", description = "How many threads compute (default: one a core). Results don't depend on it.")
    private @Nullable Integer threads;

    @Option(names = "--json", description = "Write JSON.")
    private boolean json;

    long seed() {
        return seed;
    }

    boolean json() {
        return json;
    }

    WorkerPool pool() {
        int count = threads == null ? Runtime.getRuntime().availableProcessors() : threads;
        if (count < 1 || count > 1024) {
            throw new LatentException("--threads takes 1 to 1024, not %d".formatted(count));
        }
        return new WorkerPool(count);
    }

    Progress progress() {
        return ProgressBar.on(Terminal.detect());
    }

    PrintWriter out() {
        return Objects.requireNonNull(spec).commandLine().getOut();
    }

    /** What a reader of the result should know besides; a line of the errors. */
    void note(String line) {
        PrintWriter err = Objects.requireNonNull(spec).commandLine().getErr();
        err.println("latent: " + line);
        err.flush();
    }

    /** The fields of one JSON object. */
    @FunctionalInterface
    interface Fields {
        void write(JsonGenerator to) throws IOException;
    }

    /** Writes one object and a line feed. */
    void write(Fields fields) {
        JsonFactory factory = new JsonFactory();
        factory.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
        PrintWriter out = out();
        try (JsonGenerator to = factory.createGenerator(out)) {
            to.writeStartObject();
            fields.write(to);
            to.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        out.println();
        out.flush();
    }

    /** A number; null where it is none. */
    static void number(JsonGenerator to, String name, double value) throws IOException {
        to.writeFieldName(name);
        number(to, value);
    }

    static void numbers(JsonGenerator to, String name, double[] values) throws IOException {
        to.writeArrayFieldStart(name);
        for (double value : values) {
            number(to, value);
        }
        to.writeEndArray();
    }

    private static void number(JsonGenerator to, double value) throws IOException {
        if (Double.isFinite(value)) {
            to.writeNumber(value);
        } else {
            to.writeNull();
        }
    }
}

package org.latent4j.workbench;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Progress;
import org.latent4j.model.encoder.Encoder;
import org.latent4j.space.Origin;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code latent encode}: texts of a file to vectors, one a text. */
@Command(name = "encode", header = "Make vectors of texts: sentences, documents, packages become points.", description = {
    "",
    "Into NAME.space: points with their names, texts and all columns of the file, to search and to draw. Into NAME.safetensors: a "
            + "tensor 'vectors', [texts, width], in the order of the input. A text's vector is the same bits whatever else is encoded with it, "
            + "on any number of threads.",
    ""
}, footer = {
    "",
    "Interrupted work goes on when the same command is given again.",
    "",
    "  latent encode --texts packages.tsv --out packages.space",
    "  latent encode -m e5-small-v2 --prompt-name passage --texts articles.jsonl --column body --chunk 200 --overlap 40 --out articles.space",
    "  latent encode -m smollm2-135m-instruct --site resid_post.12 --pool mean --texts lines.txt --out lines.safetensors"
})
final class EncodeCommand implements Callable<Integer> {
    private static final long CHECKPOINT_NANOS = 1_000_000_000L;

    @Spec
    private @Nullable CommandSpec spec;

    @Mixin
    private EncoderOptions encoder = new EncoderOptions();

    @Option(names = "--texts", paramLabel = "FILE", required = true, description = "The texts: .txt (one a line), .tsv, .csv or .jsonl (with --column), .json (an array of strings).")
    private @Nullable Path texts;

    @Option(names = "--column", paramLabel = "NAME", description = "The column that holds the texts (default: text, or the only one).")
    private @Nullable String column;

    @Option(names = "--name-column", paramLabel = "NAME", description = "The column that holds the texts' names (default: name, id or title, if there is one).")
    private @Nullable String nameColumn;

    @Option(names = "--chunk", paramLabel = "N", description = "Cut long texts into pieces of at most N tokens, each a vector of its own.")
    private @Nullable Integer chunk;

    @Option(names = "--overlap", paramLabel = "M", description = "Pieces share about so many tokens with the one before (default: 0).")
    private @Nullable Integer overlap;

    @Option(names = {"-o",
        "--out"}, paramLabel = "OUT", required = true, description = "What to write: NAME.space (points with names, texts and columns) or NAME.safetensors.")
    private @Nullable Path out;

    @Option(names = "--restart", description = "Start over, throwing away what interrupted work left.")
    private boolean restart;

    @Option(names = "--json", description = "Tell what was done as JSON.")
    private boolean json;

    @Option(names = "--seed", paramLabel = "N", defaultValue = "0", description = "Taken as by every command on spaces; nothing is random here.")
    private long seed;

    private final long checkpointNanos;

    EncodeCommand() {
        this(CHECKPOINT_NANOS);
    }

    /** The command with another time until it is noted how far the work has come. */
    EncodeCommand(long checkpointNanos) {
        this.checkpointNanos = checkpointNanos;
    }

    @Override
    public Integer call() {
        Path file = Objects.requireNonNull(out);
        Encode.Request request = request();
        Progress progress = ProgressBar.on(Terminal.detect());
        try {
            if (isSpace(file)) {
                Encode.Survey survey = Encode.survey(request.source(), progress);
                try (Encoder opened = encoder.open()) {
                    intoSpace(file, survey, opened, new Encode(opened, request, progress, this::note));
                }
            } else {
                intoFile(file, request, progress);
            }
        } catch (IOException e) {
            throw DiskTrouble.writing(file, e);
        }
        return 0;
    }

    private static boolean isSpace(Path file) {
        String name = String.valueOf(file.getFileName());
        if (!name.endsWith(".space") && !name.endsWith(".safetensors")) {
            throw new LatentException("--out %s: its name must tell what it is: NAME.space or NAME.safetensors".formatted(file));
        }
        return name.endsWith(".space");
    }

    private void intoSpace(Path folder, Encode.Survey survey, Encoder opened, Encode encode) throws IOException {
        Origin origin = new Origin(folder.toString(), Optional.of(opened.fingerprint()), Optional.of(opened.name()),
                encode.manifest(survey, commandLine()));
        try (SpaceSink sink = new SpaceSink(folder, opened.width(), origin, survey.named(), restart)) {
            run(encode, survey, sink, opened, folder);
        }
    }

    private void intoFile(Path file, Encode.Request request, Progress progress) throws IOException {
        try (PartialCapture partial = PartialCapture.open(file, restart)) {
            Encode.Survey survey = Encode.survey(request.source(), progress);
            if (partial.resumes() && !Files.exists(partial.growing(0)) && Files.exists(file)) {
                partial.remove(); // the program ended between two of its last lines
                note("%s is whole already".formatted(file));
                return;
            }
            try (Encoder opened = encoder.open()) {
                Encode encode = new Encode(opened, request, progress, this::note);
                Map<String, String> manifest = encode.manifest(survey, commandLine());
                if (partial.resumes()) {
                    CaptureManifest.requireSame(file, partial.manifest(), manifest);
                } else {
                    partial.begin(manifest);
                }
                try (VectorsFile sink = new VectorsFile(partial, file, opened.width(), chunk != null)) {
                    run(encode, survey, sink, opened, file);
                } catch (LatentException | IOException e) {
                    if (partial.done() == 0) {
                        partial.clear(); // there is nothing to go on with
                    }
                    throw e;
                }
            }
        }
    }

    private void run(Encode encode, Encode.Survey survey, VectorSink sink, Encoder opened, Path file) throws IOException {
        if (sink.done() > 0) {
            note("going on with the interrupted work after %s vectors".formatted(Amounts.count(sink.done())));
        }
        Replaced.told(List.of(file)).ifPresent(this::note);
        Thread farewell = new Thread(() -> note("stopped; the same command goes on from where it was"));
        Runtime.getRuntime().addShutdownHook(farewell);
        try {
            tell(opened, encode.run(survey, sink), file);
        } finally {
            withdraw(farewell);
        }
    }

    private Encode.Request request() {
        if (overlap != null && chunk == null) {
            throw new LatentException("--overlap goes with --chunk");
        }
        return new Encode.Request(
                new TextRows.Source(Objects.requireNonNull(texts), Optional.ofNullable(column), Optional.ofNullable(nameColumn)),
                chunk == null ? OptionalInt.empty() : OptionalInt.of(chunk),
                overlap == null ? 0 : overlap,
                checkpointNanos);
    }

    private void tell(Encoder opened, Encode.Result result, Path file) {
        double seconds = result.nanos() / 1e9;
        note("%s%s of %d dimensions (%s, %s)%s: %s".formatted(
                Amounts.count(result.texts()) + (result.texts() == 1 ? " text, " : " texts, "),
                Amounts.count(result.vectors()) + (result.vectors() == 1 ? " vector" : " vectors"),
                opened.width(), opened.name(), opened.told(),
                result.ran() == 0 ? "" : " at " + rate(result.ran() / seconds) + " texts/s", file));
        if (json) {
            PrintWriter written = spec().commandLine().getOut();
            written.println(asJson(opened, result, file, seconds));
            written.flush();
        }
    }

    private static String rate(double rate) {
        return rate < 10 ? String.format(Locale.ROOT, "%.1f", rate) : Amounts.count(Math.round(rate));
    }

    private String asJson(Encoder opened, Encode.Result result, Path file, double seconds) {
        StringWriter text = new StringWriter();
        try (JsonGenerator written = new JsonFactory().createGenerator(text)) {
            written.writeStartObject();
            written.writeStringField("out", file.toString());
            written.writeStringField("model", opened.name());
            written.writeStringField("encoder", opened.told());
            written.writeStringField("prompt", opened.prompt());
            written.writeNumberField("texts", result.texts());
            written.writeNumberField("vectors", result.vectors());
            written.writeNumberField("width", opened.width());
            written.writeNumberField("tokens", result.tokens());
            written.writeNumberField("cut", result.cut());
            written.writeNumberField("empty", result.empty());
            written.writeNumberField("limit", opened.limit());
            written.writeNumberField("seed", seed);
            written.writeNumberField("seconds", (float) seconds);
            written.writeObjectFieldStart("fingerprint");
            for (Map.Entry<String, String> entry : opened.fingerprint().asMetadata().entrySet()) {
                written.writeStringField(entry.getKey(), entry.getValue());
            }
            written.writeEndObject();
            written.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("memory doesn't fail so", e);
        }
        return text.toString();
    }

    private void note(String line) {
        PrintWriter err = spec().commandLine().getErr();
        err.println("latent: " + line);
        err.flush();
    }

    private static void withdraw(Thread farewell) {
        try {
            Runtime.getRuntime().removeShutdownHook(farewell);
        } catch (IllegalStateException _) {
            // the program is ending already
        }
    }

    private String commandLine() {
        StringBuilder line = new StringBuilder("latent");
        for (String argument : spec().root().commandLine().getParseResult().originalArgs()) {
            line.append(' ').append(Shell.quote(argument));
        }
        return line.toString();
    }

    private CommandSpec spec() {
        return Objects.requireNonNull(spec);
    }
}

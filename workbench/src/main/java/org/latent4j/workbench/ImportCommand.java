package org.latent4j.workbench;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.latent4j.kernel.LatentException;
import org.latent4j.space.Space;
import org.latent4j.store.SpaceWriter;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code latent import}: a file of vectors to a {@code .space}. */
@Command(name = "import", header = "Make a .space of a file of vectors.", description = {
    "",
    "Reads .npy, .npz (array X or vectors), .safetensors (tensor vectors), captured states (--site), .csv, .tsv (also the Embedding "
            + "Projector's pair), GloVe, word2vec (text and binary), fastText's .vec, .parquet. Other commands read them as they are; a "
            + ".space is read faster.",
    ""
}, footer = {
    "",
    "  latent import digits.npz --array X --labels y --out digits.space",
    "  latent import points.npy --names words.txt --out points.space",
    "  latent import states.safetensors --site resid_post.12 --out states.space"
})
final class ImportCommand implements Callable<Integer> {
    @Spec
    private @Nullable CommandSpec spec;

    @Mixin
    private SpaceArgument argument = new SpaceArgument();

    @Parameters(paramLabel = "FILE", description = "The file of vectors, or glove, glove-50d.")
    private String file = "";

    @Option(names = {"-o", "--out"}, paramLabel = "NAME.space", required = true, description = "The .space to write.")
    private @Nullable Path out;

    @Option(names = "--bf16", description = "Keep 16 bits of each number: half the size, three digits.")
    private boolean bf16;

    @Mixin
    private CommonSpaceOptions common = new CommonSpaceOptions();

    @Override
    public Integer call() {
        Path place = Objects.requireNonNull(out);
        Space read = argument.named(file);
        Map<String, String> made = new LinkedHashMap<>();
        made.put("file", file);
        Path path = Path.of(file);
        if (Files.isRegularFile(path)) {
            try (HashedFile hashed = HashedFile.open(path, _ -> {})) {
                made.put("sha256", hashed.sha256());
            } catch (IOException e) {
                throw new LatentException("%s can't be read: %s".formatted(path, e.getMessage()), e);
            }
        }
        made.put("latent4j", CaptureManifest.version());
        made.put("command", commandLine());
        Space space = Space.of(read.vectors(), read.items(), read.origin().with(made));
        PrintWriter err = Objects.requireNonNull(spec).commandLine().getErr();
        Replaced.told(List.of(place)).ifPresent(line -> err.println("latent: " + line));
        err.flush();
        SpaceWriter.write(space, place, bf16 ? SpaceWriter.Type.BF16 : SpaceWriter.Type.F32);
        PrintWriter written = Objects.requireNonNull(spec).commandLine().getOut();
        if (common.json()) {
            SpaceJson.print(written, json -> {
                json.writeStartObject();
                json.writeStringField("out", place.toString());
                json.writeNumberField("points", space.size());
                json.writeNumberField("width", space.width());
                json.writeEndObject();
            });
        } else {
            written.println("%s: %s".formatted(place, SpaceTable.shape(space)));
        }
        return 0;
    }

    private String commandLine() {
        StringBuilder line = new StringBuilder("latent");
        for (String given : Objects.requireNonNull(spec).root().commandLine().getParseResult().originalArgs()) {
            line.append(' ').append(Shell.quote(given));
        }
        return line.toString();
    }
}

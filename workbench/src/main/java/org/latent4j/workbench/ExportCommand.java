package org.latent4j.workbench;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.latent4j.space.Space;
import org.latent4j.store.SpaceExport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code latent export}: a space as a file that other programs read. */
@Command(name = "export", header = "Write a space as a file that other programs read.", description = {
    "",
    "projector: NAME.vectors.tsv and NAME.metadata.tsv for projector.tensorflow.org; npy and safetensors: names beside them in "
            + "NAME.names.txt; csv; glove: a name and its numbers a line; parquet: columns name, vector and the fields.",
    ""
}, footer = {"", "  latent export packages.space --to projector", "  latent export glove --to parquet --out glove.parquet"})
final class ExportCommand implements Callable<Integer> {
    @Spec
    private @Nullable CommandSpec spec;

    @Mixin
    private SpaceArgument argument = new SpaceArgument();

    @Parameters(paramLabel = "SPACE", description = "A .space folder, a file of vectors, or glove, glove-50d.")
    private String space = "";

    @Option(names = "--to", paramLabel = "FORMAT", required = true, description = "projector, npy, csv, glove, safetensors or parquet.")
    private SpaceExport.@Nullable Format format;

    @Option(names = {"-o",
        "--out"}, paramLabel = "FILE", description = "What to write (default: the space's name with the format's ending, here).")
    private @Nullable Path out;

    @Mixin
    private CommonSpaceOptions common = new CommonSpaceOptions();

    @Override
    public Integer call() {
        SpaceExport.Format wanted = Objects.requireNonNull(format);
        Space opened = argument.named(space);
        Path file = out != null
                ? out
                : Path.of(String.valueOf(Path.of(space).getFileName()).replaceFirst("\\.[^.]*$", "") + wanted.ending());
        PrintWriter err = Objects.requireNonNull(spec).commandLine().getErr();
        Replaced.told(SpaceExport.files(wanted, file)).ifPresent(line -> err.println("latent: " + line));
        err.flush();
        List<Path> files = SpaceExport.write(opened, wanted, file);
        PrintWriter written = Objects.requireNonNull(spec).commandLine().getOut();
        if (common.json()) {
            SpaceJson.print(written, json -> {
                json.writeStartObject();
                json.writeArrayFieldStart("files");
                for (Path each : files) {
                    json.writeString(each.toString());
                }
                json.writeEndArray();
                json.writeNumberField("points", opened.size());
                json.writeNumberField("width", opened.width());
                json.writeEndObject();
            });
        } else {
            boolean beside = wanted == SpaceExport.Format.NPY || wanted == SpaceExport.Format.SAFETENSORS;
            written.println("%s: %s%s".formatted(SpaceTable.shape(opened), String.join(", ", files.stream().map(Path::toString).toList()),
                    beside ? " (read with --names " + files.getLast() + ")" : ""));
        }
        return 0;
    }
}

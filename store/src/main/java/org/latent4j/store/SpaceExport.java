package org.latent4j.store;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.latent4j.files.Broken;
import org.latent4j.files.SafetensorsWriter;
import org.latent4j.kernel.LatentException;
import org.latent4j.space.Space;

/** Writes spaces as files that other programs read. Each file appears whole or not at all. */
public final class SpaceExport {
    /** What other programs read. */
    public enum Format {
        /** The Embedding Projector's pair: {@code NAME.vectors.tsv} without a header, {@code NAME.metadata.tsv}. */
        PROJECTOR(".vectors.tsv"),
        /** NumPy's, with the names beside it as {@code NAME.names.txt}. */
        NPY(".npy"),
        /** A header, then {@code name}, the fields and the coordinates {@code 0}, {@code 1} and so on. */
        CSV(".csv"),
        /** A name and its numbers a line; line ends in names become spaces. */
        GLOVE(".txt"),
        /** A tensor {@code vectors}, with the names beside it as {@code NAME.names.txt}. */
        SAFETENSORS(".safetensors"),
        /** Columns {@code name}, {@code vector} (lists of floats) and the fields. */
        PARQUET(".parquet");

        private final String ending;

        Format(String ending) {
            this.ending = ending;
        }

        /** What a file of it is called behind its name. */
        public String ending() {
            return ending;
        }
    }

    private final Space space;
    private final List<Path> written = new ArrayList<>();

    private SpaceExport(Space space) {
        this.space = space;
    }

    /**
     * Writes a space.
     *
     * @param file what to write; of a pair the first
     * @return the files that were written
     * @throws LatentException if one can't be written
     */
    public static List<Path> write(Space space, Format format, Path file) {
        SpaceExport export = new SpaceExport(space);
        switch (format) {
            case PROJECTOR -> export.file(beside(file, "metadata.tsv"), export::metadata, () -> export.file(file, export::tabbed));
            case NPY -> export.file(beside(file, "names.txt"), export::names, () -> export.file(file, export::npy));
            case CSV -> export.file(file, export::csv);
            case GLOVE -> export.file(file, export::glove);
            case SAFETENSORS -> export.file(beside(file, "names.txt"), export::names, () -> export.safetensors(file));
            case PARQUET -> export.file(file, out -> new ParquetWriter(out, space).write());
        }
        return List.copyOf(export.written);
    }

    /** The files that {@link #write} writes, in its order. */
    public static List<Path> files(Format format, Path file) {
        return switch (format) {
            case PROJECTOR -> List.of(file, beside(file, "metadata.tsv"));
            case NPY, SAFETENSORS -> List.of(file, beside(file, "names.txt"));
            case CSV, GLOVE, PARQUET -> List.of(file);
        };
    }

    /** {@code a.vectors.tsv} and {@code a.npy} become {@code a.OTHER}. */
    private static Path beside(Path file, String other) {
        String name = String.valueOf(file.getFileName());
        if (name.equals("vectors.tsv")) {
            return file.resolveSibling(other);
        }
        String stem = name.endsWith(".vectors.tsv")
                ? name.substring(0, name.length() - ".vectors.tsv".length())
                : name.replaceFirst("\\.[^.]*$", "");
        return file.resolveSibling(stem + "." + other);
    }

    private interface Content {
        void write(OutputStream out) throws IOException;
    }

    private void file(Path file, Content content) {
        file(file, content, () -> {});
    }

    /** Writes a file, and what belongs to it before it gets its name: where there is no room for both, a pair from before stays one. */
    private void file(Path file, Content content, Runnable other) {
        Path folder = Objects.requireNonNullElse(file.toAbsolutePath().getParent(), file);
        if (!Files.isDirectory(folder)) {
            throw Broken.file(file, "can't be written: there is no folder %s; make it first", folder);
        }
        Path temporary = file.resolveSibling("." + file.getFileName() + "." + ProcessHandle.current().pid() + ".new");
        try {
            if (Files.isDirectory(file)) {
                throw Broken.file(file, "is a folder, the name of a file to write is needed");
            }
            try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(temporary), 1 << 20)) {
                content.write(out);
            }
            other.run();
            try {
                Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
            } catch (AtomicMoveNotSupportedException _) {
                Files.move(temporary, file, StandardCopyOption.REPLACE_EXISTING);
            }
            written.add(file);
        } catch (IOException e) {
            throw PartialSpace.trouble(file, e);
        } finally {
            try {
                Files.deleteIfExists(temporary);
            } catch (IOException _) {
                // what stands in the way is told by the failure that brought us here
            }
        }
    }

    private void tabbed(OutputStream out) throws IOException {
        for (int point = 0; point < space.size(); point++) {
            numbers(out, point, '\t');
            out.write('\n');
        }
    }

    /** The Projector takes a first line as header where there are several columns. */
    private void metadata(OutputStream out) throws IOException {
        List<String> fields = List.copyOf(space.items().fieldNames());
        if (!fields.isEmpty()) {
            text(out, "name\t" + String.join("\t", fields.stream().map(SpaceExport::cell).toList()) + "\n");
        }
        for (int point = 0; point < space.size(); point++) {
            StringBuilder line = new StringBuilder(cell(space.name(point)));
            Map<String, Object> values = fields.isEmpty() ? Map.of() : space.items().fields(point);
            for (String field : fields) {
                line.append('\t').append(cell(values.getOrDefault(field, "").toString()));
            }
            text(out, line.append('\n').toString());
        }
    }

    /** On one line, in one column; a cell must not be empty. */
    private static String cell(String text) {
        String plain = text.replaceAll("[\\t\\n\\r]", " ");
        return plain.isEmpty() ? " " : plain;
    }

    private void names(OutputStream out) throws IOException {
        for (int point = 0; point < space.size(); point++) {
            text(out, space.name(point).replaceAll("[\\n\\r]", " ") + "\n");
        }
    }

    private void glove(OutputStream out) throws IOException {
        for (int point = 0; point < space.size(); point++) {
            text(out, space.name(point).replaceAll("[\\n\\r]", " ") + " ");
            numbers(out, point, ' ');
            out.write('\n');
        }
    }

    private void csv(OutputStream out) throws IOException {
        List<String> fields = List.copyOf(space.items().fieldNames());
        StringBuilder header = new StringBuilder("name");
        fields.forEach(field -> header.append(',').append(quoted(field)));
        for (int column = 0; column < space.width(); column++) {
            header.append(',').append(column);
        }
        text(out, header.append('\n').toString());
        for (int point = 0; point < space.size(); point++) {
            StringBuilder line = new StringBuilder(quoted(space.name(point))).append(',');
            Map<String, Object> values = fields.isEmpty() ? Map.of() : space.items().fields(point);
            for (String field : fields) {
                line.append(quoted(values.getOrDefault(field, "").toString())).append(',');
            }
            text(out, line.toString());
            numbers(out, point, ',');
            out.write('\n');
        }
    }

    /** Line ends become spaces, because rows are lines. */
    private static String quoted(String text) {
        String plain = text.replaceAll("\\r\\n|[\\n\\r]", " ");
        boolean needs = plain.indexOf(',') >= 0 || plain.indexOf('"') >= 0 || plain.indexOf(';') >= 0 || !plain.equals(plain.strip());
        return needs ? "\"" + plain.replace("\"", "\"\"") + "\"" : plain;
    }

    private static void text(OutputStream out, String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.UTF_8));
    }

    /** The shortest decimal that is the same float. */
    private void numbers(OutputStream out, int point, char separator) throws IOException {
        StringBuilder line = new StringBuilder(12 * space.width());
        for (int column = 0; column < space.width(); column++) {
            if (column > 0) {
                line.append(separator);
            }
            line.append(space.vectors().at(point, column));
        }
        out.write(line.toString().getBytes(StandardCharsets.US_ASCII));
    }

    private void npy(OutputStream out) throws IOException {
        String dict = "{'descr': '<f4', 'fortran_order': False, 'shape': (%d, %d), }".formatted(space.size(), space.width());
        String header = dict + " ".repeat(63 - (10 + dict.length()) % 64) + "\n";
        out.write(new byte[]{(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, (byte) header.length(), (byte) (header.length() >> 8)});
        text(out, header);
        float[] data = space.vectors().data();
        ByteBuffer buffer = ByteBuffer.allocate(1 << 16).order(ByteOrder.LITTLE_ENDIAN);
        for (int from = 0; from < data.length;) {
            int count = Math.min(data.length - from, buffer.capacity() / 4);
            buffer.asFloatBuffer().put(data, from, count);
            out.write(buffer.array(), 0, 4 * count);
            from += count;
        }
    }

    private void safetensors(Path file) {
        try (SafetensorsWriter out = SafetensorsWriter.create(file)) {
            space.origin().fingerprint().ifPresent(print -> out.metadata(print.asMetadata()));
            out.metadata(space.origin().details());
            space.origin().encoder().ifPresent(encoder -> out.metadata("model", encoder));
            out.add(SpaceFolder.TENSOR, space.vectors());
            out.finish();
        }
        written.add(file);
    }
}

package org.latent4j.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.latent4j.files.Broken;
import org.latent4j.files.Npy;
import org.latent4j.files.Npz;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Matrix;
import org.latent4j.kernel.Progress;
import org.latent4j.space.Items;
import org.latent4j.space.Origin;
import org.latent4j.space.Space;

/**
 * Opens spaces: {@code .space} folders, and files of others that hold vectors, as they are: {@code .npy}, {@code .npz}, {@code
 * .safetensors}, captured hidden states, {@code .csv} and {@code .tsv}, word vectors of word2vec, GloVe and fastText as text and
 * binary, {@code .parquet}, wink-embeddings' JSON, a folder with a {@code .npy} and its words as Parquet,
 * and Model2Vec's folders, whose tokens are points.
 */
public final class Spaces {
    /** What a path has and a word hasn't. */
    private static final Pattern PATH = Pattern.compile("\\w[./\\\\]\\w|^\\.{0,2}/\\w");
    private static final List<String> ARRAYS = List.of("X", "vectors");

    private Spaces() {}

    /**
     * Opens a {@code .space} folder, or another file that holds vectors.
     *
     * @throws org.latent4j.kernel.LatentException if it isn't there, is of no kind that is known, or is damaged; the message says how
     */
    public static Space open(Path path) {
        return open(path, ImportOptions.NONE, Progress.NONE);
    }

    /**
     * Opens a {@code .space} folder, or another file that holds vectors.
     *
     * @param progress hears how far a large file has been read
     * @throws org.latent4j.kernel.LatentException if it isn't there, is of no kind that is known, or is damaged; the message says how
     */
    public static Space open(Path path, ImportOptions options, Progress progress) {
        if (SpaceFolder.is(path) || SpaceFolder.isBeingReplaced(path)) {
            requireUsed(path, "array", "--array", options.array());
            requireUsed(path, "names", "--names", options.names());
            return SpaceFolder.open(path);
        }
        if (isGrowing(path)) {
            throw Broken.file(path,
                    "is being written, or its writing was interrupted; wait for it, or give the command that writes it again");
        }
        if (!Files.exists(path)) {
            throw Broken.file(path, "there is no such file or folder; check the path");
        }
        VectorFile kind = VectorFile.of(path);
        if (!kind.hasArrays()) {
            requireUsed(path, "array", "--array", options.array());
        }
        Imported named = named(path, kind, read(path, kind, options, progress), options);
        return assembled(path, labelled(path, named, options), options);
    }

    /** An option that would go unheard is a mistake. */
    private static void requireUsed(Path path, String what, String option, Optional<String> value) {
        if (value.isPresent()) {
            throw Broken.file(path, "has no %s to choose, so %s %s means nothing; leave it out", what, option, value.get());
        }
    }

    /** Whether an argument is a file or folder that is there and no mere word, or has the name of one of vectors. */
    public static boolean looksLikeOne(String argument) {
        try {
            Path path = Path.of(argument);
            return VectorFile.ofName(path).isPresent() || SpaceFolder.is(path) || PATH.matcher(argument).find() && Files.exists(path)
                    || Files.isDirectory(path) && TokenVectors.folder(path).isPresent();
        } catch (InvalidPathException _) {
            return false;
        }
    }

    /** Whether a file holds captured hidden states, of which a site has to be named where there are several ({@link ImportOptions#withSite}). */
    public static boolean holdsStates(Path file) {
        return Files.isRegularFile(file) && VectorFile.ofName(file).filter(kind -> kind == VectorFile.SAFETENSORS).isPresent()
                && SafetensorsVectors.holdsStates(file);
    }

    /** Whether a space isn't there yet, and something of it is: it is being written, or that was interrupted. */
    public static boolean isGrowing(Path path) {
        return !Files.exists(path) && path.getFileName() != null && Files.isDirectory(PartialSpace.growing(path));
    }

    /**
     * What a {@code .space} folder says of itself, without its points being read: those that were added or deleted since it was written
     * don't count.
     *
     * @param points how many
     * @param width how many coordinates each has
     * @param origin how they were made
     */
    public record Contents(long points, int width, Origin origin) {}

    /** What a {@code .space} folder holds; empty where there is none, or what it says can't be read. */
    public static Optional<Contents> contents(Path folder) {
        if (!SpaceFolder.is(folder)) {
            return Optional.empty();
        }
        try {
            SpaceManifest manifest = SpaceManifest.read(folder);
            return Optional.of(new Contents(manifest.points(), manifest.width(), manifest.origin()));
        } catch (LatentException _) {
            return Optional.empty(); // damaged, or of a newer version
        }
    }

    private static Imported read(Path path, VectorFile kind, ImportOptions options, Progress progress) {
        return switch (kind) {
            case NPY -> Imported.of(path, Npy.open(path).matrix());
            case NPZ -> npz(path, options);
            case SAFETENSORS -> SafetensorsVectors.read(path, options);
            case CSV, TSV -> Table.read(path, kind, options, progress);
            case WORDS_TEXT -> WordVectors.text(path, progress);
            case WORDS_BINARY -> WordVectors.binary(path, progress);
            case WORDS_JSON -> WinkEmbeddings.read(path, progress);
            case PARQUET -> ParquetVectors.read(path, options);
            case NPY_AND_PARQUET -> folder(path);
            case SPACE -> throw Broken.file(path, "is a file; a .space is a folder");
        };
    }

    private static Imported npz(Path file, ImportOptions options) {
        try (Npz npz = Npz.open(file)) {
            List<String> wanted = options.array().map(List::of).orElse(ARRAYS);
            Npy vectors = wanted.stream().flatMap(name -> npz.array(name).stream()).findFirst().orElseThrow(() -> Broken.file(
                    file, "has no array '%s'; it has %s; name one with --array", String.join("' or '", wanted),
                    String.join(", ", npz.names())));
            Imported read = Imported.of(file, vectors.matrix());
            Optional<Npy> names = options.names().flatMap(npz::array);
            if (names.isPresent()) {
                read = read.with(names.get().column().stream().map(Object::toString).toList());
            }
            Optional<Npy> labels = options.labels().flatMap(npz::array);
            return labels.isPresent() ? read.withColumns(Map.of("label", labels.get().column())) : read;
        }
    }

    /** A table of token vectors; else one {@code .npy} and one {@code .parquet} whose first text column has its names. */
    private static Imported folder(Path folder) {
        Optional<Path> table = TokenVectors.folder(folder);
        if (table.isPresent()) {
            return TokenVectors.read(folder, table.get());
        }
        Path vectors = only(folder, ".npy");
        Imported read = Imported.of(folder, Npy.open(vectors).matrix());
        return read.with(ParquetVectors.texts(only(folder, ".parquet"), Optional.empty()));
    }

    static Path only(Path folder, String ending) {
        try (Stream<Path> files = Files.list(folder)) {
            List<Path> found = files.filter(file -> file.toString().endsWith(ending)).toList();
            if (found.size() != 1) {
                throw Broken.file(folder,
                        "has %d files %s; name a file, a .space, Model2Vec's folder, or a folder with one .npy and one .parquet",
                        found.size(), ending);
            }
            return found.getFirst();
        } catch (IOException e) {
            throw Broken.because(e, folder, "can't be listed: %s", e.getMessage());
        }
    }

    private static Imported named(Path file, VectorFile kind, Imported read, ImportOptions options) {
        if (options.names().isEmpty() || kind.hasColumns() && read.names().isPresent()) {
            return read;
        }
        return read.with(lines(file, options.names().get(), "--names", read.vectors().rows()));
    }

    private static Imported labelled(Path file, Imported read, ImportOptions options) {
        if (options.labels().isEmpty() || read.columns().containsKey("label")) {
            return read;
        }
        Map<String, List<Object>> columns = new LinkedHashMap<>(read.columns());
        columns.put("label", new ArrayList<>(lines(file, options.labels().get(), "--labels", read.vectors().rows())));
        return read.withColumns(columns);
    }

    /** The lines of a file, one for each point; a column or array of that name would have been found before. */
    private static List<String> lines(Path vectors, String name, String option, int points) {
        Path file = Path.of(name);
        if (!Files.isRegularFile(file)) {
            throw Broken.file(vectors, "has no column or array '%s', and there is no file of that name; give %s one of them", name, option);
        }
        List<String> lines = new ArrayList<>();
        try (ByteLines in = ByteLines.open(file, Progress.NONE)) {
            while (in.next()) {
                lines.add(in.text());
            }
        }
        if (lines.size() != points) {
            throw Broken.file(file, "has %d lines for the %d points of %s; one for each is needed", lines.size(), points, vectors);
        }
        return lines;
    }

    private static Space assembled(Path file, Imported read, ImportOptions options) {
        Matrix vectors = read.vectors();
        if (vectors.rows() == 0 || vectors.columns() == 0) {
            throw Broken.file(file, "has no points: its vectors are [%d, %d]", vectors.rows(), vectors.columns());
        }
        float[] data = vectors.data();
        for (int i = 0; i < data.length; i++) {
            if (!Float.isFinite(data[i])) {
                int point = i / vectors.columns();
                throw Broken.file(file, "point %d%s has the value %s in column %d%s; points need finite values: remove or repair it", point,
                        read.names().map(names -> " '" + names.get(point) + "'").orElse(""), data[i], i % vectors.columns(),
                        Float.isInfinite(data[i]) ? " (single precision ends at 3.4e38)" : "");
            }
        }
        if (read.names().isEmpty()) {
            return Space.of(vectors, Items.of(numbers(vectors.rows()), read.columns()), read.origin());
        }
        List<String> names = read.names().get();
        if (names.size() != vectors.rows()) {
            throw Broken.file(file, "has %d names for %d points; one for each is needed", names.size(), vectors.rows());
        }
        return distinct(file, read.with(names), options.repeated());
    }

    private static List<String> numbers(int count) {
        List<String> numbers = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            numbers.add(Integer.toString(i));
        }
        return numbers;
    }

    private static Space distinct(Path file, Imported read, ImportOptions.Repeated repeated) {
        List<String> given = read.names().orElseThrow();
        Map<String, Integer> first = HashMap.newHashMap(given.size());
        List<String> names = new ArrayList<>(given.size());
        List<Integer> kept = new ArrayList<>();
        for (int i = 0; i < given.size(); i++) {
            String name = given.get(i);
            Integer before = first.putIfAbsent(name, i);
            if (before != null && repeated == ImportOptions.Repeated.REFUSE) {
                throw Broken.file(file,
                        "has the name '%s' twice, at points %d and %d; take the first of each with --repeated first, or all with "
                                + "--repeated number",
                        name, before, i);
            }
            if (before != null && repeated == ImportOptions.Repeated.NUMBER) {
                int number = 2;
                while (first.containsKey(name + "#" + number)) {
                    number++;
                }
                name = name + "#" + number;
                first.put(name, i);
            }
            if (before == null || repeated == ImportOptions.Repeated.NUMBER) {
                names.add(name);
                kept.add(i);
            }
        }
        Map<String, List<Object>> columns = new LinkedHashMap<>(read.columns());
        if (kept.size() == given.size()) {
            return Space.of(read.vectors(), Items.of(names, columns), read.origin());
        }
        columns.replaceAll((_, values) -> kept.stream().map(values::get).toList());
        Matrix vectors = Matrix.zeros(kept.size(), read.vectors().columns());
        for (int i = 0; i < kept.size(); i++) {
            System.arraycopy(read.vectors().data(), kept.get(i) * vectors.columns(), vectors.data(), i * vectors.columns(),
                    vectors.columns());
        }
        return Space.of(vectors, Items.of(names, columns), read.origin());
    }
}

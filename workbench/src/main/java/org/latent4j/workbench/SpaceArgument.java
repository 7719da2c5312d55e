package org.latent4j.workbench;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Progress;
import org.latent4j.model.store.Catalogue;
import org.latent4j.model.store.CatalogueModel;
import org.latent4j.model.store.ModelStore;
import org.latent4j.space.Space;
import org.latent4j.store.CachedSpaces;
import org.latent4j.store.ImportOptions;
import org.latent4j.store.Spaces;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * The options that say which space is meant: the same wherever one is. A space is a {@code .space} folder, a file of vectors, captured
 * hidden states (with {@code --site}) or word vectors of the catalogue.
 */
final class SpaceArgument {
    /** The word vectors that are taken where no space is named. */
    static final String DEFAULT = "glove";

    @Spec(Spec.Target.MIXEE)
    private @Nullable CommandSpec spec;

    @Option(names = {"-s",
        "--space"}, paramLabel = "SPACE", description = "A .space folder, a file of vectors (.npy .npz .safetensors .csv .tsv .txt .vec .bin .parquet), or glove, glove-50d.")
    private @Nullable String space;

    @Option(names = "--array", paramLabel = "NAME", description = "The array of an .npz (default: X or vectors), the tensor of a .safetensors (default: vectors), the column of a .parquet.")
    private @Nullable String array;

    @Option(names = "--names", paramLabel = "FILE|COLUMN", description = "The names: a file with one a line, a column of a table, an array of an .npz.")
    private @Nullable String names;

    @Option(names = "--labels", paramLabel = "FILE|COLUMN", description = "What becomes the field 'label': a file with one a line, a column, an array of an .npz.")
    private @Nullable String labels;

    @Option(names = "--site", paramLabel = "SITE", description = "The site of captured hidden states: resid_post.12.")
    private @Nullable String site;

    @Option(names = "--repeated", paramLabel = "HOW", defaultValue = "refuse", description = "A name that is there twice: refuse, first (others left out), number (NAME#2) (default: ${DEFAULT-VALUE}).")
    private ImportOptions.Repeated repeated = ImportOptions.Repeated.REFUSE;

    @Option(names = "--offline", description = "Never touch the network.")
    private boolean offline;

    /** The space named by {@code -s}, else {@code otherwise}. */
    Space open(String otherwise) {
        return named(space == null ? otherwise : space);
    }

    /** Whether the network mustn't be touched. */
    boolean offline() {
        return offline;
    }

    /** The field that {@code --labels} names: of that name where the space has it, else what was read as {@code label}. */
    Optional<String> labelField(Space opened) {
        if (labels == null) {
            return Optional.empty();
        }
        boolean own = opened.size() > 0 && opened.items().fields(0).containsKey(labels);
        return Optional.of(own ? labels : "label");
    }

    /** The space that is a command's argument or named by {@code -s}. */
    static Space required(SpaceArgument argument, @Nullable String first) {
        if (first == null && !argument.isNamed()) {
            throw new LatentException("which space? Name a .space folder, a file of vectors or " + String.join(" or ", catalogueNames()));
        }
        if (first != null && argument.isNamed()) {
            throw new LatentException("two spaces are named, %s and %s; this command takes one".formatted(first, argument.space));
        }
        return argument.open(first == null ? DEFAULT : first);
    }

    /** Whether {@code -s} names one. */
    boolean isNamed() {
        return space != null;
    }

    /**
     * Whether the first of some arguments is a space rather than a word or text: {@code -s} names none and it is a file or folder that is
     * there or looks like one, or a catalogue name with something behind it.
     *
     * @param others whether something else is asked of the space
     */
    boolean isFirst(List<String> arguments, boolean others) {
        if (space != null || arguments.isEmpty()) {
            return false;
        }
        String first = arguments.getFirst();
        return Spaces.looksLikeOne(first) || (others || arguments.size() > 1) && catalogued(first).isPresent();
    }

    /** The site that is asked for. */
    Optional<String> site() {
        return Optional.ofNullable(site);
    }

    /** Whether the network must not be touched. */
    boolean isOffline() {
        return offline;
    }

    /**
     * Opens a space by its path or catalogue name.
     *
     * @throws LatentException if there is none; the message says what to do
     */
    Space named(String name) {
        return named(name, site);
    }

    /**
     * The same of captured states at another site than {@code --site} names.
     *
     * @throws LatentException if there is none; the message says what to do
     */
    Space named(String name, @Nullable String itsSite) {
        Path path = path(name);
        Progress progress = ProgressBar.on(Terminal.detect());
        if (path != null && (Files.exists(path) || Spaces.isGrowing(path))) {
            return Spaces.open(path, options(itsSite), progress);
        }
        if (catalogued(name).isEmpty()) {
            throw new LatentException("there is no space %s: no file or folder of this name, and no word vectors of the catalogue (%s)"
                    .formatted(name, String.join(", ", catalogueNames())));
        }
        requireNothingChosen(name);
        ModelStore store = ModelStore.standard(System.getenv(), offline).saying(this::note);
        ModelStore.Located located = store.locate(name, progress);
        Path kept = store.folder().orElseThrow(() -> new LatentException("there is no folder to keep spaces in; set LATENT_HOME to one"));
        return CachedSpaces.open(name, located.path(), kept.resolve("spaces"), progress);
    }

    /** Word vectors of the catalogue have one array, and names of their own: an option that would go unheard is a mistake. */
    private void requireNothingChosen(String name) {
        String option = array != null ? "--array " + array : names != null ? "--names " + names : site != null ? "--site " + site : "";
        if (!option.isEmpty()) {
            throw new LatentException("%s are word vectors of the catalogue, so %s means nothing; leave it out or name a file of vectors"
                    .formatted(name, option));
        }
    }

    private ImportOptions options(@Nullable String itsSite) {
        return new ImportOptions(Optional.ofNullable(array), Optional.ofNullable(names), Optional.ofNullable(labels),
                Optional.ofNullable(itsSite), repeated);
    }

    private static @Nullable Path path(String name) {
        try {
            return Path.of(name);
        } catch (InvalidPathException _) {
            return null;
        }
    }

    private static Optional<CatalogueModel> catalogued(String name) {
        return Catalogue.standard().find(name).filter(model -> model.kind() == CatalogueModel.Kind.WORD_VECTORS);
    }

    private static List<String> catalogueNames() {
        return Catalogue.standard().models().stream().filter(model -> model.kind() == CatalogueModel.Kind.WORD_VECTORS)
                .map(CatalogueModel::name).toList();
    }

    private void note(String line) {
        var err = Objects.requireNonNull(spec).commandLine().getErr();
        err.println("latent: " + line);
        err.flush();
    }
}

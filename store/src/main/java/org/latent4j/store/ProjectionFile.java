package org.latent4j.store;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.latent4j.files.Safetensors;
import org.latent4j.files.SafetensorsWriter;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Matrix;
import org.latent4j.space.Metric;
import org.latent4j.space.Origin;
import org.latent4j.space.PrincipalComponents;
import org.latent4j.space.projection.DiffusionMap;
import org.latent4j.space.projection.DiffusionSettings;
import org.latent4j.space.projection.PrincipalMap;
import org.latent4j.space.projection.Projection;
import org.latent4j.space.projection.TsneMap;
import org.latent4j.space.projection.TsneSettings;
import org.latent4j.space.projection.UmapMap;
import org.latent4j.space.projection.UmapSettings;

/**
 * Fitted maps in a safetensors file, into which other points can be placed. Metadata {@code map} says by which method; the tensor
 * {@code coordinates} {@code [points, dims]} is where the fitted points lie. {@code pca} has {@code mean}, {@code components}
 * {@code [dims, width]} and {@code variances}; the others have the {@code points} {@code [points, width]} themselves, for new ones
 * are placed by their neighbours. Numbers are in single precision.
 */
public final class ProjectionFile {
    private static final String KIND = "map";
    private static final String METRIC = "metric";
    private static final String SEED = "seed";
    private static final String NEIGHBOURS = "neighbours";

    private ProjectionFile() {}

    /**
     * Writes a map; the file appears whole or not at all.
     *
     * @param origin of the points it was fitted to
     * @param made how it was made, as text by name
     * @throws LatentException if the file can't be written
     */
    public static void write(Path file, Projection map, Origin origin, Map<String, String> made) {
        try (SafetensorsWriter to = SafetensorsWriter.create(file)) {
            to.metadata(Fitted.metadata(origin, made));
            to.add("coordinates", map.coordinates());
            switch (map) {
                case PrincipalMap principal -> principal(to, principal);
                case UmapMap umap -> umap(to, umap);
                case TsneMap tsne -> tsne(to, tsne);
                case DiffusionMap diffusion -> diffusion(to, diffusion);
            }
            to.finish();
        }
    }

    private static void principal(SafetensorsWriter to, PrincipalMap map) {
        PrincipalComponents found = map.components();
        to.metadata(Map.of(KIND, "pca", METRIC, name(map.metric()), "total_variance", Double.toString(found.totalVariance())));
        to.add("mean", Fitted.floats(found.mean()), found.mean().length);
        Matrix components = Matrix.zeros(found.components().length, found.mean().length);
        for (int k = 0; k < components.rows(); k++) {
            System.arraycopy(Fitted.floats(found.components()[k]), 0, components.data(), k * components.columns(), components.columns());
        }
        to.add("components", components);
        to.add("variances", Fitted.floats(found.variances()), found.variances().length);
    }

    private static void umap(SafetensorsWriter to, UmapMap map) {
        UmapSettings settings = map.settings();
        Map<String, String> metadata = new LinkedHashMap<>(Map.of(KIND, "umap", METRIC, name(settings.metric()),
                NEIGHBOURS, Integer.toString(settings.neighbours()), SEED, Long.toString(settings.seed())));
        metadata.put("least_distance", Double.toString(settings.leastDistance()));
        metadata.put("spread", Double.toString(settings.spread()));
        metadata.put("epochs", Integer.toString(settings.epochs()));
        metadata.put("negatives", Integer.toString(settings.negatives()));
        metadata.put("learning_rate", Double.toString(settings.learningRate()));
        metadata.put("density", Boolean.toString(settings.density()));
        to.metadata(metadata);
        to.add("points", map.points());
    }

    private static void tsne(SafetensorsWriter to, TsneMap map) {
        TsneSettings settings = map.settings();
        Map<String, String> metadata = new LinkedHashMap<>(
                Map.of(KIND, "tsne", METRIC, name(settings.metric()), SEED, Long.toString(settings.seed())));
        metadata.put("perplexity", Double.toString(settings.perplexity()));
        metadata.put("exaggeration", Double.toString(settings.exaggeration()));
        metadata.put("early_steps", Integer.toString(settings.earlySteps()));
        metadata.put("steps", Integer.toString(settings.steps()));
        metadata.put("repulsion", name(settings.repulsion()));
        metadata.put("divergence", Double.toString(map.divergence()));
        to.metadata(metadata);
        to.add("points", map.points());
    }

    private static void diffusion(SafetensorsWriter to, DiffusionMap map) {
        DiffusionSettings settings = map.settings();
        to.metadata(Map.of(KIND, "diffusion", METRIC, name(settings.metric()), NEIGHBOURS, Integer.toString(settings.neighbours()),
                "bandwidth", Double.toString(map.bandwidth()), "alpha", Double.toString(settings.alpha()),
                "time", Double.toString(settings.time())));
        to.add("points", map.points());
        to.add("values", Fitted.floats(map.values()), map.values().length);
        to.add("densities", Fitted.floats(map.densities()), map.densities().length);
    }

    private static String name(Enum<?> choice) {
        return choice.name().toLowerCase(Locale.ROOT);
    }

    /**
     * Reads a map.
     *
     * @throws LatentException if the file isn't one, or its parts don't fit together
     */
    public static Fitted<Projection> read(Path file) {
        try (Safetensors from = Safetensors.open(file)) {
            String kind = from.metadata().getOrDefault(KIND, "");
            if (!from.metadata().containsKey(KIND)) {
                throw new LatentException("%s holds no map: 'latent map --save' writes one".formatted(file));
            }
            Matrix coordinates = Fitted.matrix(from, "coordinates");
            Projection map = switch (kind) {
                case "pca" -> principal(from, coordinates);
                case "umap" -> new UmapMap(umap(from, coordinates.columns()), points(from, coordinates), coordinates);
                case "tsne" -> new TsneMap(tsne(from, coordinates.columns()), points(from, coordinates), coordinates,
                        Fitted.number(from, "divergence"));
                case "diffusion" -> diffusion(from, coordinates);
                default -> throw new LatentException("%s holds a map by '%s', which this version doesn't know; update Latent4j"
                        .formatted(file, kind));
            };
            return Fitted.of(map, from);
        }
    }

    private static PrincipalMap principal(Safetensors from, Matrix coordinates) {
        double[] mean = Fitted.numbers(from, "mean");
        double[] variances = Fitted.numbers(from, "variances");
        Matrix rows = Fitted.matrix(from, "components");
        double[][] components = new double[rows.rows()][rows.columns()];
        for (int i = 0; i < rows.data().length; i++) {
            components[i / rows.columns()][i % rows.columns()] = rows.data()[i];
        }
        require(rows.columns() == mean.length && variances.length == rows.rows() && rows.rows() >= 1
                && rows.rows() <= coordinates.columns(), from, "components, mean and coordinates");
        return new PrincipalMap(new PrincipalComponents(mean, components, variances, Fitted.number(from, "total_variance")), metric(from),
                coordinates);
    }

    private static UmapSettings umap(Safetensors from, int dims) {
        return new UmapSettings(dims, metric(from), Fitted.whole(from, NEIGHBOURS), Fitted.number(from, "least_distance"),
                Fitted.number(from, "spread"), Fitted.whole(from, "epochs"), Fitted.whole(from, "negatives"),
                Fitted.number(from, "learning_rate"), Boolean.parseBoolean(from.metadata().get("density")), Optional.empty(),
                seed(from));
    }

    private static TsneSettings tsne(Safetensors from, int dims) {
        return new TsneSettings(dims, metric(from), Fitted.number(from, "perplexity"), Fitted.number(from, "exaggeration"),
                Fitted.whole(from, "early_steps"), Fitted.whole(from, "steps"),
                choice(TsneSettings.Approximation.class, from, "repulsion"), seed(from));
    }

    private static DiffusionMap diffusion(Safetensors from, Matrix coordinates) {
        double bandwidth = Fitted.number(from, "bandwidth");
        DiffusionSettings settings = new DiffusionSettings(coordinates.columns(), metric(from), Fitted.whole(from, NEIGHBOURS), bandwidth,
                Fitted.number(from, "alpha"), Fitted.number(from, "time"));
        Matrix points = points(from, coordinates);
        double[] values = Fitted.numbers(from, "values");
        double[] densities = Fitted.numbers(from, "densities");
        boolean positive = Arrays.stream(densities).allMatch(density -> density > 0);
        require(bandwidth > 0 && values.length == coordinates.columns() && densities.length == points.rows() && positive, from,
                "values, densities and coordinates");
        return new DiffusionMap(settings, points, coordinates, values, bandwidth, densities);
    }

    private static Matrix points(Safetensors from, Matrix coordinates) {
        Matrix points = Fitted.matrix(from, "points");
        require(points.rows() == coordinates.rows() && points.rows() >= 2 && points.columns() >= 1, from, "points and coordinates");
        return points;
    }

    private static void require(boolean holds, Safetensors from, String parts) {
        if (!holds) {
            throw new LatentException("%s: its %s don't fit each other; write it anew".formatted(from.file(), parts));
        }
    }

    private static Metric metric(Safetensors from) {
        return choice(Metric.class, from, METRIC);
    }

    private static <E extends Enum<E>> E choice(Class<E> choices, Safetensors from, String name) {
        String said = from.metadata().getOrDefault(name, "");
        for (E choice : choices.getEnumConstants()) {
            if (name(choice).equals(said)) {
                return choice;
            }
        }
        throw new LatentException("%s says '%s' for its %s, which this version doesn't know; update Latent4j"
                .formatted(from.file(), said, name));
    }

    private static long seed(Safetensors from) {
        try {
            return Long.parseLong(from.metadata().getOrDefault(SEED, ""));
        } catch (NumberFormatException e) {
            throw new LatentException("%s doesn't say its seed; write it anew".formatted(from.file()), e);
        }
    }
}

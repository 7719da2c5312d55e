package org.latent4j.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.latent4j.files.Alterations;
import org.latent4j.files.Trial;
import org.latent4j.kernel.Fingerprint;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Matrix;
import org.latent4j.kernel.Progress;
import org.latent4j.kernel.WorkerPool;
import org.latent4j.space.Metric;
import org.latent4j.space.Origin;
import org.latent4j.space.cluster.Hdbscan;
import org.latent4j.space.cluster.KMeans;
import org.latent4j.space.projection.DiffusionMap;
import org.latent4j.space.projection.DiffusionSettings;
import org.latent4j.space.projection.PrincipalMap;
import org.latent4j.space.projection.Projection;
import org.latent4j.space.projection.TsneMap;
import org.latent4j.space.projection.TsneSettings;
import org.latent4j.space.projection.UmapMap;
import org.latent4j.space.projection.UmapSettings;

/** Maps and clusterings that are saved do with other points what they did before. */
class FittedTest {
    private static final Fingerprint PRINT = new Fingerprint("aa11", "bb22", "raw").at("resid_post.3", "mean");
    private static final Origin ORIGIN = new Origin("packages.space", Optional.of(PRINT), Optional.empty(), Map.of());

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    private static List<Projection> maps(WorkerPool pool) {
        Matrix points = Points.random();
        return List.of(
                PrincipalMap.fit(points, 2, Metric.COSINE, pool),
                PrincipalMap.fit(points, 3, Metric.EUCLIDEAN, pool),
                UmapMap.fit(points, UmapSettings.of(2, Metric.COSINE, 7).withNeighbours(6).withEpochs(40).withDensity(), pool,
                        Progress.NONE),
                TsneMap.fit(points, TsneSettings.of(3, Metric.EUCLIDEAN, 7).withPerplexity(4).withSteps(30, 30), pool, Progress.NONE),
                DiffusionMap.fit(points, DiffusionSettings.of(2, Metric.COSINE).withNeighbours(8).withAlpha(0.5).withTime(2), pool,
                        Progress.NONE));
    }

    @Test
    void pointsArePlacedByASavedMapWhereTheyWereBefore() {
        Path file = folder.resolve("map.safetensors");
        Matrix added = Matrix.of(2, Points.WIDTH, 0.1f, 0.4f, -0.3f, 0.2f, 0.9f, -0.5f, 0.5f, 0.25f, 0, 0.125f);
        try (WorkerPool pool = new WorkerPool(2)) {
            for (Projection map : maps(pool)) {
                ProjectionFile.write(file, map, ORIGIN, Map.of("command", "latent map packages.space"));
                Fitted<Projection> read = ProjectionFile.read(file);
                assertThat(read.fit().coordinates()).isEqualTo(map.coordinates());
                assertThat(read.fit().metric()).isEqualTo(map.metric());
                assertThat(read.origin().source()).isEqualTo("packages.space");
                assertThat(read.origin().fingerprint()).contains(PRINT);
                assertThat(read.origin().details()).containsEntry("command", "latent map packages.space");
                Matrix before = map.place(added, pool);
                Matrix after = read.fit().place(added, pool);
                for (int i = 0; i < before.data().length; i++) {
                    assertThat(after.data()[i]).isCloseTo(before.data()[i], within(1e-5f));
                }
            }
        }
    }

    @Test
    void anotherSpacesFitIsRefusedByName() {
        Path file = folder.resolve("fit.safetensors");
        try (WorkerPool pool = new WorkerPool(1)) {
            KMeans found = KMeans.fit(Points.random(), KMeans.Options.of(3, false, 1), pool, Progress.NONE);
            ClusteringFile.write(file, found, ORIGIN, Map.of());
        }
        Fitted<ClusteringFile.Clustering> read = ClusteringFile.read(file);
        assertThatCode(() -> read.requireFits(ORIGIN.called("more.space"))).doesNotThrowAnyException();
        assertThatCode(() -> read.requireFits(Origin.of("unknown.npy"))).doesNotThrowAnyException();
        Origin other = new Origin("other.space", Optional.of(PRINT.at("resid_post.4", "mean")), Optional.empty(), Map.of());
        assertThatThrownBy(() -> read.requireFits(other)).isInstanceOf(LatentException.class)
                .hasMessageContainingAll("fit.safetensors", "packages.space", "resid_post.3", "other.space", "resid_post.4");
        assertThatThrownBy(() -> ProjectionFile.read(file)).isInstanceOf(LatentException.class)
                .hasMessageContainingAll("fit.safetensors", "holds no map", "latent map --save");
    }

    @Test
    void alteredFitsOpenOrAreRefused() throws IOException {
        Path whole = folder.resolve("whole.safetensors");
        Matrix added = Points.random();
        try (WorkerPool pool = new WorkerPool(1)) {
            for (Projection map : maps(pool)) {
                ProjectionFile.write(whole, map, ORIGIN, Map.of());
                altered(Files.readAllBytes(whole), file -> ProjectionFile.read(file).fit().place(added, pool));
            }
            ClusteringFile.write(whole, Hdbscan.fit(added, new Hdbscan.Options(4, 2, Metric.EUCLIDEAN), pool, Progress.NONE), ORIGIN,
                    Map.of());
            altered(Files.readAllBytes(whole), file -> {
                if (ClusteringFile.read(file).fit() instanceof ClusteringFile.Clustering.Densities(Hdbscan fitted)) {
                    fitted.predict(added, pool);
                }
            });
        }
    }

    private void altered(byte[] whole, Consumer<Path> use) {
        Path file = folder.resolve("altered.safetensors");
        new Trial(file, _ -> use.accept(file)).run("fit", Trial.EACH / 20, random -> Alterations.bytes(whole, 2000, random));
    }
}

package org.latent4j.store;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.latent4j.files.Alterations;
import org.latent4j.files.Trial;
import org.latent4j.space.Space;

/** Files of vectors that were altered at random open or are refused in one line. */
@Timeout(value = 4, unit = TimeUnit.HOURS)
class HostileVectorsTest {
    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    @SuppressWarnings("NullAway.Init")
    private Path temp;

    private void trial(String name, byte[] whole, int structure) {
        Path file = temp.resolve(name);
        boolean parquet = name.endsWith(".parquet"); // whose library may wait for ever
        new Trial(file, _ -> {
            if (parquet) {
                ParquetVectors.read(file, ImportOptions.NONE, Duration.ofMillis(300));
            } else {
                use(Spaces.open(file));
            }
        }).run(name, parquet ? Trial.EACH / 20 : Trial.EACH / 4, random -> Alterations.bytes(whole, structure, random));
    }

    private static void use(Space space) {
        for (int item = 0; item < space.size(); item++) {
            space.name(item);
            space.items().fields(item);
        }
    }

    @Test
    void alteredArrays() {
        byte[] whole = Points.npy(Points.random());
        trial("a.npy", whole, 80);
    }

    @Test
    void alteredArchives() throws IOException {
        Path file = temp.resolve("whole.npz");
        Points.npz(file, List.of("X", "y"), List.of(Points.npy(Points.random()), Points.texts(Points.names())));
        byte[] whole = Files.readAllBytes(file);
        trial("a.npz", whole, whole.length);
    }

    @Test
    void alteredWordVectors() throws IOException {
        byte[] binary = Points.word2vec();
        trial("a.bin", binary, binary.length);
        byte[] text = ("30 5\n" + Points.lines(' ', "")).getBytes(StandardCharsets.UTF_8);
        trial("a.vec", text, text.length);
    }

    @ParameterizedTest
    @EnumSource(value = SpaceExport.Format.class, names = {"SAFETENSORS", "PARQUET", "CSV"})
    void alteredExports(SpaceExport.Format format) throws IOException {
        Path file = temp.resolve("whole" + format.ending());
        SpaceExport.write(Space.of(Points.random(), Points.names()), format, file);
        byte[] whole = Files.readAllBytes(file);
        trial("a" + format.ending(), whole, format == SpaceExport.Format.SAFETENSORS ? 80 : whole.length);
    }
}

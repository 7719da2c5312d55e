package org.latent4j.insight.direction;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Progress;
import org.latent4j.model.Model;
import org.latent4j.model.Models;
import org.latent4j.model.site.Site;

class GoldenDirectionTest {
    private static Path golden() {
        for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
            Path found = at.resolve("shared/golden/control-vector");
            if (Files.isDirectory(found)) {
                return found;
            }
        }
        assumeTrue(false, "the reference data aren't here");
        return Path.of("");
    }

    /** The pairs that repeng was given. */
    static Samples pairs(Path json) throws IOException {
        List<String> positive = new ArrayList<>();
        List<String> negative = new ArrayList<>();
        try (JsonParser parser = new JsonFactory().createParser(json.toFile())) {
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                if (token == JsonToken.FIELD_NAME && parser.currentName().equals("positive")) {
                    positive.add(parser.nextTextValue());
                } else if (token == JsonToken.FIELD_NAME && parser.currentName().equals("negative")) {
                    negative.add(parser.nextTextValue());
                }
            }
        }
        return new Samples(positive, negative, true);
    }

    @Test
    void principalComponentsOfDifferencesAreThoseOfRepeng(@TempDir Path folder) throws IOException {
        Path golden = golden();
        Direction expected = Direction.read(golden.resolve("repeng-happy.gguf"));
        Model opened;
        try {
            opened = Models.open(Models.DEFAULT, Models.Options.standard().withOffline(true));
        } catch (LatentException e) {
            assumeTrue(false, "the default model isn't here: " + e.getMessage());
            return;
        }
        try (Model model = opened) {
            DirectionFinder finder = new DirectionFinder(model, DirectionFinder.Options.STANDARD.with(Method.PCA_DIFF).unmeasured());
            Direction found = finder.find("happy", pairs(golden.resolve("repeng-happy.expected.json")), Progress.NONE).direction();
            expected.vectors().forEach((site, vector) -> {
                double cosine = Linear.cosine(vector, found.at(site));
                assertTrue(cosine > 0.999, site + ": " + cosine);
            });
            Path gguf = folder.resolve("happy.gguf");
            found.writeGguf(gguf, "llama", 30);
            Direction back = Direction.read(gguf);
            assertEquals(29, back.vectors().size());
            Site site = Site.of(Site.Kind.RESID_POST, 12);
            assertArrayEquals(found.at(site), back.at(site));
            Path file = folder.resolve("happy.safetensors");
            found.write(file, Map.of("command", "latent direction find"));
            Direction same = Direction.read(file);
            assertArrayEquals(found.at(site), same.at(site));
            assertEquals(found.fingerprint(), same.fingerprint());
            assertEquals(found.typicalNorms(), same.typicalNorms());
            assertEquals(found.notes(), same.notes());
        }
    }
}

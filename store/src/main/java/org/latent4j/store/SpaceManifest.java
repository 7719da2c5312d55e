package org.latent4j.store;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.latent4j.files.Broken;
import org.latent4j.files.Json;
import org.latent4j.kernel.Fingerprint;
import org.latent4j.space.Origin;

/**
 * The file {@code manifest.json} of a {@code .space}: how many points of which width, and how they were made.
 *
 * @param points how many
 * @param width how many coordinates each has
 * @param type {@code F32} or {@code BF16}
 * @param origin what made them
 */
record SpaceManifest(long points, int width, String type, Origin origin) {
    static final String FILE = "manifest.json";
    /** The version of the format that this program writes, and the newest that it reads. */
    static final int VERSION = 1;

    private static final String FORMAT = "latent4j space";
    private static final int LONGEST = 1 << 22;
    static final int WIDEST = 1 << 20;

    static SpaceManifest read(Path folder) {
        Path file = folder.resolve(FILE);
        Json json = Json.read(file, LONGEST);
        if (!json.text("format").orElse("").equals(FORMAT)) {
            throw Broken.file(file, "is no manifest of a space: its 'format' isn't '%s'", FORMAT);
        }
        long version = json.integer("version").orElse(-1);
        if (version > VERSION) {
            throw Broken.file(folder, "was written by a newer Latent4j (format %d, this one reads up to %d); update Latent4j", version,
                    VERSION);
        }
        long points = json.integer("points").orElse(-1);
        long width = json.integer("width").orElse(-1);
        if (version < 1 || points < 0 || points > Integer.MAX_VALUE || width < 1 || width > WIDEST) {
            throw Broken.file(file, "says version %d, %d points, width %d; 1 or more, 0 to %d and 1 to %d are allowed", version, points,
                    width, Integer.MAX_VALUE, WIDEST);
        }
        Origin origin = new Origin(
                folder.toString(), json.object("fingerprint").flatMap(member -> Fingerprint.of(texts(member))), json.text("encoder"),
                json.object("made").map(SpaceManifest::texts).orElse(Map.of()));
        return new SpaceManifest(points, (int) width, json.text("type").orElse("F32"), origin);
    }

    private static Map<String, String> texts(Json json) {
        Map<String, String> texts = new LinkedHashMap<>();
        json.scalars().forEach((name, value) -> texts.put(name, value.toString()));
        return texts;
    }

    void write(Path file) throws IOException {
        try (JsonGenerator json = Lines.FACTORY.createGenerator(Files.newOutputStream(file))) {
            json.setPrettyPrinter(new DefaultPrettyPrinter());
            json.writeStartObject();
            json.writeStringField("format", FORMAT);
            json.writeNumberField("version", VERSION);
            json.writeNumberField("points", points);
            json.writeNumberField("width", width);
            json.writeStringField("type", type);
            Optional<Fingerprint> fingerprint = origin.fingerprint();
            if (fingerprint.isPresent()) {
                texts(json, "fingerprint", fingerprint.get().asMetadata());
            }
            if (origin.encoder().isPresent()) {
                json.writeStringField("encoder", origin.encoder().get());
            }
            texts(json, "made", origin.details());
            json.writeEndObject();
        }
    }

    private static void texts(JsonGenerator json, String name, Map<String, String> texts) throws IOException {
        json.writeObjectFieldStart(name);
        for (Map.Entry<String, String> text : texts.entrySet()) {
            json.writeStringField(text.getKey(), text.getValue());
        }
        json.writeEndObject();
    }
}

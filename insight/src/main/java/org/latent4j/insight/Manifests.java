package org.latent4j.insight;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import org.latent4j.kernel.LatentException;

/** Manifests beside files. */
public final class Manifests {
    private Manifests() {}

    /** Beside {@code NAME.safetensors} its metadata as {@code NAME.manifest.json}, which any reader of JSON can read. */
    public static void writeBeside(Path file, Map<String, String> metadata) {
        String name = String.valueOf(file.getFileName()).replaceFirst("\\.[^.]*$", "");
        Path target = file.resolveSibling(name + ".manifest.json");
        Path temporary = file.resolveSibling("." + name + ".manifest." + ProcessHandle.current().pid() + ".new");
        StringWriter text = new StringWriter();
        try {
            try (JsonGenerator json = new JsonFactory().createGenerator(text).useDefaultPrettyPrinter()) {
                json.writeStartObject();
                for (Map.Entry<String, String> entry : metadata.entrySet()) {
                    json.writeStringField(entry.getKey(), entry.getValue());
                }
                json.writeEndObject();
            }
            Files.writeString(temporary, text + "\n");
            Files.move(temporary, target, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new LatentException("can't write %s: %s".formatted(target, e.getMessage()), e);
        }
    }
}

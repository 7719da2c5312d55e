package org.latent4j.workbench;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import org.latent4j.kernel.LatentException;
import org.latent4j.model.Model;
import org.latent4j.model.site.Positions;

/**
 * How a capture was made, as text by name: what its files carry as metadata, and what tells whether an interrupted
 * capture is the one that is asked for.
 */
record CaptureManifest(Model model, Capture.Request request, Survey survey, BoundSteering steering) {
    /** What may differ between two runs of the same capture. */
    static final String COMMAND = "command";
    /** Of a text on the command line, at most so many characters are repeated. */
    private static final int LONGEST_QUOTE = 1000;
    /** The numbers of cut texts are listed up to so many. */
    private static final int MOST_LISTED = 1000;

    /** The entries in the order in which they are written. */
    Map<String, String> entries() {
        Map<String, String> entries = new LinkedHashMap<>();
        entries.put("format", "latent4j capture 1");
        entries.put("model", model.name());
        entries.put("model_origin", model.origin());
        model.licence().ifPresent(licence -> entries.put("model_licence", licence));
        entries.putAll(model.fingerprint(request.mode()).asMetadata());
        if (request.input() instanceof TextInput.TokenIds) {
            entries.put("prompt_mode", "ids");
        }
        entries.put("sites", request.sites().toString());
        entries.put("positions", request.positionsAsWritten());
        if (request.positions() instanceof Positions.At(int[] indices)) {
            entries.put("position_indices", Arrays.toString(indices));
        }
        if (!steering.isEmpty()) {
            entries.put("steering", steeringEntry());
        }
        entries.put("inputs", inputs());
        entries.put("texts", Integer.toString(survey.texts()));
        entries.put("tokens", Long.toString(survey.tokens()));
        if (survey.skipped() > 0) {
            entries.put("skipped_empty", Integer.toString(survey.skipped()));
        }
        if (!survey.truncated().isEmpty()) {
            entries.put("truncated", Integer.toString(survey.truncated().size()));
            List<Integer> listed = survey.truncated().subList(0, Math.min(MOST_LISTED, survey.truncated().size()));
            entries.put("truncated_texts", listed.toString());
        }
        entries.put("shard_size", Long.toString(request.shardSize()));
        entries.put("latent4j", version());
        entries.put("java", Runtime.version().toString());
        entries.put("kernels", model.kernels());
        entries.put(COMMAND, request.command());
        return entries;
    }

    private String inputs() {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
            json.writeStartArray();
            json.writeStartObject();
            switch (request.input()) {
                case TextInput.InFile input -> json.writeStringField("file", input.file().toString());
                case TextInput.Given(List<String> texts) -> {
                    json.writeArrayFieldStart("texts");
                    for (String given : texts) {
                        json.writeString(quote(given));
                    }
                    json.writeEndArray();
                }
            }
            json.writeStringField("sha256", survey.sha256());
            json.writeEndObject();
            json.writeEndArray();
        } catch (IOException e) {
            throw new UncheckedIOException("memory doesn't fail so", e);
        }
        return text.toString();
    }

    /** A file and its hash, as {@code inputs} has them. */
    static String inputs(Path file, String sha256) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
            json.writeStartArray();
            json.writeStartObject();
            json.writeStringField("file", file.toString());
            json.writeStringField("sha256", sha256);
            json.writeEndObject();
            json.writeEndArray();
        } catch (IOException e) {
            throw new UncheckedIOException("memory doesn't fail so", e);
        }
        return text.toString();
    }

    /** Every edit with its file's hash, and how strong it is at each site. */
    private String steeringEntry() {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
            json.writeStartArray();
            for (SteeringEdit edit : request.steering()) {
                json.writeStartObject();
                json.writeStringField("what", edit.kind().name().toLowerCase(Locale.ROOT));
                json.writeStringField("file", edit.file().toString());
                try (HashedFile file = HashedFile.open(edit.file(), _ -> {})) {
                    json.writeStringField("sha256", file.sha256());
                }
                json.writeStringField("layers", edit.layers());
                if (edit.kind() == SteeringEdit.Kind.ADD) {
                    json.writeStringField("amount", edit.amount());
                    json.writeObjectFieldStart("strength");
                    for (BoundSteering.Step step : steering.steps()) {
                        if (step.edit().equals(edit)) {
                            json.writeNumberField(step.site().toString(), (float) step.strength());
                        }
                    }
                    json.writeEndObject();
                }
                json.writeEndObject();
            }
            json.writeEndArray();
        } catch (IOException e) {
            throw new LatentException("can't read a direction's file again: " + e.getMessage(), e);
        }
        return text.toString();
    }

    private static String quote(String text) {
        if (text.length() <= LONGEST_QUOTE) {
            return text;
        }
        int end = Character.isHighSurrogate(text.charAt(LONGEST_QUOTE - 1)) ? LONGEST_QUOTE - 1 : LONGEST_QUOTE;
        return text.substring(0, end) + "…";
    }

    static String version() {
        String version = CaptureManifest.class.getPackage().getImplementationVersion();
        return version == null ? "unreleased" : version;
    }

    /**
     * Checks that an interrupted capture is the one that is asked for.
     *
     * @throws LatentException if it isn't; the message names the first difference
     */
    static void requireSame(Path out, Map<String, String> there, Map<String, String> here) {
        TreeSet<String> names = new TreeSet<>(there.keySet());
        names.addAll(here.keySet());
        names.remove(COMMAND);
        for (String name : names) {
            String old = there.getOrDefault(name, "nothing");
            String now = here.getOrDefault(name, "nothing");
            if (!old.equals(now)) {
                throw new LatentException(
                        ("%s.partial holds interrupted work with another '%s' (%s there, %s here); "
                                + "--restart throws it away, or choose another --out")
                                .formatted(out, name, brief(old), brief(now)));
            }
        }
    }

    private static String brief(String value) {
        return value.length() <= 120 ? value : value.substring(0, 120) + "…";
    }
}

package org.latent4j.insight.probe;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.latent4j.files.Json;
import org.latent4j.files.Safetensors;
import org.latent4j.files.SafetensorsWriter;
import org.latent4j.files.Tensor;
import org.latent4j.insight.Manifests;
import org.latent4j.kernel.Fingerprint;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Matrix;
import org.latent4j.model.Model;
import org.latent4j.model.PromptMode;

/**
 * A probe with what it belongs to, as it lies in a file: a safetensors with its weights, and the direction of each class as
 * {@code class_direction.K} (two classes and numbers: {@code direction}), so that it can be steered along.
 *
 * @param fingerprint of the states that it reads
 * @param site where
 * @param words which of a word's tokens it was fitted on: {@code first}, {@code last}, {@code mean}
 * @param positions which state of a whole text: {@code last}, {@code mean}, or a number
 * @param about how it came about: data, accuracy, command
 */
public record ProbeStore(
        Probe probe, Fingerprint fingerprint, String site, String words, String positions, Map<String, String> about) {
    private static final String FORMAT = "latent4j probe 1";
    private static final int MOST_CLASSES = 100_000;

    /** Copies the map. */
    public ProbeStore {
        about = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(about));
    }

    /** Writes it, and its metadata beside it as {@code NAME.manifest.json}. */
    public void write(Path file) {
        Map<String, String> metadata = new LinkedHashMap<>();
        metadata.put("format", FORMAT);
        metadata.put("kind", probe.kind().label());
        metadata.put("classes", classesAsJson());
        metadata.put("words", words);
        metadata.put("positions", positions);
        metadata.put("method", "probe (" + probe.kind().label() + ")");
        metadata.putAll(fingerprint.asMetadata());
        metadata.put("site", site);
        about.forEach(metadata::putIfAbsent);
        try (SafetensorsWriter writer = SafetensorsWriter.create(file)) {
            writer.metadata(metadata);
            switch (probe) {
                case LinearProbe linear -> {
                    standardiser(writer, linear.standardiser());
                    writer.add("weight", linear.weight());
                    writer.add("bias", floats(linear.bias()), linear.bias().length);
                    directions(writer, linear);
                }
                case MlpProbe mlp -> {
                    standardiser(writer, mlp.standardiser());
                    writer.add("weight.in", mlp.in());
                    writer.add("bias.in", mlp.inBias(), mlp.inBias().length);
                    writer.add("weight.out", mlp.out());
                    writer.add("bias.out", mlp.outBias(), mlp.outBias().length);
                }
            }
            writer.finish();
        }
        Manifests.writeBeside(file, metadata);
    }

    private static void standardiser(SafetensorsWriter writer, Standardiser standardiser) {
        writer.add("mean", standardiser.mean(), standardiser.mean().length);
        writer.add("scale", standardiser.scale(), standardiser.scale().length);
    }

    private static void directions(SafetensorsWriter writer, LinearProbe probe) {
        if (probe.classes().size() <= 2) {
            float[] direction = probe.direction(probe.classes().isEmpty() ? 0 : 1);
            writer.add("direction", direction, direction.length);
            return;
        }
        for (int k = 0; k < probe.classes().size(); k++) {
            float[] direction = probe.direction(k);
            writer.add("class_direction." + k, direction, direction.length);
        }
    }

    private String classesAsJson() {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
            json.writeStartObject();
            json.writeFieldName("classes");
            json.writeArray(probe.classes().toArray(String[]::new), 0, probe.classes().size());
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString();
    }

    private static float[] floats(double[] values) {
        float[] out = new float[values.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = (float) values[i];
        }
        return out;
    }

    /**
     * Reads a file.
     *
     * @throws LatentException if it holds no probe or a damaged one
     */
    public static ProbeStore read(Path file) {
        try (Safetensors opened = Safetensors.open(file)) {
            Map<String, String> metadata = opened.metadata();
            if (!FORMAT.equals(metadata.get("format"))) {
                throw new LatentException("%s holds no probe; 'latent probe … --save FILE' writes one".formatted(file));
            }
            Fingerprint fingerprint = Fingerprint.of(metadata)
                    .orElseThrow(() -> new LatentException("%s doesn't tell which model its probe belongs to".formatted(file)));
            Probe.Kind kind = Probe.Kind.named(metadata.getOrDefault("kind", ""));
            List<String> classes = Json.of(file, metadata.getOrDefault("classes", "").getBytes(StandardCharsets.UTF_8))
                    .texts("classes").orElse(List.of());
            if (classes.size() > MOST_CLASSES) {
                throw new LatentException("%s: %d classes are too many".formatted(file, classes.size()));
            }
            Standardiser standardiser = new Standardiser(tensor(opened, "mean").floats(), tensor(opened, "scale").floats());
            int width = standardiser.mean().length;
            Probe probe = kind == Probe.Kind.MLP ? mlp(opened, classes, standardiser) : linear(opened, kind, classes, standardiser);
            if (standardiser.scale().length != width || probe.width() != width) {
                throw new LatentException("%s: its tensors don't fit each other".formatted(file));
            }
            return new ProbeStore(probe, fingerprint, metadata.getOrDefault("site", ""), metadata.getOrDefault("words", "last"),
                    metadata.getOrDefault("positions", "last"), metadata);
        }
    }

    private static Probe linear(Safetensors opened, Probe.Kind kind, List<String> classes, Standardiser standardiser) {
        Matrix weight = tensor(opened, "weight").matrix();
        float[] bias = tensor(opened, "bias").floats();
        int outputs = classes.isEmpty() || (classes.size() == 2 && kind == Probe.Kind.LOGISTIC) ? 1 : classes.size();
        if (weight.rows() != outputs || bias.length != outputs) {
            throw new LatentException("%s: %d classes and weights %s don't fit".formatted(opened.file(), classes.size(), weight));
        }
        double[] wide = new double[bias.length];
        for (int k = 0; k < wide.length; k++) {
            wide[k] = bias[k];
        }
        return new LinearProbe(kind, classes, standardiser, weight, wide);
    }

    private static Probe mlp(Safetensors opened, List<String> classes, Standardiser standardiser) {
        Matrix in = tensor(opened, "weight.in").matrix();
        Matrix out = tensor(opened, "weight.out").matrix();
        float[] inBias = tensor(opened, "bias.in").floats();
        float[] outBias = tensor(opened, "bias.out").floats();
        if (out.rows() != classes.size() || out.columns() != in.rows() || inBias.length != in.rows() || outBias.length != out.rows()) {
            throw new LatentException("%s: its tensors don't fit each other".formatted(opened.file()));
        }
        return new MlpProbe(classes, standardiser, in, inBias, out, outBias);
    }

    private static Tensor tensor(Safetensors opened, String name) {
        return opened.tensor(name).orElseThrow(() -> new LatentException("%s has no tensor '%s'".formatted(opened.file(), name)));
    }

    /**
     * Sees that it belongs to a model's states.
     *
     * @throws LatentException if it doesn't; the message names both
     */
    public void requireFits(Model model) {
        Fingerprint own = model.fingerprint(PromptMode.RAW);
        if (!own.model().equals(fingerprint.model()) || !own.tokenizer().equals(fingerprint.tokenizer())) {
            throw new LatentException("the probe belongs to other states (%s) than those of '%s' (%s): fit it anew"
                    .formatted(fingerprint, model.name(), own));
        }
    }
}

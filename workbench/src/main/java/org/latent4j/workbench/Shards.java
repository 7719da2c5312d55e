package org.latent4j.workbench;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.latent4j.kernel.LatentException;

/**
 * The files that a finished capture consists of, named as Hugging Face names them: {@code NAME.safetensors}, or {@code
 * NAME-00001-of-00003.safetensors} and so on with {@code NAME.safetensors.index.json}, which tells what lies where.
 */
final class Shards {
    private static final String SUFFIX = ".safetensors";

    private final Path out;
    private final ShardPlan plan;

    Shards(Path out, ShardPlan plan) {
        this.out = out;
        this.plan = plan;
    }

    /** Where a file goes in the end, by its number from 0. */
    Path file(int shard) {
        int count = plan.shards().size();
        return count == 1 ? out : out.resolveSibling("%s-%05d-of-%05d%s".formatted(stem(), shard + 1, count, SUFFIX));
    }

    /** What tells the tensors' files, where there are several. */
    Path index() {
        return out.resolveSibling(name(out) + ".index.json");
    }

    private static String name(Path path) {
        return String.valueOf(path.getFileName());
    }

    private String stem() {
        String name = name(out);
        return name.substring(0, name.length() - SUFFIX.length());
    }

    /**
     * Moves the grown files into place and removes those of an earlier capture of that name. Can be interrupted and
     * repeated: what lies in place already is left there.
     *
     * @return the bytes of all files
     * @throws LatentException if a file is missing
     */
    long publish(PartialCapture partial, CaptureLayout layout, Survey survey) throws IOException {
        int count = plan.shards().size();
        Set<String> earlier = filesOfIndex();
        if (count > 1) {
            writeIndex(partial.growingIndex(), layout, survey.lengths(), partial.manifest());
            Files.deleteIfExists(out);
        }
        Files.deleteIfExists(index());
        long bytes = 0;
        for (int shard = 0; shard < count; shard++) {
            long size = ShardFile.header(plan.shards().get(shard), layout, survey, partial.manifest()).length
                    + plan.shards().get(shard).dataBytes();
            moveIntoPlace(partial.growing(shard), file(shard), size);
            earlier.remove(name(file(shard)));
            bytes += size;
        }
        if (count > 1) {
            move(partial.growingIndex(), index());
        }
        for (String old : earlier) {
            Files.deleteIfExists(out.resolveSibling(old));
        }
        return bytes;
    }

    private static void moveIntoPlace(Path grown, Path file, long size) throws IOException {
        if (Files.exists(grown)) {
            move(grown, file);
        } else if (!Files.exists(file) || Files.size(file) != size) {
            throw new LatentException(
                    "%s was taken away while the capture was at work; --restart starts over".formatted(grown));
        }
    }

    private static void move(Path from, Path to) throws IOException {
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /** The shards that an earlier index lists, if their names are ours; anything else in it is nobody's business. */
    private Set<String> filesOfIndex() {
        Set<String> names = new TreeSet<>();
        if (!Files.isRegularFile(index())) {
            return names;
        }
        try (InputStream stream = Files.newInputStream(index());
                JsonParser json = new JsonFactory().createParser(stream)) {
            while (json.nextToken() != null) {
                if (json.currentToken() == JsonToken.VALUE_STRING && isShard(json.getText())) {
                    names.add(json.getText());
                }
            }
        } catch (IOException _) {
            return names; // an index that can't be read lists nothing
        }
        return names;
    }

    private boolean isShard(String name) {
        String shape = stem() + "-00000-of-00000" + SUFFIX;
        if (name.length() != shape.length()) {
            return false;
        }
        for (int i = 0; i < name.length(); i++) {
            boolean digit = i > stem().length() && shape.charAt(i) == '0';
            if (digit ? !Character.isDigit(name.charAt(i)) : name.charAt(i) != shape.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    private void writeIndex(Path path, CaptureLayout layout, int[] lengths, Map<String, String> metadata)
            throws IOException {
        try (OutputStream stream = new BufferedOutputStream(Files.newOutputStream(path));
                JsonGenerator json = new JsonFactory().createGenerator(stream)) {
            json.writeStartObject();
            json.writeObjectFieldStart("metadata");
            json.writeNumberField("total_size", plan.dataBytes());
            for (Map.Entry<String, String> entry : metadata.entrySet()) {
                json.writeStringField(entry.getKey(), entry.getValue());
            }
            json.writeEndObject();
            json.writeObjectFieldStart("weight_map");
            for (int shard = 0; shard < plan.shards().size(); shard++) {
                String name = name(file(shard));
                for (int text = plan.shards().get(shard).from(); text < plan.shards().get(shard).to(); text++) {
                    if (lengths[text] > 0) {
                        for (CaptureLayout.Tensor tensor : layout.tensors(text, lengths[text])) {
                            json.writeStringField(tensor.name(), name);
                        }
                    }
                }
            }
            json.writeEndObject();
            json.writeEndObject();
        }
    }
}

package org.latent4j.store;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.latent4j.files.Broken;
import org.latent4j.files.Json;
import org.latent4j.files.Safetensors;
import org.latent4j.files.Tensor;
import org.latent4j.kernel.Fingerprint;
import org.latent4j.kernel.Matrix;
import org.latent4j.space.Origin;

/**
 * Points in safetensors: a tensor {@code vectors}, or another that is named; and what {@code latent capture} writes, whose tensors are
 * called {@code TEXT.SITE}: every position of every text is a point, called {@code TEXT:POSITION}, and just {@code TEXT} where each has one.
 * Its field {@code text} is the text, or the token among its neighbours, where the capture has kept them.
 */
final class SafetensorsVectors {
    private static final int LONGEST_INDEX = 1 << 28;
    private static final int MOST_LISTED = 8;
    private static final String IDS = ".input_ids";

    private SafetensorsVectors() {}

    static Imported read(Path file, ImportOptions options) {
        if (file.toString().endsWith(".index.json")) {
            return captured(file, shards(file), options);
        }
        try (Safetensors opened = Safetensors.open(file)) {
            if (isCapture(opened) && options.array().isEmpty()) {
                return captured(file, List.of(file), options);
            }
            if (options.site().isPresent()) {
                throw Broken.file(file, "holds no captured states, so it has no site %s; leave --site out", options.site().get());
            }
            String name = options.array().orElse(SpaceFolder.TENSOR);
            Tensor tensor = opened.tensor(name).orElseThrow(() -> Broken.file(
                    file, "has no tensor '%s'; it has %s; name one with --array", name, some(matrices(opened))));
            if (tensor.shape().length != 2) {
                throw tensor.broken("is %s; points are a matrix, [points, width]", Arrays.toString(tensor.shape()));
            }
            Matrix vectors = tensor.matrix();
            opened.mapped().requireWhole();
            return new Imported(vectors, Optional.empty(), documents(opened, vectors.rows()), origin(file, opened.metadata()));
        }
    }

    /** Pieces of texts are fields of the text that they belong to. */
    private static Map<String, List<Object>> documents(Safetensors opened, int points) {
        return opened.tensor("documents").filter(tensor -> tensor.shape().length == 1 && tensor.shape()[0] == points)
                .map(tensor -> {
                    List<Object> numbers = new ArrayList<>();
                    for (int number : tensor.integers()) {
                        numbers.add((long) number);
                    }
                    return Map.of("document", numbers);
                }).orElse(Map.of());
    }

    private static Origin origin(Path file, Map<String, String> metadata) {
        return new Origin(file.toString(), Fingerprint.of(metadata), Optional.ofNullable(metadata.get("model")),
                CaptureNotes.without(metadata));
    }

    static boolean holdsStates(Path file) {
        if (file.toString().endsWith(".index.json")) {
            return true; // only captures are read so
        }
        try (Safetensors opened = Safetensors.open(file)) {
            return isCapture(opened);
        }
    }

    private static boolean isCapture(Safetensors opened) {
        return opened.metadata().getOrDefault("format", "").startsWith("latent4j capture")
                || opened.tensor("0" + IDS).isPresent() && opened.tensor(SpaceFolder.TENSOR).isEmpty();
    }

    private static List<String> matrices(Safetensors opened) {
        return opened.tensors().values().stream().filter(tensor -> tensor.shape().length == 2).map(Tensor::name).toList();
    }

    private static String some(List<String> names) {
        return names.isEmpty()
                ? "no matrix"
                : String.join(", ", names.subList(0, Math.min(MOST_LISTED, names.size()))) + (names.size() > MOST_LISTED ? ", …" : "");
    }

    /** The files that an index names, which lie beside it. */
    private static List<Path> shards(Path index) {
        Json map = Json.read(index, LONGEST_INDEX).object("weight_map")
                .orElseThrow(() -> Broken.file(index, "has no 'weight_map', which says which tensor is in which file"));
        TreeSet<String> names = new TreeSet<>();
        for (String tensor : map.keys()) {
            map.text(tensor).ifPresent(names::add);
        }
        List<Path> files = new ArrayList<>();
        for (String name : names) {
            if (name.contains("/") || name.contains("\\") || !name.endsWith(".safetensors")) {
                throw Broken.file(index, "names the file '%s', only files of the same folder are allowed", name);
            }
            files.add(index.resolveSibling(name));
        }
        return files;
    }

    private static Imported captured(Path file, List<Path> shards, ImportOptions options) {
        List<Safetensors> opened = new ArrayList<>();
        try {
            for (Path shard : shards) {
                opened.add(Safetensors.open(shard));
            }
            return states(file, opened, options.site().orElseGet(() -> onlySite(file, opened)));
        } finally {
            opened.forEach(Safetensors::close);
        }
    }

    private static String onlySite(Path file, List<Safetensors> files) {
        List<String> sites = sites(files);
        if (sites.size() != 1) {
            throw Broken.file(file, "holds captured states of the sites %s; name one with --site", some(sites));
        }
        return sites.getFirst();
    }

    private static List<String> sites(List<Safetensors> files) {
        return files.stream().flatMap(shard -> shard.tensors().keySet().stream()).filter(name -> name.indexOf('.') > 0)
                .map(name -> name.substring(name.indexOf('.') + 1)).filter(name -> !name.equals("input_ids"))
                .collect(Collectors.toCollection(LinkedHashSet::new)).stream().toList();
    }

    private record Text(int number, Tensor states, Optional<int[]> ids) {}

    private static Imported states(Path file, List<Safetensors> files, String site) {
        List<Text> texts = files.stream().flatMap(shard -> texts(shard, site))
                .sorted(Comparator.comparingInt(Text::number)).toList();
        if (texts.isEmpty()) {
            throw Broken.file(file, "has no states of the site %s; it has %s", site, some(sites(files)));
        }
        int width = (int) Math.min(Integer.MAX_VALUE, texts.getFirst().states.shape()[1]);
        boolean single = texts.stream().allMatch(text -> text.states.shape()[0] == 1);
        Gathered points = new Gathered(file, width, texts.size());
        CaptureNotes notes = CaptureNotes.of(file, files);
        Map<String, List<Object>> columns = new LinkedHashMap<>();
        for (String column : columns(single, notes)) {
            columns.put(column, new ArrayList<>());
        }
        for (Text text : texts) {
            add(text, width, single, notes, points, columns);
        }
        files.forEach(shard -> shard.mapped().requireWhole());
        Origin origin = origin(file, files.getFirst().metadata());
        String positions = files.getFirst().metadata().getOrDefault("positions", "all");
        Origin atSite = new Origin(origin.source() + ", " + site,
                origin.fingerprint()
                        .map(print -> print.at(site, positions.equals("mean") || positions.equals("last") ? positions : "none")),
                origin.encoder(), origin.details());
        return new Imported(points.matrix(), Optional.of(points.names), columns, atSite);
    }

    private static Stream<Text> texts(Safetensors shard, String site) {
        return shard.tensors().values().stream().filter(tensor -> tensor.name().matches("\\d{1,9}\\." + Pattern.quote(site)))
                .peek(tensor -> {
                    if (tensor.shape().length != 2) {
                        throw tensor.broken("is %s; points are a matrix, [positions, width]", Arrays.toString(tensor.shape()));
                    }
                })
                .map(tensor -> {
                    String number = tensor.name().substring(0, tensor.name().indexOf('.'));
                    return new Text(Integer.parseInt(number), tensor, shard.tensor(number + IDS).map(Tensor::integers));
                });
    }

    private static List<String> columns(boolean single, CaptureNotes notes) {
        return single
                ? List.of("text")
                : notes.knowsTokens() ? List.of("text", "position", "token", "token_id") : List.of("text", "position", "token_id");
    }

    private static void add(Text text, int width, boolean single, CaptureNotes notes, Gathered points, Map<String, List<Object>> columns) {
        Matrix states = text.states.matrix();
        if (states.columns() != width) {
            throw text.states.broken("is %d wide, the texts before are %d", states.columns(), width);
        }
        int[] ids = text.ids.orElse(new int[0]);
        Optional<int[]> positions = notes.positions(ids.length, states.rows());
        CaptureNotes.Context context = notes.context(text.number, ids);
        for (int row = 0; row < states.rows(); row++) {
            int at = points.row(); // before the array is asked for, which grows
            System.arraycopy(states.data(), row * width, points.data(), at, width);
            int position = positions.isPresent() ? positions.get()[row] : row;
            boolean known = positions.isPresent() && notes.knowsTokens();
            Object said = known && (!single || notes.text(text.number).isEmpty())
                    ? context.around(position)
                    : notes.text(text.number).map(Object.class::cast).orElse((long) text.number);
            points.names.add(single ? Integer.toString(text.number) : text.number + ":" + position);
            columns.forEach((column, values) -> values.add(switch (column) {
                case "text" -> said;
                case "position" -> (long) position;
                case "token" -> known ? notes.token(ids[position]) : "";
                default -> positions.isPresent() ? (long) ids[position] : -1L;
            }));
        }
    }
}

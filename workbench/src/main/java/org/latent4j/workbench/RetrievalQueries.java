package org.latent4j.workbench;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.latent4j.kernel.LatentException;
import org.latent4j.space.Space;

/**
 * A query and what should be found.
 *
 * @param relevant the relevant points and how relevant each is, above 0; at least one
 */
record RetrievalQueries(String query, Map<Integer, Double> relevant) {
    /**
     * Reads queries: JSON lines of {@code {"query": …, "relevant": [names or indices]}}, or a folder as BEIR's with {@code queries.jsonl}
     * and {@code qrels/test.tsv}.
     *
     * @throws LatentException if a line isn't that, or names a point that isn't there
     */
    static List<RetrievalQueries> read(Path place, Space space) {
        List<RetrievalQueries> queries = Files.isDirectory(place) ? beir(place, space) : lines(place, space);
        if (queries.isEmpty()) {
            throw new LatentException("%s has no queries with something relevant".formatted(place));
        }
        return queries;
    }

    private static List<RetrievalQueries> lines(Path file, Space space) {
        List<RetrievalQueries> queries = new ArrayList<>();
        int number = 0;
        for (String line : SpaceQueries.lines(file)) {
            number++;
            String place = "%s, query %d".formatted(file, number);
            Map<String, List<Object>> members = members(place, line);
            if (members.getOrDefault("query", List.of()).size() != 1) {
                throw new LatentException("%s: 'query' isn't one text; write {\"query\": \"…\", \"relevant\": [\"…\"]}".formatted(place));
            }
            List<Object> relevant = members.getOrDefault("relevant", List.of());
            if (relevant.isEmpty()) {
                throw new LatentException("%s: 'relevant' names no point; leave the query out or name one".formatted(place));
            }
            Map<Integer, Double> points = new LinkedHashMap<>();
            relevant.forEach(one -> points.put(point(place, one, space), 1.0));
            queries.add(new RetrievalQueries(String.valueOf(requireNonNull(members.get("query")).getFirst()), points));
        }
        return queries;
    }

    private static int point(String place, Object relevant, Space space) {
        OptionalInt named = space.find(relevant.toString());
        if (named.isPresent()) {
            return named.getAsInt();
        }
        if (relevant instanceof Long index) {
            if (index >= 0 && index < space.size()) {
                return index.intValue();
            }
            throw new LatentException("%s: there is no point %d; %s has points 0 to %d".formatted(place, index, space.origin().source(),
                    space.size() - 1));
        }
        try {
            return space.require(relevant.toString());
        } catch (LatentException e) {
            throw new LatentException("%s: %s".formatted(place, e.getMessage()), e);
        }
    }

    /** An object's strings and whole numbers by name, those of arrays too. */
    private static Map<String, List<Object>> members(String place, String line) {
        Map<String, List<Object>> members = new LinkedHashMap<>();
        try (JsonParser json = new JsonFactory().createParser(line)) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                throw new LatentException("%s is no JSON object: %s".formatted(place, PlainLine.of(line)));
            }
            for (String name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
                List<Object> values = new ArrayList<>();
                if (json.nextToken() == JsonToken.START_ARRAY) {
                    while (json.nextToken() != JsonToken.END_ARRAY && json.currentToken() != null) {
                        value(json, values);
                    }
                } else {
                    value(json, values);
                }
                members.put(name, values);
            }
            return members;
        } catch (IOException e) {
            throw new LatentException("%s is no JSON: %s".formatted(place, PlainLine.of(line)), e);
        }
    }

    private static void value(JsonParser json, List<Object> values) throws IOException {
        switch (json.currentToken()) {
            case VALUE_STRING -> values.add(json.getText());
            case VALUE_NUMBER_INT -> values.add(json.getLongValue());
            default -> json.skipChildren();
        }
    }

    private static List<RetrievalQueries> beir(Path folder, Space space) {
        Map<String, String> texts = new LinkedHashMap<>();
        for (String line : SpaceQueries.lines(folder.resolve("queries.jsonl"))) {
            Map<String, List<Object>> members = members(folder.resolve("queries.jsonl").toString(), line);
            if (!members.containsKey("_id") || !members.containsKey("text")) {
                throw new LatentException("%s/queries.jsonl has a line without '_id' and 'text'".formatted(folder));
            }
            texts.put(String.valueOf(members.get("_id").getFirst()), String.valueOf(members.get("text").getFirst()));
        }
        Path judged = folder.resolve("qrels/test.tsv");
        Map<String, Map<Integer, Double>> relevant = new LinkedHashMap<>();
        List<String> lines = SpaceQueries.lines(judged);
        for (int i = 1; i < lines.size(); i++) { // below the names of the columns
            String[] cells = lines.get(i).split("\t");
            String place = "%s line %d".formatted(judged, i + 1);
            try {
                double grade = Double.parseDouble(cells[2].strip());
                if (grade > 0) {
                    relevant.computeIfAbsent(cells[0], _ -> new LinkedHashMap<>()).put(point(place, cells[1], space), grade);
                }
            } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
                throw new LatentException("%s isn't a query, a point and a grade, separated by tabs".formatted(place), e);
            }
        }
        return relevant.entrySet().stream().filter(entry -> texts.containsKey(entry.getKey()))
                .map(entry -> new RetrievalQueries(requireNonNull(texts.get(entry.getKey())), entry.getValue())).toList();
    }
}

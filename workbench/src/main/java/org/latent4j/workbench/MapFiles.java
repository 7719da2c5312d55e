package org.latent4j.workbench;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.OutputStream;
import java.io.Writer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Matrix;
import org.latent4j.workbench.map.MapAbout;
import org.latent4j.workbench.map.MapColumn;
import org.latent4j.workbench.map.MapPage;
import org.latent4j.workbench.map.MapPoints;
import org.latent4j.workbench.map.MapView;

/** Writes a map in the format that the file's name ends in. */
record MapFiles(MapAbout about, MapPoints points, List<MapView> views) {
    private static final List<String> ENDINGS = List.of(".html", ".png", ".svg", ".csv", ".npy", ".json");
    private static final List<String> AXES = List.of("x", "y", "z");
    private static final Set<String> OF_CSV = Set.of("name", "text", "x", "y", "z");
    private static final Set<String> OF_JSON = Set.of("name", "text", "position", "positions");
    /** Up to here single precision holds every whole number. */
    private static final int LARGEST_WHOLE = 1 << 24;

    /**
     * Claims a place for a map, so that it is known before the work whether it can be written.
     *
     * @throws LatentException if the name has another ending, or no file can be written there
     */
    static NewFile claim(Path place) {
        if (ENDINGS.stream().noneMatch(ending(place)::equals)) {
            throw new LatentException("--out %s: the name must end in %s".formatted(place, String.join(", ", ENDINGS)));
        }
        return NewFile.claim(place);
    }

    private static String ending(Path place) {
        String name = String.valueOf(place.getFileName()).toLowerCase(Locale.ROOT);
        int dot = name.lastIndexOf('.');
        return dot < 0 ? "" : name.substring(dot);
    }

    /** Writes the map; returns its size in bytes. */
    long write(NewFile file, Path place) {
        return switch (ending(place)) {
            case ".html" -> file.write(out -> MapPage.layers(about, points, views).write(out));
            case ".png" -> file.writeBytes(out -> figure().writePng(out));
            case ".svg" -> file.write(out -> figure().writeSvg(out));
            case ".csv" -> file.write(this::csv);
            case ".npy" -> file.writeBytes(this::npy);
            default -> file.write(this::json);
        };
    }

    private MapFigure figure() {
        Optional<MapColumn> column = about.colour()
                .flatMap(name -> points.columns().stream().filter(c -> c.name().equals(name)).findFirst());
        return new MapFigure(about.title(), about.method(), views,
                column.map(MapColours::of).orElse(MapColours.plain(points.names().size())));
    }

    private void csv(Writer out) throws IOException {
        out.write("name");
        for (MapView view : views) {
            for (int d = 0; d < view.positions().columns(); d++) {
                out.write("," + quoted(views.size() == 1 ? AXES.get(d) : view.name() + "." + AXES.get(d)));
            }
        }
        if (!points.texts().isEmpty()) {
            out.write(",text");
        }
        for (MapColumn column : points.columns()) {
            out.write("," + quoted(heading(column, OF_CSV)));
        }
        out.write("\r\n");
        for (int i = 0; i < points.names().size(); i++) {
            out.write(quoted(points.names().get(i)));
            for (MapView view : views) {
                for (int d = 0; d < view.positions().columns(); d++) {
                    out.write("," + view.positions().at(i, d));
                }
            }
            if (!points.texts().isEmpty()) {
                out.write("," + quoted(points.texts().get(i)));
            }
            for (MapColumn column : points.columns()) {
                out.write("," + switch (column) {
                    case MapColumn.Labels labels -> quoted(labels.values().get(i) == null ? "" : String.valueOf(labels.values().get(i)));
                    case MapColumn.Numbers numbers -> Float.isFinite(numbers.values()[i]) ? number(numbers.values()[i]) : "";
                });
            }
            out.write("\r\n");
        }
    }

    /** A column's name in a file that calls other things so and so already. */
    private static String heading(MapColumn column, Set<String> taken) {
        return taken.contains(column.name()) ? "field." + column.name() : column.name();
    }

    /** Whether numbers are counts, years and the like: whole ones that single precision holds. */
    static boolean areWhole(float[] values) {
        for (float value : values) {
            if (Float.isFinite(value) && !isWhole(value)) {
                return false;
            }
        }
        return true;
    }

    private static boolean isWhole(float value) {
        return value == Math.rint(value) && Math.abs(value) <= LARGEST_WHOLE;
    }

    /** A whole number as such: a year is 2004, not 2004.0. */
    private static String number(float value) {
        return isWhole(value) ? Integer.toString((int) value) : String.valueOf(value);
    }

    private static String quoted(String cell) {
        boolean plain = cell.chars().noneMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r');
        return plain ? cell : '"' + cell.replace("\"", "\"\"") + '"';
    }

    /** {@code [points, dims]}, or {@code [views, points, dims]} of several. */
    private void npy(OutputStream out) throws IOException {
        Matrix first = views.getFirst().positions();
        String shape = "%d, %d".formatted(first.rows(), first.columns());
        String header = "{'descr': '<f4', 'fortran_order': False, 'shape': (%s), }"
                .formatted(views.size() == 1 ? shape : views.size() + ", " + shape);
        int length = (10 + header.length() + 1 + 63) / 64 * 64 - 10;
        ByteBuffer head = ByteBuffer.allocate(10 + length).order(ByteOrder.LITTLE_ENDIAN);
        head.put(new byte[]{(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0}).putShort((short) length);
        head.put((header + " ".repeat(length - header.length() - 1) + "\n").getBytes(StandardCharsets.US_ASCII));
        out.write(head.array());
        for (MapView view : views) {
            float[] data = view.positions().data();
            for (int from = 0; from < data.length; from += 1 << 14) {
                int count = Math.min(1 << 14, data.length - from);
                ByteBuffer bytes = ByteBuffer.allocate(4 * count).order(ByteOrder.LITTLE_ENDIAN);
                bytes.asFloatBuffer().put(data, from, count);
                out.write(bytes.array());
            }
        }
    }

    private void json(Writer out) throws IOException {
        try (JsonGenerator json = new JsonFactory().createGenerator(out).disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET)) {
            json.writeStartObject();
            json.writeStringField("title", about.title());
            json.writeStringField("method", about.method());
            json.writeArrayFieldStart("views");
            for (MapView view : views) {
                json.writeStartObject();
                json.writeStringField("name", view.name());
                if (view.quality().isPresent()) {
                    json.writeNumberField("trustworthiness", view.quality().get().trustworthiness());
                    json.writeNumberField("continuity", view.quality().get().continuity());
                    json.writeNumberField("neighbours_kept", view.quality().get().neighboursKept());
                }
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeArrayFieldStart("points");
            for (int i = 0; i < points.names().size(); i++) {
                point(json, i);
            }
            json.writeEndArray();
            json.writeObjectFieldStart("provenance");
            for (var entry : about.provenance().entrySet()) {
                json.writeStringField(entry.getKey(), entry.getValue());
            }
            json.writeEndObject();
            json.writeEndObject();
        }
        out.write('\n');
    }

    private void point(JsonGenerator json, int i) throws IOException {
        json.writeStartObject();
        json.writeStringField("name", points.names().get(i));
        if (views.size() == 1) {
            json.writeFieldName("position");
            position(json, views.getFirst(), i);
        } else {
            json.writeArrayFieldStart("positions");
            for (MapView view : views) {
                position(json, view, i);
            }
            json.writeEndArray();
        }
        if (!points.texts().isEmpty()) {
            json.writeStringField("text", points.texts().get(i));
        }
        for (MapColumn column : points.columns()) {
            switch (column) {
                case MapColumn.Labels labels when labels.values().get(i) != null ->
                    json.writeStringField(heading(column, OF_JSON), String.valueOf(labels.values().get(i)));
                case MapColumn.Numbers numbers when Float.isFinite(numbers.values()[i]) -> {
                    json.writeFieldName(heading(column, OF_JSON));
                    json.writeNumber(number(numbers.values()[i]));
                }
                default -> {
                }
            }
        }
        json.writeEndObject();
    }

    private static void position(JsonGenerator json, MapView view, int i) throws IOException {
        json.writeStartArray();
        for (int d = 0; d < view.positions().columns(); d++) {
            json.writeNumber(view.positions().at(i, d));
        }
        json.writeEndArray();
    }
}

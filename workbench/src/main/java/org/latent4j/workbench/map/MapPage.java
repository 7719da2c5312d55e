package org.latent4j.workbench.map;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.Writer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Matrix;
import org.latent4j.space.Neighbours;

/**
 * A map as one self-contained page. It needs no network and asks for none: its Content-Security-Policy allows its own style and
 * scripts, by their hashes, and what regl, which draws, generates in the page. Names, texts and metadata are data in it, never markup.
 *
 * <p>It is written as a stream: besides what it is given it holds some numbers for each point.
 */
public final class MapPage {
    /** How many points a page takes. */
    public static final int MOST_POINTS = 2_000_000;

    /** How many pictures of the same points a page takes. */
    public static final int MOST_VIEWS = 512;

    private final MapAbout about;
    private final MapPoints points;
    private final List<MapView> views;

    private MapPage(MapAbout about, MapPoints points, List<MapView> views) {
        this.about = about;
        this.points = points;
        this.views = List.copyOf(views);
        int count = points.names().size();
        if (count == 0 || count > MOST_POINTS) {
            throw new LatentException("a map page takes 1 to %,d points, not %,d; take a sample".formatted(MOST_POINTS, count));
        }
        if (views.isEmpty() || views.size() > MOST_VIEWS) {
            throw new LatentException("a map page takes 1 to %d pictures, not %d; take fewer layers".formatted(MOST_VIEWS, views.size()));
        }
        for (MapView view : views) {
            if (view.positions().rows() != count) {
                throw new LatentException("%d positions for %d points; one for each is needed".formatted(view.positions().rows(), count));
            }
            if (view.positions().columns() != views.getFirst().positions().columns()) {
                throw new LatentException("pictures of 2 and of 3 dimensions don't go on one page; take one or the other");
            }
        }
        if (about.colour().isPresent() && points.columns().stream().noneMatch(column -> column.name().equals(about.colour().get()))) {
            throw new LatentException("no column '%s' to colour by; there are %s".formatted(about.colour().get(),
                    points.columns().isEmpty() ? "none" : String.join(", ", points.columns().stream().map(MapColumn::name).toList())));
        }
    }

    /**
     * A page of one picture.
     *
     * @throws LatentException if there are no points or more than {@link #MOST_POINTS}, or the sizes differ
     */
    public static MapPage of(MapAbout about, MapPoints points, MapView view) {
        return new MapPage(about, points, List.of(view));
    }

    /**
     * A page of small multiples: several pictures of the same points, one beside the other, with one colour and one pointer in all of
     * them; each can be opened, and the points move from one to the next.
     *
     * @param views at most {@link #MOST_VIEWS}, all of 2 dimensions or all of 3, in their order
     * @throws LatentException if there are no points or more than {@link #MOST_POINTS}, or the sizes differ
     */
    public static MapPage layers(MapAbout about, MapPoints points, List<MapView> views) {
        return new MapPage(about, points, views);
    }

    /** Writes the page; {@code out} takes it in UTF-8. */
    public void write(Writer out) throws IOException {
        Template template = Template.load();
        out.write(template.head());
        Blocks blocks = new Blocks(out);
        out.write("<script type=\"application/json\" id=\"about\">" + about() + "</script>\n");
        for (int view = 0; view < views.size(); view++) {
            blocks.positions("positions-" + view, views.get(view).positions());
        }
        for (int column = 0; column < points.columns().size(); column++) {
            switch (points.columns().get(column)) {
                case MapColumn.Labels labels -> blocks.labels("column-" + column, labels.values());
                case MapColumn.Numbers numbers -> blocks.numbers("column-" + column, numbers.values());
            }
        }
        out.write(template.script()); // it draws while what follows is still being read
        blocks.texts("names", points.names());
        if (!points.texts().isEmpty()) {
            blocks.texts("texts", points.texts());
        }
        for (int view = 0; view < views.size(); view++) {
            Optional<Neighbours> neighbours = views.get(view).neighbours();
            if (neighbours.isPresent()) {
                blocks.neighbours("neighbours-" + view, neighbours.get());
            }
        }
        out.write(template.tail());
        out.flush();
    }

    private String about() throws IOException {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
            json.writeStartObject();
            json.writeStringField("title", about.title());
            json.writeStringField("method", about.method());
            json.writeNumberField("points", points.names().size());
            json.writeNumberField("dimensions", views.getFirst().positions().columns());
            json.writeBooleanField("texts", !points.texts().isEmpty());
            int colour = points.columns().isEmpty() ? -1 : 0;
            json.writeArrayFieldStart("columns");
            for (MapColumn column : points.columns()) {
                json.writeStartObject();
                json.writeStringField("name", column.name());
                json.writeStringField("kind", column instanceof MapColumn.Labels ? "labels" : "numbers");
                json.writeEndObject();
                if (about.colour().isPresent() && about.colour().get().equals(column.name())) {
                    colour = points.columns().indexOf(column);
                }
            }
            json.writeEndArray();
            json.writeNumberField("colour", colour);
            json.writeArrayFieldStart("views");
            for (MapView view : views) {
                view(json, view);
            }
            json.writeEndArray();
            json.writeArrayFieldStart("provenance");
            for (Map.Entry<String, String> entry : about.provenance().entrySet()) {
                json.writeArray(new String[]{entry.getKey(), entry.getValue()}, 0, 2);
            }
            json.writeEndArray();
            json.writeEndObject();
        }
        return Blocks.inScript(text.toString());
    }

    private static void view(JsonGenerator json, MapView view) throws IOException {
        json.writeStartObject();
        json.writeStringField("name", view.name());
        Box box = Box.around(view.positions());
        json.writeNumberField("unit", box.halfWidth());
        if (view.neighbours().isPresent()) {
            Neighbours neighbours = view.neighbours().get();
            json.writeNumberField("k", neighbours.k());
            json.writeStringField("metric", neighbours.metric().name().toLowerCase(java.util.Locale.ROOT));
            float[] range = Blocks.range(neighbours.distances());
            json.writeNumberField("least", range[0]);
            json.writeNumberField("most", range[1]);
            share(json, "found", view.found());
        }
        if (view.quality().isPresent()) {
            MapView.Quality quality = view.quality().get();
            json.writeObjectFieldStart("quality");
            json.writeNumberField("k", quality.k());
            share(json, "trustworthiness", quality.trustworthiness());
            share(json, "continuity", quality.continuity());
            share(json, "kept", quality.neighboursKept());
            json.writeEndObject();
        }
        json.writeEndObject();
    }

    private static void share(JsonGenerator json, String name, double value) throws IOException {
        if (Double.isFinite(value)) {
            json.writeNumberField(name, value);
        }
    }

    /** The square or cube that holds a picture. */
    record Box(float[] centre, float halfWidth) {
        static Box around(Matrix positions) {
            int dimensions = positions.columns();
            float[] least = positions.row(0);
            float[] most = positions.row(0);
            float[] data = positions.data();
            for (int i = 0; i < data.length; i++) {
                least[i % dimensions] = Math.min(least[i % dimensions], data[i]);
                most[i % dimensions] = Math.max(most[i % dimensions], data[i]);
            }
            float[] centre = new float[dimensions];
            float half = 0;
            for (int d = 0; d < dimensions; d++) {
                centre[d] = least[d] / 2 + most[d] / 2;
                half = Math.max(half, most[d] / 2 - least[d] / 2);
            }
            return new Box(centre, half);
        }
    }
}

package org.latent4j.workbench;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.latent4j.insight.LensReading;
import org.latent4j.insight.LensReading.Candidate;
import org.latent4j.insight.LensReading.Cell;
import org.latent4j.insight.LensReading.Layer;

/**
 * A reading as one self-contained page, {@code read.html} filled with data. It needs no network and asks for none:
 * its Content-Security-Policy allows its own style and script, by their hashes, and nothing else. Tokens are data in
 * it, never markup.
 */
final class ReadPage {
    /** More columns than this make a page that browsers are slow to lay out. */
    static final int MOST_POSITIONS = 400;

    private static final int TOP = 10;
    private static final int DRAWN_PATHS = 6;

    private final LensReading reading;
    private final ReadSubject subject;
    private final int[] positions;
    private final int[] drawn;
    private final Map<String, Integer> words = new HashMap<>();

    /**
     * @param chosen positions to show, ascending; null for all, or the {@value #MOST_POSITIONS} most telling of more
     */
    ReadPage(LensReading reading, ReadSubject subject, int @Nullable [] chosen) {
        this.reading = reading;
        this.subject = subject;
        ShownPositions byMovement = new ShownPositions(reading);
        this.positions = chosen != null ? chosen : byMovement.telling(MOST_POSITIONS);
        this.drawn = byMovement.telling(DRAWN_PATHS);
    }

    /** Writes the page. */
    void write(Writer out) throws IOException {
        String template = template();
        String page = template.replace("@STYLE@", hash(template, "<style>", "</style>"))
                .replace("@SCRIPT@", hash(template, "<script>", "</script>"));
        int hole = page.indexOf("@READING@");
        out.write(page, 0, hole);
        out.write(data());
        out.write(page, hole + "@READING@".length(), page.length() - hole - "@READING@".length());
        out.flush();
    }

    private static String template() throws IOException {
        try (InputStream in = Objects.requireNonNull(ReadPage.class.getResourceAsStream("read.html"), "read.html")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /** The SHA-256 of an element's text, as a Content-Security-Policy wants it. */
    private static String hash(String template, String open, String close) {
        int start = template.indexOf(open) + open.length();
        byte[] text = template.substring(start, template.indexOf(close, start)).getBytes(StandardCharsets.UTF_8);
        try {
            return Base64.getEncoder().encodeToString(MessageDigest.getInstance("SHA-256").digest(text));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The data as JSON that can stand in a script element: less-than signs occur in its strings alone, escaped. */
    private String data() throws IOException {
        StringWriter text = new StringWriter(1 << 16);
        try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
            json.writeStartObject();
            about(json);
            layers(json);
            words(json);
            json.writeEndObject();
        }
        return text.toString().replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029");
    }

    private void about(JsonGenerator json) throws IOException {
        json.writeStringField("model", TokenText.visible(reading.model()));
        json.writeStringField("about", summary());
        json.writeNumberField("width", subject.width());
        json.writeArrayFieldStart("plane");
        number(json, reading.plane().first());
        number(json, reading.plane().second());
        json.writeEndArray();
        json.writeFieldName("positions");
        json.writeArray(positions, 0, positions.length);
        json.writeArrayFieldStart("ids");
        for (int position : positions) {
            json.writeNumber(reading.ids()[position]);
        }
        json.writeEndArray();
        json.writeArrayFieldStart("tokens");
        for (int position : positions) {
            json.writeString(TokenText.visible(reading.tokens().get(position)));
        }
        json.writeEndArray();
        json.writeArrayFieldStart("telling");
        for (int column = 0; column < positions.length; column++) {
            if (Arrays.binarySearch(drawn, positions[column]) >= 0) {
                json.writeNumber(column);
            }
        }
        json.writeEndArray();
    }

    private String summary() {
        StringBuilder text = new StringBuilder();
        text.append(subject.architecture()).append(", ").append(subject.blocks()).append(" blocks, width ")
                .append(subject.width()).append(", ").append(subject.quantisation()).append(" · ")
                .append(reading.mode().label()).append(" mode, ").append(reading.positions())
                .append(reading.positions() == 1 ? " token" : " tokens");
        if (subject.wholeTokens() > reading.positions()) {
            text.append(" (cut from ").append(subject.wholeTokens()).append(')');
        }
        if (!subject.steering().isEmpty()) {
            text.append(" · STEERED: ").append(TokenText.visible(subject.steering().summary()));
        }
        if (positions.length < reading.positions()) {
            text.append(", ").append(positions.length).append(" positions shown");
        }
        return text.toString();
    }

    private void layers(JsonGenerator json) throws IOException {
        json.writeArrayFieldStart("sites");
        for (Layer layer : reading.layers()) {
            json.writeString(layer.site());
        }
        json.writeEndArray();
        json.writeArrayFieldStart("groups");
        for (int row = 0; row < reading.layers().size(); row++) {
            json.writeString(LayerGroups.startingAt(row, reading.layers().size() - 1));
        }
        json.writeEndArray();
        json.writeArrayFieldStart("cells");
        for (int row = 0; row < reading.layers().size(); row++) {
            for (int position : positions) {
                cell(json, reading.cell(row, position));
            }
        }
        json.writeEndArray();
    }

    private void cell(JsonGenerator json, Cell cell) throws IOException {
        json.writeStartArray();
        json.writeStartArray();
        List<Candidate> top = cell.top();
        for (int i = 0; i < Math.min(TOP, top.size()); i++) {
            json.writeNumber(word(top.get(i)));
            number(json, top.get(i).probability());
        }
        json.writeEndArray();
        json.writeNumber(cell.answerRank());
        number(json, cell.answerProbability());
        number(json, cell.entropy());
        number(json, cell.norm());
        number(json, cell.cosine());
        number(json, cell.x());
        number(json, cell.y());
        json.writeEndArray();
    }

    /** The index of a candidate in the page's list of words; two tokens that look the same are two words. */
    private int word(Candidate candidate) {
        String key = candidate.id() + " " + TokenText.visible(candidate.token());
        @Nullable
        Integer known = words.putIfAbsent(key, words.size());
        return known != null ? known : words.size() - 1;
    }

    private void words(JsonGenerator json) throws IOException {
        String[] all = new String[words.size()];
        for (Map.Entry<String, Integer> entry : words.entrySet()) {
            all[entry.getValue()] = entry.getKey().substring(entry.getKey().indexOf(' ') + 1);
        }
        json.writeArrayFieldStart("words");
        for (String word : all) {
            json.writeString(word);
        }
        json.writeEndArray();
    }

    /** Five significant digits: as many as anyone can see. */
    private static void number(JsonGenerator json, double value) throws IOException {
        if (!Double.isFinite(value)) {
            json.writeNull();
        } else if (value == 0) {
            json.writeNumber(0);
        } else {
            double unit = Math.pow(10, 4 - Math.floor(Math.log10(Math.abs(value))));
            json.writeNumber((float) (Math.rint(value * unit) / unit));
        }
    }
}

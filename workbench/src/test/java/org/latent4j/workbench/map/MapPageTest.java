package org.latent4j.workbench.map;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.StringWriter;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Matrix;

class MapPageTest {
    static final List<String> HOSTILE = List.of("</script><script>owned=1</script>", "<!--<script>", "<img src=x onerror=owned=1>",
            "\u2028",
            "&lt;", "'\"\\,\r\n", "@DATA@@STYLE@", "]]>", "\u0000", "__proto__", "\u202eאבג", "👩‍🚀", "\ud83d", "", "x".repeat(100_000));

    @Test
    void textsCannotLeaveTheirScriptElements() throws IOException {
        String page = page(hostile());
        assertThat(page.split("<script", -1)).hasSize(page.split("</script>", -1).length);
        assertThat(page).doesNotContain("<img").contains("\\u003c/script>");
        String without = page.replaceAll("(?s)<script.*?</script>", "");
        assertThat(without).doesNotContain("owned").hasSizeLessThan(20_000);
    }

    @Test
    void pageNamesNoAddressToFetchFrom() throws IOException {
        String page = page(MapPage.of(Clouds.about(), Clouds.points(), Clouds.view("", 2)));
        assertThat(page).contains("default-src 'none'").doesNotContain("unsafe-inline").doesNotContain("-HASH@").doesNotContain("@STYLE@")
                .doesNotContain("@DATA@").doesNotContain("src=\"").doesNotContain("href=\"").doesNotContain("url(");
        assertThat(page).contains("Copyright (c) 2018 Fritz Lekschas").contains("Copyright (c) 2016 Mikola Lysenko");
    }

    @Test
    void whatDoesNotFitIsRefused() {
        MapPoints points = Clouds.points();
        MapView view = Clouds.view("", 2);
        refused("no column 'colour' to colour by; there are heap, height",
                () -> MapPage.of(new MapAbout("", "", Optional.of("colour"), Map.of()), points, view));
        refused("2 positions for 120 points",
                () -> MapPage.of(Clouds.about(), points, new MapView("", Matrix.zeros(2, 2), Optional.empty(), Optional.empty())));
        refused("2 or 3 dimensions, not 4", () -> new MapView("", Matrix.zeros(2, 4), Optional.empty(), Optional.empty()));
        refused("position 1 of the map isn't finite: NaN",
                () -> new MapView("", Matrix.of(2, 2, 0, 0, Float.NaN, 0), Optional.empty(), Optional.empty()));
        refused("2 and of 3 dimensions", () -> MapPage.layers(Clouds.about(), points, List.of(view, Clouds.view("", 3))));
        refused("1 to 2,000,000 points, not 0", () -> MapPage.of(new MapAbout("", "", Optional.empty(), Map.of()),
                new MapPoints(List.of(), List.of(), List.of()), new MapView("", Matrix.zeros(0, 2), Optional.empty(), Optional.empty())));
        refused("column 'a' has 1 values for 2 points",
                () -> new MapPoints(List.of("x", "y"), List.of(), List.of(new MapColumn.Labels("a", List.of("b")))));
        refused("two columns are called 'a'", () -> new MapPoints(List.of("x"), List.of(),
                List.of(new MapColumn.Labels("a", List.of("b")), new MapColumn.Numbers("a", new float[1]))));
    }

    @Test
    void columnsOfNumbersAreToldFromColumnsOfWords() {
        assertThat(MapColumn.of("n", Arrays.asList(1L, null, 2.5))).isEqualTo(new MapColumn.Numbers("n", new float[]{1, Float.NaN, 2.5f}));
        assertThat(MapColumn.of("w", Arrays.asList(1L, null, true)))
                .isEqualTo(new MapColumn.Labels("w", Arrays.asList("1", null, "true")));
        assertThat(MapColumn.of("nothing", Arrays.asList(null, null))).isInstanceOf(MapColumn.Labels.class);
    }

    private static void refused(String message, Runnable work) {
        assertThatThrownBy(work::run).isInstanceOf(LatentException.class).hasMessageContaining(message);
    }

    /** Hostile in names, texts, columns, their names and values, and in what the page says of itself. */
    static MapPage hostile() {
        int count = HOSTILE.size();
        Matrix line = Matrix.zeros(count, 2);
        for (int i = 0; i < count; i++) {
            line.data()[2 * i] = i;
        }
        MapPoints points = new MapPoints(HOSTILE, HOSTILE.reversed(), List.of(new MapColumn.Labels(HOSTILE.get(0), HOSTILE),
                new MapColumn.Labels(HOSTILE.get(2), Collections.nCopies(count, null))));
        MapAbout about = new MapAbout(HOSTILE.get(0), HOSTILE.get(2), Optional.of(HOSTILE.get(0)), Map.of(HOSTILE.get(1), HOSTILE.get(0)));
        return MapPage.of(about, points, new MapView(HOSTILE.get(0), line, Optional.empty(), Optional.empty()));
    }

    static String page(MapPage page) throws IOException {
        StringWriter out = new StringWriter();
        page.write(out);
        return out.toString();
    }
}

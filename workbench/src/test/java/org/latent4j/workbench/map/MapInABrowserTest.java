package org.latent4j.workbench.map;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import javax.imageio.ImageIO;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.latent4j.kernel.Matrix;
import org.latent4j.kernel.SeededRandom;
import org.latent4j.workbench.Browser;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MapInABrowserTest {
    @Nullable
    Browser started;

    @BeforeAll
    void start() throws Exception {
        Optional<Path> chromium = Browser.find();
        assumeTrue(chromium.isPresent(), "no chromium on this machine's path: the map page is not tried in a browser");
        started = Browser.start(chromium.get());
        started.size(1300, 800);
    }

    @AfterAll
    void stop() throws Exception {
        if (started != null) {
            started.close();
        }
    }

    private Browser open(Path folder, MapPage page) throws Exception {
        Path file = folder.resolve("map.html");
        try (Writer out = Files.newBufferedWriter(file)) {
            page.write(out);
        }
        Browser browser = Objects.requireNonNull(started);
        browser.prefer("light");
        browser.open(file);
        browser.await("document.documentElement?.dataset.ready");
        assertThat(browser.requests()).containsExactly(file.toUri().toString());
        assertThat(browser.complaints()).isEmpty();
        return browser;
    }

    private Browser heaps(Path folder, int dimensions) throws Exception {
        return open(folder, MapPage.of(Clouds.about(), Clouds.points(), Clouds.view("", dimensions)));
    }

    private static String text(Browser browser, String selector) throws Exception {
        return browser.evaluate("document.querySelector(\"" + selector + "\").textContent").asText();
    }

    private static void go(Browser browser, String type, int point) throws Exception {
        JsonNode place = browser.evaluate("latentMap.place(" + point + ")");
        browser.mouse(type, place.path(0).asDouble(), place.path(1).asDouble(), false);
    }

    private static void click(Browser browser, int point) throws Exception {
        for (String type : List.of("mouseMoved", "mousePressed", "mouseReleased")) {
            go(browser, type, point);
        }
        browser.await("latentMap.state.focus === " + point);
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3})
    void hoveringShowsAPointsTextAndMetadata(int dimensions, @TempDir Path folder) throws Exception {
        Browser browser = heaps(folder, dimensions);
        for (int point : new int[]{12, 60, 119}) {
            go(browser, "mouseMoved", point);
            browser.await("latentMap.state.hovered === " + point);
            String heap = Clouds.HEAPS.get(point / Clouds.EACH);
            assertThat(text(browser, "#tip strong")).isEqualTo("point-" + point);
            assertThat(text(browser, "#tip p")).isEqualTo("Stands in the " + heap + " heap");
            assertThat(browser.evaluate("[...document.querySelectorAll('#tip dl *')].map(e => e.textContent).join()").asText())
                    .isEqualTo("heap," + (point == 119 ? "–" : heap) + ",height,"
                            + (point == 119 ? "59.50" : Integer.toString(point / 2)));
        }
        browser.mouse("mouseMoved", 5, 5, false);
        browser.await("document.querySelector('#tip').hidden");
    }

    /** Prints how long it took, which depends on what else the machine does. */
    @ParameterizedTest
    @ValueSource(ints = {2, 3})
    void aHundredThousandPointsAreThereSoonAndAnswerAtOnce(int dimensions, @TempDir Path folder) throws Exception {
        Browser browser = open(folder, Clouds.many(100_000, dimensions));
        double ready = browser.evaluate("performance.getEntriesByName('ready')[0].startTime").asDouble();
        JsonNode hovers = browser.evaluate(HOVERS);
        double median = hovers.path(hovers.size() / 2).asDouble();
        System.out.printf(Locale.ROOT, "page of 100,000 points, %d dimensions: ready after %.0f ms, hover after %.1f ms (most %.1f)%n",
                dimensions,
                ready, median, hovers.path(hovers.size() - 1).asDouble());
        assertThat(hovers).hasSize(30);
        assertThat(browser.complaints()).isEmpty();
    }

    /** Milliseconds from a moving mouse to the text that is shown, of a point after the other, in order. */
    private static final String HOVERS = """
            (async () => {
              const stage = document.querySelector('#stage'), taken = [];
              for (let point = 0; point < 30; point++) {
                const [clientX, clientY] = latentMap.place(point), before = latentMap.state.hovered, start = performance.now();
                stage.dispatchEvent(new PointerEvent('pointermove', { clientX, clientY, pointerType: 'mouse', bubbles: true }));
                await new Promise(resolve => {
                  const look = () => latentMap.state.hovered !== before ? resolve() : requestAnimationFrame(look);
                  requestAnimationFrame(look);
                });
                taken.push(performance.now() - start);
              }
              return taken.sort((a, b) => a - b);
            })()""";

    /** A point that comes to lie under a mouse that rests is told as well. */
    @Test
    void aRestingMouseIsAnsweredWhenThePictureMoves(@TempDir Path folder) throws Exception {
        Browser browser = heaps(folder, 2);
        go(browser, "mouseMoved", 60);
        browser.await("latentMap.state.hovered === 60");
        browser.evaluate("document.querySelector('#stage').focus()");
        browser.press("ArrowUp");
        browser.await("latentMap.state.hovered !== 60");
        browser.press("ArrowDown");
        browser.await("latentMap.state.hovered === 60");
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3})
    void pointsAreDrawnWhereThePageSaysAndInTheirColours(int dimensions, @TempDir Path folder) throws Exception {
        Browser browser = heaps(folder, dimensions);
        BufferedImage picture = ImageIO.read(new ByteArrayInputStream(browser.picture(1300, 800)));
        for (int heap = 0; heap < 3; heap++) {
            JsonNode place = browser.evaluate("latentMap.place(" + heap * Clouds.EACH + ")");
            JsonNode legend = browser.evaluate("getComputedStyle([...document.querySelectorAll('#legend button')].find(b => "
                    + "b.textContent.startsWith('" + Clouds.HEAPS.get(heap)
                    + "')).querySelector('.dot')).backgroundColor.match(/\\d+/g).map(Number)");
            int seen = picture.getRGB((int) Math.round(place.path(0).asDouble()), (int) Math.round(place.path(1).asDouble()));
            for (int part = 0; part < 3; part++) { // somewhat paled
                int channel = seen >> 16 - 8 * part & 255;
                assertThat((double) channel).as("heap %d, part %d", heap, part)
                        .isBetween(legend.path(part).asDouble() - 12, 255 - 0.55 * (255 - legend.path(part).asDouble()));
            }
        }
    }

    @Test
    void searchMarksListsAndZooms(@TempDir Path folder) throws Exception {
        Browser browser = heaps(folder, 2);
        browser.press("/");
        assertThat(browser.evaluate("document.activeElement.id").asText()).isEqualTo("search");
        browser.type("NEEDLE");
        browser.await("latentMap.state.reason === 'search'");
        assertThat(browser.evaluate("latentMap.state.marked").toString()).isEqualTo("[7]");
        assertThat(text(browser, "#found")).startsWith("1 of 120");
        assertThat(text(browser, "#hits button")).isEqualTo("point-7Stands in the left heap, a needle");
        assertThat(text(browser, "#hits mark")).isEqualTo("needle");
        browser.press("Enter");
        browser.await("(([x, y]) => Math.hypot(x - innerWidth / 2, y - innerHeight / 2) < 260)(latentMap.place(7))");
        browser.click("#hits button");
        browser.await("latentMap.state.focus === 7");
        browser.press("Escape");
        assertThat(browser.evaluate("[latentMap.state.focus, latentMap.state.marked.length, document.querySelector('#search').value]")
                .toString())
                .isEqualTo("[-1,0,\"\"]");
    }

    @ParameterizedTest
    @ValueSource(strings = {"with Shift", "with the button"})
    void theLassoTellsWhatASelectionHasInCommon(String how, @TempDir Path folder) throws Exception {
        Browser browser = heaps(folder, 2);
        boolean shift = how.equals("with Shift");
        if (!shift) {
            browser.click("#lasso");
        }
        JsonNode box = browser.evaluate(
                "(() => { const all = Array.from({length: 40}, (_, i) => latentMap.place(i)), x = all.map(p => p[0]), y = all.map(p => p[1]);"
                        + " return [Math.min(...x) - 15, Math.min(...y) - 15, Math.max(...x) + 15, Math.max(...y) + 15]; })()");
        int[][] corners = {{0, 1}, {2, 1}, {2, 3}, {0, 3}};
        for (int corner = 0; corner < 4; corner++) {
            double x = box.path(corners[corner][0]).asDouble();
            double y = box.path(corners[corner][1]).asDouble();
            browser.mouse("mouseMoved", x, y, shift);
            if (corner == 0) {
                browser.mouse("mousePressed", x, y, shift);
            }
        }
        browser.mouse("mouseReleased", box.path(0).asDouble(), box.path(3).asDouble(), shift);
        browser.await("latentMap.state.reason === 'lasso'");
        assertThat(browser.evaluate("latentMap.state.marked")).hasSize(40);
        assertThat(text(browser, "#look h2")).isEqualTo("Selection: 40 points");
        assertThat(text(browser, "#values")).contains("heap: left100 %33 %").contains("height, median");
        assertThat(text(browser, "#words")).startsWith("wordhereallleft100 %33 %").doesNotContain("stands");
        String[] csv = browser.evaluate("latentMap.csv(latentMap.state.marked)").asText().split("\r\n");
        assertThat(csv).hasSize(41);
        assertThat(csv[0]).isEqualTo("point,name,heap,height,x,y,text");
        assertThat(csv[4]).startsWith("3,point-3,left,,-").endsWith(",Stands in the left heap");
        assertThat(csv[8]).endsWith(",\"Stands in the left heap, a needle\"");
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3})
    void clickingShowsTheTrueNeighbours(int dimensions, @TempDir Path folder) throws Exception {
        Browser browser = heaps(folder, dimensions);
        click(browser, 0);
        List<Integer> points = new ArrayList<>();
        JsonNode shown = browser.evaluate(
                "[...document.querySelectorAll('#near button')].map(b => [+b.dataset.point, b.querySelector('.far').textContent])");
        for (int rank = 0; rank < 5; rank++) {
            points.add(shown.path(rank).path(0).asInt());
            String distance = shown.path(rank).path(1).asText();
            assertThat(distance).endsWith(" · far here");
            assertThat(Double.parseDouble(distance.substring(0, distance.indexOf(' ')))).isCloseTo(Clouds.neighbours().distance(0, rank),
                    within(0.006));
        }
        assertThat(points).isEqualTo(java.util.Arrays.stream(Clouds.neighbours().indices(), 0, 5).boxed().toList());
        assertThat(text(browser, "#kept")).startsWith("0 of the 5 nearest in the whole space");
        assertThat(browser.evaluate("(() => { const list = document.querySelector('#near'), under = list.nextElementSibling;"
                + " return under.getBoundingClientRect().top - list.getBoundingClientRect().bottom; })()").asDouble())
                .isGreaterThan(4); // a list that is cut isn't run into by the line below it
        assertThat(browser.evaluate("document.querySelectorAll('#over line.far').length").asInt()).isEqualTo(5);
        JsonNode ends = browser.evaluate(
                "(() => { const line = document.querySelector('#over line'), box = document.querySelector('#stage').getBoundingClientRect(),"
                        + " to = latentMap.place(" + points.getFirst()
                        + "); return [+line.getAttribute('x2') + box.left - to[0], +line.getAttribute('y2') + box.top - to[1]]; })()");
        assertThat(ends.path(0).asDouble()).isCloseTo(0, within(0.2));
        assertThat(ends.path(1).asDouble()).isCloseTo(0, within(0.2));
        browser.click("#near button");
        browser.await("latentMap.state.focus === " + points.getFirst());
    }

    @Test
    void whatIsMissingOfTheTrueNeighboursIsTold(@TempDir Path folder) throws Exception {
        MapView all = Clouds.view("", 2);
        MapView some = new MapView("", all.positions(), all.neighbours(), 0.987, all.quality());
        Browser browser = open(folder, MapPage.of(Clouds.about(), Clouds.points(), some));
        click(browser, 12);
        assertThat(text(browser, "#look")).contains("98.7 % of the true neighbours are known");
    }

    @Test
    void theNumberOfPointsIsToldOnce(@TempDir Path folder) throws Exception {
        assertThat(text(heaps(folder, 2), "#method")).endsWith(" · 120 points");
        MapAbout about = new MapAbout("heaps: 120 points", "drawn", Optional.empty(), Map.of());
        assertThat(text(open(folder, MapPage.of(about, Clouds.points(), Clouds.view("", 2))), "#method")).isEqualTo("drawn");
    }

    @Test
    void anyColumnColoursAndTheLegendHides(@TempDir Path folder) throws Exception {
        Browser browser = heaps(folder, 2);
        assertThat(browser.evaluate("[...document.querySelectorAll('#legend .what')].map(e => e.textContent).join()").asText())
                .isEqualTo("left,middle,right,not known");
        browser.click("#legend button[data-slot='1']");
        assertThat(text(browser, "#legend button[aria-pressed=false] .what")).isEqualTo("left");
        go(browser, "mouseMoved", 5);
        Thread.sleep(100);
        assertThat(browser.evaluate("latentMap.state.hovered").asInt()).isEqualTo(-1);
        browser.evaluate("(() => { const s = document.querySelector('#colour'); s.value = 1; s.dispatchEvent(new Event('change')); })()");
        browser.await("document.querySelector('#legend canvas')");
        assertThat(text(browser, "#legend .ends")).matches("≤ [\\d.]+≥ [\\d.]+");
        go(browser, "mouseMoved", 5);
        browser.await("latentMap.state.hovered === 5");
    }

    @Test
    void keysMoveAndZoom(@TempDir Path folder) throws Exception {
        Browser browser = heaps(folder, 2);
        double[] before = settled(browser);
        browser.evaluate("document.querySelector('#stage').focus()");
        browser.press("ArrowLeft");
        assertThat(place(browser)[0]).isCloseTo(before[0] + 40, within(0.01));
        browser.press("+");
        assertThat(place(browser)[1]).isNotCloseTo(before[1], within(0.01));
        browser.press("0");
        browser.await("Math.abs(latentMap.place(39)[0] - " + before[0] + ") < 0.01");
    }

    /** Where a point is once the picture has found its size. */
    private static double[] settled(Browser browser) throws Exception {
        double[] before = place(browser);
        for (int i = 0; i < 50; i++) {
            Thread.sleep(200);
            double[] now = place(browser);
            if (now[0] == before[0] && now[1] == before[1]) {
                return now;
            }
            before = now;
        }
        return before;
    }

    private static double[] place(Browser browser) throws Exception {
        JsonNode place = browser.evaluate("latentMap.place(39)");
        return new double[]{place.path(0).asDouble(), place.path(1).asDouble()};
    }

    @Test
    void lightAndDarkFollowTheSystemAndTheSwitch(@TempDir Path folder) throws Exception {
        Browser browser = heaps(folder, 2);
        String theme = "document.documentElement.dataset.theme";
        assertThat(browser.evaluate(theme).asText()).isEqualTo("light");
        browser.prefer("dark");
        browser.await(theme + " === 'dark'");
        assertThat(browser.evaluate(CONTRAST).asDouble()).isGreaterThan(4.5);
        browser.click("#theme");
        browser.await(theme + " === 'light'");
        assertThat(browser.evaluate(CONTRAST).asDouble()).isGreaterThan(4.5);
    }

    /** The least contrast of any text on its panel. */
    private static final String CONTRAST = """
            (() => {
              const luminance = colour => { const [r, g, b] = colour.match(/[\\d.]+/g).map(v => v / 255)
                .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
              const ground = e => { for (; e; e = e.parentElement) { const c = getComputedStyle(e).backgroundColor; if (!/, 0\\)/.test(c)) return c; } return 'rgb(255,255,255)'; };
              let least = 21;
              for (const e of document.querySelectorAll('header *, aside *, .tools *')) if ([...e.childNodes].some(n => n.nodeType === 3 && n.data.trim())) {
                const [a, b] = [luminance(getComputedStyle(e).color), luminance(ground(e))];
                least = Math.min(least, (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05));
              }
              return least;
            })()""";

    @Test
    void qualityIsSaidInWords(@TempDir Path folder) throws Exception {
        Browser browser = heaps(folder, 2);
        assertThat(text(browser, "#figures")).isEqualTo("trustworthiness0.970continuity0.880neighbours kept62 %");
        assertThat(text(browser, "#means"))
                .startsWith("Of a point’s 5 true neighbours, 3.1 on average are among the 5 nearest in this picture. "
                        + "What looks near nearly always is near. What is near mostly stays near.");
    }

    @Test
    void layersShowOnePointInAllAndOpenOne(@TempDir Path folder) throws Exception {
        Matrix turned = Clouds.positions(2);
        for (int i = 0; i < Clouds.POINTS; i++) {
            float x = turned.data()[2 * i];
            turned.data()[2 * i] = turned.data()[2 * i + 1];
            turned.data()[2 * i + 1] = x;
        }
        MapView second = new MapView("resid_post.1", turned, Optional.empty(), Optional.empty());
        Browser browser = open(folder, MapPage.layers(Clouds.about(), Clouds.points(), List.of(Clouds.view("resid_post.0", 2), second)));
        assertThat(browser.evaluate("[...document.querySelectorAll('#grid .what')].map(e => e.firstChild.textContent).join()").asText())
                .isEqualTo("resid_post.0,resid_post.1");
        browser.hover("#grid canvas"); // the middle of the picture is the middle heap
        browser.await("latentMap.state.hovered === 40");
        assertThat(browser.evaluate("[...document.querySelectorAll('#grid i')].map(e => e.hidden).join()").asText())
                .isEqualTo("false,false");
        double[] flat = {0, 0};
        browser.click("#one");
        flat[0] = place(browser)[1];
        browser.click("#after");
        browser.await("document.querySelector('#layer-name').textContent === 'resid_post.1' && Math.abs(latentMap.place(0)[1] - " + flat[0]
                + ") > 100");
        click(browser, 60);
        assertThat(text(browser, "#look h2")).isEqualTo("point-60");
        assertThat(browser.complaints()).isEmpty();
    }

    @Test
    void hostileTextsStayText(@TempDir Path folder) throws Exception {
        Browser browser = open(folder, MapPageTest.hostile());
        assertThat(text(browser, "#title")).isEqualTo(MapPageTest.HOSTILE.get(0));
        for (int point = 0; point < MapPageTest.HOSTILE.size(); point++) {
            click(browser, point);
            String name = MapPageTest.HOSTILE.get(point);
            String expected = name.equals("\ud83d") ? "?" : name.length() > 400 ? "x".repeat(400) + "…" : name;
            assertThat(text(browser, "#look h2")).isEqualTo(expected);
        }
        browser.click("#search");
        browser.type("<img");
        browser.await("latentMap.state.reason === 'search'");
        assertThat(browser.evaluate("[document.images.length, typeof owned, ({}).owned === undefined]").toString())
                .isEqualTo("[0,\"undefined\",true]");
        assertThat(browser.complaints()).isEmpty();
    }

    /** Of 600 points four lie thirty times as far as the others: these fill half of the picture's width or height, about its middle. */
    @ParameterizedTest
    @ValueSource(ints = {2, 3})
    void aFarGroupLeavesTheOthersLargeInTheMiddle(int dimensions, @TempDir Path folder) throws Exception {
        SeededRandom random = new SeededRandom(5, 0);
        Matrix positions = Matrix.zeros(600, dimensions);
        for (int i = 0; i < positions.data().length; i++) {
            positions.data()[i] = (float) (i / dimensions < 596 ? 2 * random.at(i) - 1 : 30 + random.at(i));
        }
        Browser browser = open(folder, MapPage.of(new MapAbout("Far", "by hand", Optional.empty(), Map.of()),
                new MapPoints(java.util.Collections.nCopies(600, "a point"), List.of(), List.of()),
                new MapView("", positions, Optional.empty(), Optional.empty())));
        JsonNode shares = browser.evaluate("""
                (() => {
                  const box = document.querySelector('#stage').getBoundingClientRect();
                  const places = Array.from({ length: 596 }, (_, i) => latentMap.place(i)), across = places.map(p => p[0]), along = places.map(p => p[1]);
                  const [left, right, top, bottom] = [Math.min(...across), Math.max(...across), Math.min(...along), Math.max(...along)];
                  return [Math.max((right - left) / box.width, (bottom - top) / box.height),
                    ((left + right) / 2 - box.left) / box.width, ((top + bottom) / 2 - box.top) / box.height];
                })()""");
        assertThat(shares.path(0).asDouble()).as("the larger share").isBetween(0.5, 1.0);
        assertThat(shares.path(1).asDouble()).as("middle across").isBetween(0.35, 0.65);
        assertThat(shares.path(2).asDouble()).as("middle along").isBetween(0.35, 0.65);
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3})
    void onePointAndManyInOnePlaceAreShown(int dimensions, @TempDir Path folder) throws Exception {
        MapAbout about = new MapAbout("Few", "by hand", Optional.empty(), Map.of());
        for (int count : new int[]{1, 2, 600}) {
            MapPoints points = new MapPoints(java.util.Collections.nCopies(count, "same"), List.of(), List.of());
            Browser browser = open(folder,
                    MapPage.of(about, points, new MapView("", Matrix.zeros(count, dimensions), Optional.empty(), Optional.empty())));
            for (String type : List.of("mouseMoved", "mousePressed", "mouseReleased")) {
                go(browser, type, 0);
            }
            browser.await("latentMap.state.focus >= 0");
            assertThat(text(browser, "#look h2")).isEqualTo("same");
        }
    }

    @Test
    void aPhoneShowsMapAndListsBelowEachOther(@TempDir Path folder) throws Exception {
        Browser browser = heaps(folder, 2);
        try {
            browser.size(390, 844);
            browser.await("document.documentElement.scrollWidth <= 390");
            assertThat(browser.evaluate("document.querySelector('aside').getBoundingClientRect().top"
                    + " >= document.querySelector('#map').getBoundingClientRect().bottom").asBoolean()).isTrue();
        } finally {
            browser.size(1300, 800);
        }
    }
}

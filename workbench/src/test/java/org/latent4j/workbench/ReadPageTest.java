package org.latent4j.workbench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.StringWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.latent4j.insight.LensReading;

class ReadPageTest {
    private static final List<String> HOSTILE = List.of("</script><script>owned=1</script>", "<!--<script>",
            "<img src=x onerror=owned=1>", "\u2028", "&lt;", "'\"\\", "@READING@", "]]>", "\u0000", "__proto__");

    @Test
    void tokensCannotLeaveTheirScriptElement() throws IOException {
        LensReading reading = Readings.of(HOSTILE, HOSTILE.reversed(), 3, 5);
        String page = page(reading, null);
        int data = page.indexOf("id=\"reading\">") + "id=\"reading\">".length();
        String json = page.substring(data, page.indexOf("</script>", data));
        assertThat(json).startsWith("{").endsWith("}").contains("\\u003cimg");
        assertThat(json).doesNotContain("<").doesNotContain("\u2028");
        assertThat(page.split("<script", -1)).hasSize(3);
    }

    @Test
    void pageNamesNoAddressAndAllowsNone() throws IOException {
        String page = page(Readings.capital(), null);
        assertThat(page).contains("default-src 'none'").doesNotContain("unsafe-inline").doesNotContain("@S");
        assertThat(page.replace("http://www.w3.org/2000/svg", "")).doesNotContain("http:").doesNotContain("https:")
                .doesNotContain("url(").doesNotContain("src=").doesNotContain("href=").doesNotContain("innerHTML");
    }

    @Test
    void pageOfManyPositionsKeepsTheMostTelling() throws IOException {
        LensReading reading = Readings.longer(450, 2);
        assertThat(page(reading, null)).contains("450 tokens, 400 positions shown");
    }

    @Nested
    @TestInstance(TestInstance.Lifecycle.PER_CLASS)
    class InABrowser {
        @Nullable
        Browser started;

        @BeforeAll
        void start() throws Exception {
            Optional<Path> chromium = Browser.find();
            assumeTrue(chromium.isPresent(), "no chromium on this machine's path: the page is not tried in a browser");
            started = Browser.start(chromium.get());
        }

        @AfterAll
        void stop() throws Exception {
            if (started != null) {
                started.close();
            }
        }

        private static String text(Browser browser, String selector) throws Exception {
            return browser.evaluate("document.querySelector(\"" + selector + "\").textContent").asText();
        }

        private Browser open(Path folder, LensReading reading) throws Exception {
            Path file = folder.resolve("page.html");
            try (Writer out = Files.newBufferedWriter(file)) {
                new ReadPage(reading, Readings.subject(reading), null).write(out);
            }
            Browser browser = java.util.Objects.requireNonNull(started);
            browser.open(file);
            assertThat(browser.complaints()).isEmpty();
            assertThat(browser.requests()).containsExactly(file.toUri().toString());
            return browser;
        }

        @Test
        void hoveringACellShowsItsTopTen(@TempDir Path folder) throws Exception {
            LensReading reading = Readings.capital();
            Browser browser = open(folder, reading);
            for (int[] at : new int[][]{{0, 0}, {13, 3}, {30, 4}}) {
                browser.hover("td[data-row='" + at[0] + "'][data-column='" + at[1] + "']");
                LensReading.Cell cell = reading.cell(at[0], at[1]);
                JsonNode shown = browser.evaluate("[...document.querySelectorAll('#top li')].map(li => "
                        + "[li.children[0].textContent, parseFloat(li.children[1].firstChild.style.width)])");
                assertThat(shown).hasSize(10);
                for (int i = 0; i < 10; i++) {
                    LensReading.Candidate expected = cell.top().get(i);
                    assertThat(shown.path(i).path(0).asText()).isEqualTo(TokenText.visible(expected.token()));
                    assertThat(shown.path(i).path(1).asDouble()).isCloseTo(100 * expected.probability(), within(0.02));
                }
                assertThat(text(browser, "#where"))
                        .isEqualTo(reading.layers().get(at[0]).site() + " at position " + at[1] + " "
                                + TokenText.visible(reading.tokens().get(at[1])));
            }
        }

        @Test
        void clickingAPositionShowsHowItsAnswerComesAbout(@TempDir Path folder) throws Exception {
            LensReading reading = Readings.capital();
            Browser browser = open(folder, reading);
            browser.click("thead button[data-column='1']");
            assertThat(text(browser, "#answer"))
                    .isEqualTo("The final answer ␣of at position 1");
            JsonNode points = browser.evaluate("document.querySelector('#rise .rank').getAttribute('points').split(' ')"
                    + ".map(p => +p.split(',')[1])");
            assertThat(points).hasSize(31);
            for (int row = 1; row < 31; row++) {
                int turn = Integer.compare(reading.cell(row, 1).answerRank(), reading.cell(row - 1, 1).answerRank());
                int drawn = (int) Math.signum(points.path(row).asDouble() - points.path(row - 1).asDouble());
                assertThat(drawn == turn || drawn == 0).as("row %d falls and rises as the rank does", row).isTrue();
            }
            assertThat(points.path(30).asDouble()).isLessThan(points.path(0).asDouble());
            assertThat(browser.evaluate("document.querySelectorAll('thead .spark .index')[0].textContent").asText())
                    .isEqualTo("at position 1");
        }

        @Test
        void arrowKeysMoveBetweenCells(@TempDir Path folder) throws Exception {
            Browser browser = open(folder, Readings.capital());
            browser.click("td[data-row='30'][data-column='4']");
            browser.press("ArrowUp");
            browser.press("ArrowLeft");
            assertThat(browser.evaluate("[document.activeElement.dataset.row, document.activeElement.dataset.column]")
                    .toString()).isEqualTo("[\"29\",\"3\"]");
            assertThat(browser.evaluate("document.activeElement.getAttribute('aria-label')").asText())
                    .startsWith("resid_post.28, position 3: ");
            assertThat(text(browser, "#where")).startsWith("resid_post.28 at position 3");
            browser.press("Enter");
            assertThat(text(browser, "#answer")).endsWith("at position 3");
        }

        @Test
        void pathsAreDrawnToggledAndAnswerToTheMouse(@TempDir Path folder) throws Exception {
            Browser browser = open(folder, Readings.capital());
            assertThat(browser.evaluate("document.querySelectorAll('#paths .path').length").asInt()).isEqualTo(5);
            browser.click("#toggles [data-column='0']");
            assertThat(browser.evaluate("document.querySelectorAll('#paths .path').length").asInt()).isEqualTo(4);
            browser.click("#toggles [data-set='none']");
            assertThat(browser.evaluate("document.querySelectorAll('#paths .path').length").asInt()).isZero();
            browser.click("#toggles [data-column='2']");
            browser.hover("#paths circle:nth-of-type(11)");
            assertThat(text(browser, "#where")).contains("at position 2");
            assertThat(browser.evaluate("document.querySelector('.looked.cell').dataset.column").asText())
                    .isEqualTo("2");
            assertThat(text(browser, "#plane")).contains("58 %");
        }

        @Test
        void hostileTokensStayText(@TempDir Path folder) throws Exception {
            LensReading reading = Readings.of(HOSTILE, HOSTILE.reversed(), 3, 5);
            Browser browser = open(folder, reading);
            browser.hover("td[data-row='3'][data-column='2']");
            assertThat(browser.evaluate("[document.scripts.length, document.images.length, typeof owned]").toString())
                    .isEqualTo("[2,0,\"undefined\"]");
            for (int column = 0; column < HOSTILE.size(); column++) {
                assertThat(text(browser, "thead button[data-column='" + column + "']"))
                        .isEqualTo(TokenText.visible(HOSTILE.get(column)));
            }
            assertThat(browser.complaints()).isEmpty();
        }

        @ParameterizedTest
        @ValueSource(ints = {1, 200})
        void shortAndLongTextsAreWhole(int positions, @TempDir Path folder) throws Exception {
            int blocks = positions == 1 ? 1 : 80;
            Browser browser = open(folder, Readings.longer(positions, blocks));
            assertThat(browser.evaluate("document.querySelectorAll('td[data-row]').length").asInt())
                    .isEqualTo(positions * (blocks + 1));
            browser.hover("td[data-row='0'][data-column='0']");
            assertThat(text(browser, "#where")).startsWith("embed at position 0");
            assertThat(browser.complaints()).isEmpty();
        }

        @ParameterizedTest
        @ValueSource(strings = {"light", "dark"})
        void textIsLegibleOnEveryShade(String scheme, @TempDir Path folder) throws Exception {
            Browser browser = open(folder, Readings.capital());
            browser.prefer(scheme);
            double least = browser.evaluate("""
                    (() => {
                      const brush = new OffscreenCanvas(1, 1).getContext('2d');
                      const luminance = colour => {
                        brush.fillStyle = colour;
                        brush.fillRect(0, 0, 1, 1);
                        const [r, g, b] = [...brush.getImageData(0, 0, 1, 1).data].map(v => v / 255)
                          .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
                        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
                      };
                      let least = 21;
                      const td = document.querySelector('td.cell');
                      for (let p = 0; p <= 1; p += 0.01) {
                        shade(td, p);
                        const style = getComputedStyle(td);
                        const a = luminance(style.color), b = luminance(style.backgroundColor);
                        least = Math.min(least, (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05));
                      }
                      return least;
                    })()""").asDouble();
            assertThat(least).as("contrast in %s", scheme).isGreaterThan(4.5);
        }
    }

    private static String page(LensReading reading, int @Nullable [] chosen) throws IOException {
        StringWriter out = new StringWriter();
        new ReadPage(reading, Readings.subject(reading), chosen).write(out);
        return out.toString();
    }
}

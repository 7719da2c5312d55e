package org.latent4j.workbench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TokenTextTest {
    @ParameterizedTest
    @CsvSource(quoteCharacter = '"', ignoreLeadingAndTrailingWhitespace = false, value = {
        "Paris,5", "漢字,4", "ｱ,1", "Ａ,2", "한국,4", "🙂,2", "é,1", "\"e\u0301\",1", "\"\u1112\u1161\u11AB\",2",
        "क्षि,3", "␣,1", "⏎,1", "…,1", "█,1", "\"\u200E\",0", "👍,2", "☺,1", "⌚,2", "𠀀,2", "〿,1"
    })
    void widthsAreThoseOfTerminals(String text, int columns) {
        assertThat(DisplayWidth.of(text)).isEqualTo(columns);
    }

    @Test
    void whatCannotBeSeenIsShown() {
        assertThat(TokenText.visible(" a b")).isEqualTo("␣a␣b");
        assertThat(TokenText.visible("\n\r\t\u0000\u001B\u007F")).isEqualTo("⏎␍⇥␀␛␡");
        assertThat(TokenText.visible("\u009B\u00A0\u200D\u202E\uFEFF\u2028\uE000\uDC00"))
                .isEqualTo("<9B><A0><200D><202E><FEFF><2028><E000><DC00>");
        assertThat(TokenText.visible("\u0301")).isEqualTo("◌\u0301");
        assertThat(TokenText.visible("\n\u0301")).isEqualTo("⏎◌\u0301");
        assertThat(TokenText.visible("🇫")).isEqualTo("<1F1EB>");
        assertThat(TokenText.visible("\uFFFD")).isEqualTo("\uFFFD");
    }

    @Test
    void aTextOfWhichNothingIsSeenSaysSo() {
        assertThat(TokenText.orSaidBlank("")).isEqualTo("(no text)");
        assertThat(TokenText.orSaidBlank(" \n\t")).isEqualTo("(only white space)");
        assertThat(TokenText.orSaidBlank(" a")).isEqualTo(" a");
    }

    @Test
    void everyCharacterBecomesVisibleAndFitsExactly() {
        for (int codePoint = 0; codePoint <= Character.MAX_CODE_POINT; codePoint++) {
            String seen = TokenText.visible("x" + Character.toString(codePoint) + Character.toString(codePoint));
            for (int i = 0; i < seen.length(); i += Character.charCount(seen.codePointAt(i))) {
                int type = Character.getType(seen.codePointAt(i));
                if (type == Character.CONTROL || type == Character.FORMAT || type == Character.SURROGATE
                        || type == Character.LINE_SEPARATOR || type == Character.PARAGRAPH_SEPARATOR) {
                    throw new AssertionError("U+" + Integer.toHexString(codePoint) + " shows as " + seen);
                }
            }
            StringBuilder fitted = new StringBuilder();
            TokenText.appendFitted(fitted, seen, 4);
            if (DisplayWidth.of(fitted.toString()) != 4) {
                throw new AssertionError("U+" + Integer.toHexString(codePoint) + " is fitted as '" + fitted + "'");
            }
        }
    }

    @Test
    void wideCharactersAreCutWhole() {
        StringBuilder out = new StringBuilder();
        TokenText.appendFitted(out, "漢字漢字", 6);
        assertThat(out).hasToString("漢字… ");
    }

    @Test
    void rightToLeftTextStaysInItsCell() {
        StringBuilder out = new StringBuilder();
        TokenText.appendFitted(out, "שלום", 6);
        assertThat(out).hasToString("\u200Eשלום\u200E  ");
    }

    @Test
    void marksDontPileUp() {
        String seen = TokenText.visible("z" + "\u0336".repeat(20));
        assertThat(seen).startsWith("z\u0336\u0336\u0336\u0336◌");
    }

    @Test
    void halfSurrogatesBecomeReplacementCharacters() {
        assertThat(TokenText.wellFormed("a\uD800b\uDC00")).isEqualTo("a\uFFFDb\uFFFD");
        assertThat(TokenText.wellFormed("🙂")).isEqualTo("🙂");
    }

    @Test
    void decimalsRoundAsExpected() {
        assertThat(Decimals.fixed(-0.004, 2)).isEqualTo("0.00");
        assertThat(Decimals.fixed(-0.97, 2)).isEqualTo("-0.97");
        assertThat(Decimals.fixed(1234.06, 1)).isEqualTo("1234.1");
        assertThat(Decimals.fixed(Double.NaN, 1)).isEqualTo("–");
        assertThat(Decimals.percent(0.004)).isEqualTo("<1%");
        assertThat(Decimals.percent(0.9999)).isEqualTo("100%");
    }
}

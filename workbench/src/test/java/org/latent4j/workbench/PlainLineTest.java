package org.latent4j.workbench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PlainLineTest {
    @Test
    void whiteSpaceOfAnyKindIsASpace() {
        assertThat(PlainLine.cut(" a\tb\r\nc\u2028d  e ", 40)).isEqualTo("a b c d e");
        assertThat(PlainLine.cut(" \n ", 40)).isEmpty();
    }

    @Test
    void whatSteersATerminalIsReplaced() {
        assertThat(PlainLine.cut("\u001b[31mred\u0007 \u202eback", 40)).isEqualTo("\uFFFD[31mred\uFFFD \uFFFDback");
    }

    @Test
    void emojiAndPersianStayWhole() {
        String family = "\uD83D\uDC68\u200D\uD83D\uDC69\u200D\uD83D\uDC67";
        assertThat(PlainLine.of(family)).isEqualTo(family);
        assertThat(PlainLine.of("\u0645\u06cc\u200c\u062e")).isEqualTo("\u0645\u06cc\u200c\u062e");
        String wales = "\uD83C\uDFF4\uDB40\uDC67\uDB40\uDC62\uDB40\uDC7F";
        assertThat(PlainLine.of(wales)).isEqualTo(wales);
    }

    @Test
    void linesAreCutByColumnsAndNeverWithinACharacter() {
        assertThat(PlainLine.cut("abcdef", 6)).isEqualTo("abcdef");
        assertThat(PlainLine.cut("abcdefg", 6)).isEqualTo("abcde…");
        assertThat(PlainLine.cut("\u65e5\u672c\u8a9e", 5)).isEqualTo("\u65e5\u672c…");
        assertThat(PlainLine.cut("\uD83D\uDE00".repeat(4), 6)).isEqualTo("\uD83D\uDE00\uD83D\uDE00…");
    }

    @Test
    void textFromRightToLeftLeavesTheLineAsItIs() {
        assertThat(PlainLine.cut("\u05e9\u05dc\u05d5\u05dd", 9)).isEqualTo("\u200E\u05e9\u05dc\u05d5\u05dd\u200E");
    }
}

package org.latent4j.space;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class SpellingsTest {
    private static final List<String> NAMES = List.of("head", "read", "red", "rad", "thread");

    @Test
    void neighboursThatWereExchangedAreOneMistake() {
        assertThat(Spellings.nearest("raed", NAMES)).first().isEqualTo("read");
        assertThat(Spellings.nearest("ab", List.of("ba", "xy"))).containsExactly("ba");
    }

    @Test
    void ofEquallyNearOnesTheEarlierIsFirstAndThereAreThreeAtMost() {
        assertThat(Spellings.nearest("reid", NAMES)).containsExactly("read", "red", "head");
    }

    @Test
    void whatIsFarIsNoSuggestion() {
        assertThat(Spellings.nearest("zebra", NAMES)).isEmpty();
        assertThat(Spellings.nearest("", NAMES)).isEmpty();
        assertThat(Spellings.nearest("x".repeat(100), NAMES)).isEmpty();
        assertThat(Spellings.suggestion("zebra", NAMES)).isEmpty();
    }
}

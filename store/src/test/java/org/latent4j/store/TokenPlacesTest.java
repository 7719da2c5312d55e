package org.latent4j.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class TokenPlacesTest {
    private static final String HALF = "\uFFFD";

    private static List<String> pieces(String text, String... said) {
        return Arrays.stream(TokenPlaces.of(text, List.of(said)).orElseThrow()).map(place -> text.substring(place[0], place[1])).toList();
    }

    @Test
    void tokensLieOneBehindTheOther() {
        assertThat(pieces("a cat sat", "a", " cat", " sat")).containsExactly("a", " cat", " sat");
        assertThat(pieces("", "a")).isEmpty();
        assertThat(pieces("a")).isEmpty();
    }

    @Test
    void partsOfCharactersLieOverAllOfThem() {
        assertThat(pieces("so 😀!", "so", " " + HALF, HALF, "!")).containsExactly("so", " 😀", " 😀", "!");
        assertThat(pieces("😀", HALF, HALF)).containsExactly("😀", "😀");
        assertThat(pieces("é\uFFFD.", HALF, ".")).containsExactly("é\uFFFD", ".");
    }

    @Test
    void aTextThatWasCutHasItsFirstTokens() {
        assertThat(pieces("a cat s…", "a", " cat", " sat", " down")).containsExactly("a", " cat");
        assertThat(pieces("a cat…", "a", " cat", " sat")).containsExactly("a", " cat");
    }

    @Test
    void tokensOfAnotherTextHaveNoPlaces() {
        assertThat(TokenPlaces.of("A cat", List.of("a", " cat"))).isEmpty();
        assertThat(TokenPlaces.of("cat 😀", List.of("cat", HALF, "dog"))).isEmpty();
        assertThat(TokenPlaces.of("cat", List.of("<|im_start|>", "cat"))).isEmpty();
    }
}

package org.latent4j.model.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Jackson is the reference. */
class JsonTest {
    private static final ObjectMapper JACKSON = new ObjectMapper().enable(DeserializationFeature.USE_LONG_FOR_INTS);

    @Property(tries = 300)
    void jacksonReadsWhatIsWrittenAndWhatJacksonWritesIsRead(@ForAll("objects") Map<String, Object> object) throws IOException {
        assertThat(JACKSON.readValue(Json.write(object), new TypeReference<Map<String, Object>>() {})).isEqualTo(object);
        assertThat(Json.parse(JACKSON.writeValueAsString(object)).map()).isEqualTo(object);
        assertThat(Json.parse(Json.write(object)).map()).isEqualTo(object);
    }

    @Provide
    Arbitrary<Map<String, Object>> objects() {
        Arbitrary<Object> leaf = Arbitraries.oneOf(
                Arbitraries.strings().ofMaxLength(12).map(text -> text),
                Arbitraries.longs().between(-99_999_999_999_999_999L, 99_999_999_999_999_999L).map(Long::valueOf),
                Arbitraries.doubles().between(-1e9, 1e9).filter(d -> d != Math.rint(d)).map(Double::valueOf),
                Arbitraries.of(true, false).map(Boolean::valueOf));
        Arbitrary<Object> value = Arbitraries.recursive(() -> leaf,
                inner -> Arbitraries.oneOf(inner, inner.list().ofMaxSize(3).map(list -> list)), 3);
        return Arbitraries.maps(Arbitraries.strings().ofMaxLength(6), value).ofMaxSize(5);
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "", " ", "[]", "1", "\"a\"", "null", "{", "{\"a\"", "{\"a\":", "{\"a\":1", "{\"a\":1,}", "{a:1}", "{\"a\":01}", "{\"a\":1.}",
        "{\"a\":-}", "{\"a\":+1}",
        "{\"a\":1e}", "{\"a\":.5}", "{\"a\":NaN}", "{\"a\":tru}", "{\"a\":[1,]}", "{\"a\":[1 2]}", "{\"a\":\"\n\"}", "{\"a\":\"\\x\"}",
        "{\"a\":\"\\u12\"}",
        "{\"a\":\"\\u+123\"}", "{\"a\":\"", "{} {}", "{\"a\":1 \"b\":2}", "\ufeff{}"
    })
    void whatIsNoObjectIsRefused(String text) {
        assertThatThrownBy(() -> Json.parse(text)).isInstanceOf(Json.MalformedException.class);
    }

    @Test
    void depthSizeAndEncodingAreBounded() {
        assertThatThrownBy(() -> Json.parse("{\"a\":" + "[".repeat(100_000))).hasMessageContaining("nested more than 64 deep");
        assertThatThrownBy(() -> Json.parse("{\"a\":" + "9".repeat(1000) + "}")).hasMessageContaining("no number");
        assertThatThrownBy(() -> Json.parse(new byte[]{'{', '"', (byte) 0xff, '"', '}'})).hasMessageContaining("not UTF-8");
    }

    @Test
    void membersOfAnotherTypeAreAbsent() throws IOException {
        Json.Members json = Json.parse(
                "{\"s\": \"x\", \"n\": 12, \"d\": 1.5, \"big\": 99999999999999999999, \"z\": null, \"o\": {\"k\": \"v\"}, \"l\": [1, \"a\", null, {\"b\": 2}]}");
        assertThat(json.string("s")).contains("x");
        assertThat(json.string("n")).isEmpty();
        assertThat(json.integer("n")).hasValue(12);
        assertThat(json.integer("d")).isEmpty();
        assertThat(json.integer("big")).isEmpty();
        assertThat(json.map()).doesNotContainKey("z");
        assertThat(json.members("o").orElseThrow().string("k")).contains("v");
        assertThat(json.strings("l")).isEqualTo(List.of("a"));
        assertThat(json.list("l")).hasSize(1);
    }
}

package org.latent4j.store.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Matrix;
import org.latent4j.kernel.Progress;
import org.latent4j.kernel.SeededRandom;
import org.latent4j.kernel.WorkerPool;
import org.latent4j.space.Items;
import org.latent4j.space.Metric;
import org.latent4j.space.Origin;
import org.latent4j.space.Space;

class WhereTest {
    private static Items items() {
        Map<String, List<Object>> columns = new TreeMap<>();
        columns.put("section", List.of("science", "perl", "math", "science tools"));
        columns.put("size", List.of(1L, 20L, 3.5, -4L));
        columns.put("free", List.of(true, false, true, true));
        List<Object> some = new ArrayList<>(List.of("10", 10L, "zebra"));
        some.add(null);
        columns.put("mixed", some);
        return Items.of(List.of("gnuplot", "libfoo", "O'Brien", "räksmörgås"), columns);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "section = science | 0",
        "section=\"science tools\" | 3",
        "section != science | 1 2 3",
        "size > 2 | 1 2",
        "size>=3.5 AND size < 20 | 2",
        "size <= 1 | 0 3",
        "section in (science, math) | 0 2",
        "section not in (science, math) | 1 3",
        "not section = science and size > 0 | 1 2",
        "section = perl or section = math and size > 100 | 1",
        "(section = perl or section = math) and size > 100 | ''",
        "free = true | 0 2 3",
        "name = \"O'Brien\" | 2",
        "name > libfoo | 3",
        "mixed = 10 | 0 1",
        "mixed != 10 | 2 3",
        "mixed > 5 | 1 2",
        "section < n | 2",
        "size = large | ''"
    })
    void conditionsMeanWhatTheySay(String written, String expected) {
        List<Integer> wanted = expected.isEmpty() ? List.of() : Arrays.stream(expected.split(" ")).map(Integer::valueOf).toList();
        assertThat(Where.parse(written).among(items()).stream().boxed().toList()).isEqualTo(wanted);
        assertThat(byIndex(items(), written)).isEqualTo(wanted);
    }

    private static List<Integer> byIndex(Items items, String written) {
        Matrix vectors = Matrix.zeros(items.size(), 2);
        IntStream.range(0, items.size()).forEach(i -> vectors.data()[2 * i] = i + 1);
        Space space = Space.of(vectors, items, Origin.of("test"));
        try (WorkerPool pool = new WorkerPool(1);
                SearchIndex index = new LuceneBuilder(space, new IndexKind(Optional.of(IndexKind.Vectors.FLOAT), Metric.EUCLIDEAN), pool,
                        Progress.NONE, false).inMemory()) {
            return IntStream.of(index.near(new float[]{1, 0}, items.size(), Optional.of(Where.parse(written)))).sorted().boxed().toList();
        }
    }

    @Test
    void anIndexFiltersAsTheConditionSays() {
        SeededRandom random = new SeededRandom(3, 0);
        int next = 0;
        List<Object> values = List.of("a", "b", "ab", "\uFF00", "\uD83D\uDE00", "10", "", 1L, 2L, -0.0, 0L, 10L, 1e300, true);
        for (int round = 0; round < 12; round++) {
            Map<String, List<Object>> columns = new TreeMap<>();
            for (String name : List.of("x", "y")) {
                List<Object> column = new ArrayList<>();
                for (int i = 0; i < 40; i++) {
                    int value = (int) (random.at(next++) * (values.size() + 2));
                    column.add(value < values.size() ? values.get(value) : null);
                }
                columns.put(name, column);
            }
            Items items = Items.of(IntStream.range(0, 40).mapToObj(i -> "n" + i).toList(), columns);
            StringBuilder written = new StringBuilder();
            for (int part = 0; part < 3; part++) {
                String[] operators = {"=", "!=", "<", "<=", ">", ">="};
                written.append(part == 0 ? "" : random.at(next++) < 0.5 ? " and " : " or ");
                written.append(random.at(next++) < 0.3 ? "not " : "").append(random.at(next++) < 0.5 ? "x " : "y ");
                written.append(operators[(int) (random.at(next++) * 6)]);
                written.append(" '").append(values.get((int) (random.at(next++) * values.size()))).append('\'');
            }
            assertThat(byIndex(items, written.toString())).as(written.toString())
                    .isEqualTo(Where.parse(written.toString()).among(items).stream().boxed().toList());
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
        "section | column 8: =, !=, <, <=, >, >= or 'in' was expected behind 'section', but it ends there",
        "section = | column 10: a value was expected, but it ends there",
        "= science | column 1: the name of a field was expected, not '='",
        "section = science tools | column 19: 'and' or 'or' was expected, not 'tools'; a value with spaces needs quotes",
        "section = 'science | column 11: the quote isn't closed",
        "(section = science | column 19: ')' was expected, but it ends there",
        "section in science | column 12: '(' was expected behind 'in', not 'science'",
        "section ! science | column 9: =, !=",
        "colour = red | no item has the field 'colour' (column 1); the fields are free, mixed, name, section, size",
        "size > 1 and colour = red | 'colour' (column 14)"
    })
    void mistakesPointToTheirColumn(String written, String part) {
        assertThatThrownBy(() -> Where.parse(written).among(items())).isInstanceOf(LatentException.class).hasMessageContaining(part);
        assertThatThrownBy(() -> byIndex(items(), written)).isInstanceOf(LatentException.class).hasMessageContaining(part);
    }
}

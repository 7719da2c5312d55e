package org.latent4j.insight.steering;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.latent4j.insight.steering.SweepReport.Cell;
import org.latent4j.insight.steering.SweepReport.Shift;
import org.latent4j.model.site.Site;

/** When a cell is said to work. */
class SweepVerdictTest {
    private static final Effect EFFECT = new Effect.OwnReading(Site.of(Site.Kind.RESID_POST, 1));
    private static final ArmResult RESULT = new ArmResult("cell", Map.of(), List.of(), Optional.empty(), true);

    private static SweepReport judged(double effect, boolean whole, int controls, OptionalDouble shuffled) {
        var settings = new Sweep.Settings(List.of(1.0), List.of(), List.of(), 1, List.of(EFFECT), controls, 1, Optional.empty(), 1);
        Cell cell = new Cell(1, "4-7", Map.of(), Map.of(EFFECT.name(), new Shift(effect, effect - 1, effect + 1)), RESULT, whole,
                Optional.empty());
        List<Double> random = IntStream.range(0, controls).mapToObj(i -> Math.sin(i)).toList();
        Map<Integer, Sweep.Compared> compared = new TreeMap<>();
        if (whole && controls > 0) {
            compared.put(0, new Sweep.Compared(random, shuffled));
        }
        return new SweepVerdict(settings, RESULT, 20).report(List.of(cell), compared);
    }

    @Test
    void itWorksOnlyWhereItBeatsEveryControl() {
        SweepReport works = judged(9, true, 20, OptionalDouble.of(0.5));
        assertThat(works.works()).isTrue();
        assertThat(works.verdict()).startsWith("works: layers 4-7 at strength 1").contains("the direction of shuffled labels")
                .contains("p 0.048 by rank, below 0.001 by Student's, corrected");
        assertThat(judged(9, true, 20, OptionalDouble.of(9.5)).works()).as("shuffled labels do more").isFalse();
        assertThat(judged(0.9, true, 20, OptionalDouble.empty()).verdict()).startsWith("no effect found").contains("not reliably more")
                .doesNotContain("can't tell");
        assertThat(judged(-9, true, 20, OptionalDouble.empty()).works()).as("the wrong way").isFalse();
    }

    @Test
    void whatCannotBeToldIsSaid() {
        assertThat(judged(9, true, 5, OptionalDouble.empty()).verdict()).contains("so few random directions can't tell");
        assertThat(judged(9, true, 0, OptionalDouble.empty()).verdict()).contains("nothing was compared");
        assertThat(judged(9, false, 20, OptionalDouble.empty()).verdict()).contains("the text breaks at every strength and layer");
    }
}

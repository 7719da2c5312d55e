package org.latent4j.insight.probe;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import org.latent4j.insight.StateFile;
import org.latent4j.model.site.Site;

/** What a study has found so far: the penalty, and scores site by site. */
final class StudyState {
    private static final String PENALTY = "c";
    private static final int FIGURES = 8;

    private final StateFile file;

    StudyState(StateFile file) {
        this.file = file;
    }

    /** The penalty that was chosen. */
    OptionalDouble penalty() {
        return file.found().stream().map(line -> line.split("\t", -1))
                .filter(cells -> cells.length == 2 && cells[0].equals(PENALTY)).mapToDouble(cells -> Double.parseDouble(cells[1]))
                .findFirst();
    }

    void keepPenalty(double c) {
        file.add(PENALTY + "\t" + c);
    }

    /**
     * The scores of some of the sites.
     *
     * @param weights whose states they are of: {@code trained}, {@code random}
     */
    Map<Site, SiteScore> scores(String weights, List<Site> sites) {
        Map<Site, SiteScore> known = new HashMap<>();
        for (String line : file.found()) {
            String[] cells = line.split("\t", -1);
            if (cells.length == FIGURES + 2 && cells[0].equals(weights)) {
                double[] f = Arrays.stream(cells, 2, cells.length).mapToDouble(Double::parseDouble).toArray();
                sites.stream().filter(site -> site.toString().equals(cells[1])).forEach(
                        site -> known.put(site, new SiteScore(site, f[0], f[1], f[2], f[3], f[4], f[5], f[6], f[7])));
            }
        }
        return known;
    }

    void keep(String weights, SiteScore s) {
        file.add(weights + "\t" + s.site() + "\t" + DoubleStream.of(s.accuracy(), s.low(), s.high(), s.macroF1(), s.control(),
                s.selectivity(), s.shuffled(), s.random()).mapToObj(Double::toString).collect(Collectors.joining("\t")));
    }
}

package org.latent4j.insight.probe;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import org.latent4j.insight.StateFile;
import org.latent4j.model.site.Site;

/** What a study has found so far: the penalty, scores site by site, and which states are kept. */
final class StudyState {
    private static final String PENALTY = "c";
    private static final String STATES = "states";
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

    /** States that were captured: those of items in the first texts. */
    record Captured(int texts, States states) {}

    /** Where a study's states can be kept. */
    Optional<Path> statesFile(String weights) {
        return file.beside(weights);
    }

    /** Keeps states as far as they are captured, if that is possible. */
    void keep(String weights, int texts, States states) {
        if (states.keep()) {
            States.Shape shape = states.shape();
            file.add(String.join("\t", STATES, weights, Integer.toString(texts), Integer.toString(shape.rows()),
                    shape.sites().stream().map(Site::toString).collect(Collectors.joining(",")),
                    Arrays.stream(shape.widths()).mapToObj(Integer::toString).collect(Collectors.joining(","))));
        }
    }

    /**
     * The states that were kept, if they are still there.
     *
     * @param all sites that the study is about
     * @param wanted those whose states are wanted; there may be those of more
     */
    Optional<Captured> captured(String weights, List<Site> all, List<Site> wanted) {
        Optional<String[]> last = file.found().stream().map(line -> line.split("\t", -1))
                .filter(cells -> cells.length == 6 && cells[0].equals(STATES) && cells[1].equals(weights)).reduce((_, later) -> later);
        if (last.isEmpty()) {
            return Optional.empty();
        }
        String[] cells = last.get();
        List<String> names = List.of(cells[4].split(","));
        List<Site> those = all.stream().filter(site -> names.contains(site.toString())).toList();
        int[] widths = Arrays.stream(cells[5].split(",")).mapToInt(Integer::parseInt).toArray();
        if (those.size() != names.size() || widths.length != names.size() || !those.containsAll(wanted)) {
            return Optional.empty();
        }
        return statesFile(weights).flatMap(path -> States.kept(path, new States.Shape(those, widths, Integer.parseInt(cells[3]))))
                .map(states -> new Captured(Integer.parseInt(cells[2]), states));
    }

    void keep(String weights, SiteScore s) {
        file.add(weights + "\t" + s.site() + "\t" + DoubleStream.of(s.accuracy(), s.low(), s.high(), s.macroF1(), s.control(),
                s.selectivity(), s.shuffled(), s.random()).mapToObj(Double::toString).collect(Collectors.joining("\t")));
    }
}

package org.latent4j.insight.probe;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import org.latent4j.insight.probe.Probe.Kind;
import org.latent4j.insight.probe.ProbeData.Item;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.SeededRandom;

/** What is to be learnt: rows with their labels, the part to fit on and the part to test on, and labels by chance for the controls. */
final class ProbeTask {
    private static final int MOST_CLASSES = 1000;
    /** From so many classes on, labels that most rows have for themselves are no classes. */
    private static final int FEW_CLASSES = 20;
    /** So many classes that are all numbers are worth a word. */
    private static final int MANY_NUMBERS = 10;

    private final ProbeStudy.Options options;
    private final List<Item> items;
    private final Division division;
    private final List<String> notes;
    private final List<String> classes;
    private final int[] trainLabels;
    private final int[] testLabels;
    private final double[] trainNumbers;
    private final double[] testNumbers;
    private final int[] types;
    private final int[] shuffling;
    private final int[] testGroups;

    /**
     * A task.
     *
     * @throws LatentException if there is nothing to learn: one class, one group, labels that don't suit the kind of probe
     */
    ProbeTask(ProbeStates aligned, ProbeStudy.Options options) {
        this.options = options;
        items = aligned.items();
        boolean numbers = options.kind() == Kind.RIDGE;
        Division all = Division.of(items, options.test(), options.unseenWords(), options.seed());
        notes = new ArrayList<>();
        classes = numbers ? List.of() : classes(all.train()); // before rows are left out: too many classes leave none to test on
        division = numbers ? all : all.withoutUnknown(items);
        notes.addAll(0, division.notes());
        if (aligned.empty() > 0) {
            notes.add("%d empty %s left out".formatted(aligned.empty(), aligned.empty() == 1 ? "text" : "texts"));
        }
        if (aligned.lost() > 0) {
            notes.add("%d labelled %s left out: no token of the text lies there".formatted(aligned.lost(),
                    aligned.lost() == 1 ? "item" : "items"));
        }
        trainNumbers = numbers ? numbers(division.train()) : new double[0];
        testNumbers = numbers ? numbers(division.test()) : new double[0];
        trainLabels = labels(division.train());
        testLabels = labels(division.test());
        types = Division.numbers(items.stream().map(Item::type).toList());
        shuffling = Splits.order(division.train().length, new SeededRandom(options.seed(), 4));
        testGroups = select(Division.numbers(items.stream().map(Item::group).toList()), division.test());
    }

    private List<String> classes(int[] train) {
        TreeSet<String> found = new TreeSet<>();
        for (int row : train) {
            found.add(items.get(row).label());
        }
        if (found.size() < 2) {
            throw new LatentException("all %d rows to fit on have the same label '%s': a probe needs two classes at least"
                    .formatted(train.length, found.isEmpty() ? "" : found.first()));
        }
        boolean asNumbers = found.stream().allMatch(ProbeTask::isNumber);
        if (found.size() > MOST_CLASSES || (found.size() > FEW_CLASSES && found.size() > train.length / 2)) {
            throw new LatentException("%d rows have %d different labels%s".formatted(train.length, found.size(), asNumbers
                    ? ", all numbers: --kind ridge fits numbers"
                    : ": too many for classes, do they name the column you mean?"));
        }
        if (found.size() > MANY_NUMBERS && asNumbers) {
            notes.add("the labels are numbers, taken as %d classes; --kind ridge takes them as numbers".formatted(found.size()));
        }
        return List.copyOf(found);
    }

    private double[] numbers(int[] rows) {
        return Arrays.stream(rows).mapToDouble(row -> {
            String label = items.get(row).label();
            if (!isNumber(label)) {
                throw new LatentException(
                        "label '%.40s' is not a finite number: leave its row out, or choose --kind logistic if labels name classes"
                                .formatted(label));
            }
            return Double.parseDouble(label);
        }).toArray();
    }

    private static boolean isNumber(String text) {
        try {
            return Double.isFinite(Double.parseDouble(text));
        } catch (NumberFormatException _) {
            return false;
        }
    }

    private int[] labels(int[] rows) {
        return Arrays.stream(rows).map(row -> classes.isEmpty() ? 0 : classes.indexOf(items.get(row).label())).toArray();
    }

    /** Some of the values. */
    static int[] select(int[] values, int[] rows) {
        return Arrays.stream(rows).map(row -> values[row]).toArray();
    }

    /** The rows to fit on. */
    int[] train() {
        return division.train();
    }

    /** The rows to test on. */
    int[] test() {
        return division.test();
    }

    /** What the user should know. */
    List<String> notes() {
        return notes;
    }

    /** Names of the classes; empty for numbers. */
    List<String> classes() {
        return classes;
    }

    /** Of the rows to fit on; of numbers zeros. */
    int[] trainLabels() {
        return trainLabels;
    }

    int[] testLabels() {
        return testLabels;
    }

    double[] trainNumbers() {
        return trainNumbers;
    }

    double[] testNumbers() {
        return testNumbers;
    }

    /** Which rows of the tested part belong together. */
    int[] testGroups() {
        return testGroups;
    }

    /** Which rows to fit on belong together: those chosen of them. */
    int[] groupsOf(int[] chosen) {
        return Division.numbers(Arrays.stream(chosen).mapToObj(i -> items.get(division.train()[i]).group()).toList());
    }

    /** Which label each row to fit on gets where labels are shuffled: a row's of the same part. */
    int[] shuffling() {
        return shuffling;
    }

    /**
     * A label for each word type, drawn once and for all from the labels as they are distributed (Hewitt and Liang 2019): for each of some
     * rows the place in the part to fit on whose label it gets.
     */
    int[] drawnByType(int[] rows) {
        SeededRandom random = new SeededRandom(options.seed(), 5);
        return Arrays.stream(rows).map(row -> (int) (random.at(types[row]) * division.train().length)).toArray();
    }

    /** The share of the most frequent class of the fitted part among the tested rows; 0 for numbers. */
    double majority() {
        if (classes.isEmpty()) {
            return 0;
        }
        int[] counts = new int[classes.size()];
        for (int label : trainLabels) {
            counts[label]++;
        }
        int most = 0;
        for (int k = 1; k < counts.length; k++) {
            most = counts[k] > counts[most] ? k : most;
        }
        int majority = most;
        return Arrays.stream(testLabels).filter(label -> label == majority).count() / (double) testLabels.length;
    }

    /** How probes are fitted with a penalty. */
    Probe.Settings settings(double c) {
        return new Probe.Settings(options.kind(), c, options.tolerance(), options.seed());
    }
}

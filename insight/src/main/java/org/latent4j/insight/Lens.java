package org.latent4j.insight;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.latent4j.insight.LensReading.Candidate;
import org.latent4j.insight.LensReading.Cell;
import org.latent4j.insight.LensReading.Layer;
import org.latent4j.kernel.Matrix;
import org.latent4j.kernel.Progress;
import org.latent4j.model.Model;
import org.latent4j.model.PromptMode;
import org.latent4j.model.Steering;
import org.latent4j.model.SteeringReport;
import org.latent4j.model.Trace;
import org.latent4j.model.site.Positions;
import org.latent4j.model.site.Site;
import org.latent4j.model.site.Sites;
import org.latent4j.space.Vectors;

/**
 * Reads hidden states through the model's own end, final norm and output head, as if the model stopped there: the logit
 * lens (nostalgebraist 2020).
 */
public final class Lens {
    /** Values of logits held at a time: 48 MB. */
    private static final int LOGITS_AT_A_TIME = 12_000_000;

    private final Model model;
    private final int top;
    private final Progress progress;

    private Lens(Model model, int top, Progress progress) {
        this.model = model;
        this.progress = progress;
        this.top = Math.min(top, model.config().vocabulary());
    }

    /**
     * Reads every layer at every position of a text.
     *
     * @param ids the text's tokens
     * @param mode how they came about, to be told
     * @param top how many candidates a cell keeps, from 1
     * @param progress hears how many states have been read
     */
    public static LensReading read(Model model, int[] ids, PromptMode mode, int top, Progress progress) {
        return read(model, ids, mode, top, progress, Steering.NONE).reading();
    }

    /**
     * A reading of a steered model.
     *
     * @param reports what the interventions did
     */
    public record Steered(LensReading reading, List<SteeringReport> reports) {}

    /** The same while interventions change the states; those behind the last {@code resid_post} aren't reached. */
    public static Steered read(Model model, int[] ids, PromptMode mode, int top, Progress progress, Steering steering) {
        Model.SteeredTraces run = model.traces(List.of(ids), Sites.of("embed,resid_post.*"), Positions.ALL, steering);
        return new Steered(new Lens(model, top, progress).read(run.traces().getFirst(), ids, mode), run.reports().getFirst());
    }

    private LensReading read(Trace trace, int[] ids, PromptMode mode) {
        List<Site> sites = trace.sites();
        List<Matrix> states = new ArrayList<>();
        for (Site site : sites) {
            states.add(trace.get(site));
        }
        Said[][] said = readAll(states);
        Trajectories paths = Trajectories.of(states);
        List<Layer> layers = new ArrayList<>();
        for (int layer = 0; layer < sites.size(); layer++) {
            layers.add(new Layer(sites.get(layer).toString(), cells(layer, states, said[layer], paths)));
        }
        List<String> tokens = new ArrayList<>();
        for (int id : ids) {
            tokens.add(says(id));
        }
        List<Candidate> next = layers.getLast().cells().getLast().top();
        return new LensReading(model.name(), mode, ids, tokens, layers, next, paths.plane());
    }

    /** What one state would say. */
    private record Said(List<Candidate> top, int answerRank, double answerProbability, double entropy) {}

    /**
     * Reads the states of all layers, {@code [layers][positions]}, as many rows at a time as memory allows: the head's
     * weights are unpacked for all of them together. The last layer comes first, because it gives the answers whose place is
     * looked for in the others.
     */
    private Said[][] readAll(List<Matrix> layers) {
        int positions = layers.getFirst().rows();
        int width = layers.getFirst().columns();
        int rows = layers.size() * positions;
        int rowsAtATime = Math.max(1, LOGITS_AT_A_TIME / model.config().vocabulary());
        Said[][] said = new Said[layers.size()][positions];
        int[] answers = new int[positions];
        Matrix probabilities = Matrix.zeros(0, 0);
        for (int from = 0; from < rows; from += rowsAtATime) {
            progress.report("Reading the states", from, rows, Progress.Unit.STEPS);
            int count = Math.min(rowsAtATime, rows - from);
            Matrix states = Matrix.zeros(count, width);
            for (int row = 0; row < count; row++) {
                Matrix layer = layers.get(layers.size() - 1 - (from + row) / positions);
                System.arraycopy(layer.data(), (from + row) % positions * width, states.data(), row * width, width);
            }
            if (probabilities.rows() != count) {
                probabilities = Matrix.zeros(count, model.config().vocabulary());
            }
            model.read(states, probabilities);
            float[] entropies = model.toProbabilities(probabilities);
            for (int row = 0; row < count; row++) {
                int layer = layers.size() - 1 - (from + row) / positions;
                int position = (from + row) % positions;
                int[] best = mostProbable(probabilities, row);
                if (layer == layers.size() - 1) {
                    answers[position] = best[0];
                }
                said[layer][position] = say(probabilities, row, best, answers[position], entropies[row]);
            }
        }
        progress.report("Reading the states", rows, rows, Progress.Unit.STEPS);
        return said;
    }

    private Said say(Matrix probabilities, int row, int[] best, int answer, double entropy) {
        List<Candidate> candidates = new ArrayList<>(best.length);
        for (int id : best) {
            candidates.add(new Candidate(id, says(id), probabilities.at(row, id)));
        }
        return new Said(candidates, rank(probabilities, row, answer), probabilities.at(row, answer), Math.max(0, entropy));
    }

    /** What a token says; heads are often padded to a round size, with ids that no token has. */
    private String says(int id) {
        return id < model.tokenizer().size() ? model.tokenizer().token(id) : "<no token " + id + ">";
    }

    /** The ids of the highest probabilities, highest first, of equal ones the lowest id first. */
    private int[] mostProbable(Matrix probabilities, int row) {
        int[] best = new int[top];
        float[] values = new float[top];
        Arrays.fill(values, -1);
        int at = row * probabilities.columns();
        for (int id = 0; id < probabilities.columns(); id++) {
            float p = probabilities.data()[at + id];
            if (p > values[top - 1]) {
                insert(best, values, id, p);
            }
        }
        return best;
    }

    private static void insert(int[] best, float[] values, int id, float p) {
        int place = best.length - 1;
        while (place > 0 && values[place - 1] < p) {
            best[place] = best[place - 1];
            values[place] = values[place - 1];
            place--;
        }
        best[place] = id;
        values[place] = p;
    }

    private static int rank(Matrix probabilities, int row, int answer) {
        int at = row * probabilities.columns();
        float own = probabilities.data()[at + answer];
        int rank = 1;
        for (int id = 0; id < probabilities.columns(); id++) {
            float p = probabilities.data()[at + id];
            if (p > own || (p == own && id < answer)) {
                rank++;
            }
        }
        return rank;
    }

    private static List<Cell> cells(int layer, List<Matrix> states, Said[] said, Trajectories paths) {
        List<Cell> cells = new ArrayList<>(said.length);
        Matrix here = states.get(layer);
        for (int p = 0; p < said.length; p++) {
            double cosine = layer == 0 ? Double.NaN : Vectors.cosine(here, p, states.get(layer - 1), p);
            double[] place = paths.at(layer, p);
            Said one = said[p];
            cells.add(new Cell(
                    one.top(), one.answerRank(), one.answerProbability(), one.entropy(), Vectors.norm(here, p), cosine, place[0],
                    place[1]));
        }
        return cells;
    }
}

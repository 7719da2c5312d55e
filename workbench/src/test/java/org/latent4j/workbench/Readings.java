package org.latent4j.workbench;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.latent4j.insight.LensReading;
import org.latent4j.insight.LensReading.Candidate;
import org.latent4j.insight.LensReading.Cell;
import org.latent4j.insight.LensReading.Layer;
import org.latent4j.insight.LensReading.Plane;
import org.latent4j.model.PromptMode;

/** Made-up readings with the look of real ones: vague early layers, an answer that grows certain late. */
final class Readings {
    private static final String[] WORDS = {
        "The", " of", " Paris", " the", " city", " a", "ing", " France", " capital", ",", " is", " known", " located",
        " also", "\n", " Rhine", " cathedrals", " independent", "ly", "tion", " government",
        " 19", "-", " world", " famous"
    };

    private Readings() {}

    static LensReading capital() {
        List<String> tokens = List.of("The", " capital", " of", " France", " is");
        return of(tokens, List.of(" first", " of", " the", ",", " Paris"), 30, 7);
    }

    static ReadSubject subject(LensReading reading) {
        return new ReadSubject("llama", reading.layers().size() - 1, 576, "Q4_1/Q8_0/F32", "made up",
                Optional.of("Apache-2.0"), reading.positions(), Optional.empty(), SteeringTold.NOTHING);
    }

    /** A text of so many tokens, every word drawn. */
    static LensReading longer(int positions, int blocks) {
        SplittableRandom random = new SplittableRandom(positions);
        List<String> tokens = new ArrayList<>();
        List<String> answers = new ArrayList<>();
        for (int i = 0; i < positions; i++) {
            tokens.add(WORDS[random.nextInt(WORDS.length)]);
            answers.add(WORDS[random.nextInt(WORDS.length)]);
        }
        return of(tokens, answers, blocks, 11);
    }

    /** @param answers what the model finally says at each position */
    static LensReading of(List<String> tokens, List<String> answers, int blocks, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        int positions = tokens.size();
        int[] ids = new int[positions];
        double[] turn = new double[positions];
        double[] sure = new double[positions];
        double[] angle = new double[positions];
        for (int p = 0; p < positions; p++) {
            ids[p] = 10 + random.nextInt(40_000);
            turn[p] = 0.55 + 0.4 * random.nextDouble();
            sure[p] = 0.15 + 0.8 * random.nextDouble();
            angle[p] = 6.28 * random.nextDouble();
        }
        List<Layer> layers = new ArrayList<>();
        for (int row = 0; row <= blocks; row++) {
            List<Cell> cells = new ArrayList<>();
            double depth = row / (double) blocks;
            for (int p = 0; p < positions; p++) {
                double answer = row == blocks ? sure[p] : sure[p] / (1 + Math.exp(14 * (turn[p] - depth)));
                cells.add(cell(row, row == blocks, depth, answer, answers.get(p), angle[p], p == 0, random));
            }
            layers.add(new Layer(row == 0 ? "embed" : "resid_post." + (row - 1), cells));
        }
        List<Candidate> next = layers.getLast().cells().getLast().top();
        Plane plane = new Plane(0.41, 0.17);
        return new LensReading("smollm2-135m-instruct", PromptMode.RAW, ids, tokens, layers, next, plane);
    }

    private static Cell cell(
            int row, boolean end, double depth, double answer, String answerToken, double angle, boolean first,
            SplittableRandom random) {
        List<Candidate> top = new ArrayList<>();
        double left = 1 - answer;
        double share = (0.03 + 0.35 * depth * random.nextDouble()) * (end ? answer : 1);
        int rank = 0;
        for (int i = 0; i < 10; i++) {
            double probability = left * share * Math.pow(0.6, i);
            if (rank == 0 && answer >= probability) {
                rank = top.size() + 1;
                top.add(new Candidate(7042, answerToken, answer));
            }
            if (top.size() < 10) {
                top.add(new Candidate(100 + i, WORDS[random.nextInt(WORDS.length)], probability));
            }
        }
        if (rank == 0) {
            rank = 11 + (int) (20_000 * Math.pow(1 - depth, 3) * random.nextDouble());
        }
        double norm = (first && row > 2 ? 2000 : 1.9 + 90 * depth * depth) * (1 + 0.1 * random.nextDouble());
        double reach = 0.2 + 0.9 * depth;
        return new Cell(top, rank, answer, 9 * (1 - answer) * (1 - 0.5 * depth), norm,
                row == 0 ? Double.NaN : 0.8 + 0.19 * random.nextDouble(),
                reach * Math.cos(angle + 2 * depth) + 0.05 * random.nextDouble(),
                reach * Math.sin(angle + depth) + 0.05 * random.nextDouble());
    }
}

package org.latent4j.space.arithmetic;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Matrix;
import org.latent4j.kernel.Panels;
import org.latent4j.kernel.Progress;
import org.latent4j.kernel.WorkerPool;
import org.latent4j.space.Space;

/**
 * A test of analogies: questions {@code a b c d}, "a is to b as c is to d", in groups; right where d is the point nearest to
 * {@code b - a + c}, a, b and c left out (Mikolov and others 2013). Questions with a name that the space doesn't have are skipped.
 *
 * @param groups in the order of the file
 */
public record Analogies(List<Group> groups) {
    /** What a divisor is raised by, so that it isn't zero. */
    static final double EPSILON = 1e-6;

    private static final int MOST_QUESTIONS = 10_000_000;
    /** Points that are compared with all words of the test while their similarities lie in a cache. */
    private static final int POINTS = 2 * Panels.STEP;

    /** Questions of one kind. */
    public record Group(String name, List<Question> questions) {}

    /** a is to b as c is to d. */
    public record Question(String a, String b, String c, String d) {}

    /** How many of a group were answered rightly, of those that could be asked. */
    public record Score(String name, int right, int asked) {}

    /** How a test went. */
    public record Result(List<Score> groups, int right, int asked, int skipped) {}

    /**
     * Reads a test as word2vec's {@code questions-words.txt}: a line {@code : NAME} begins a group, others have four words.
     *
     * @param lines the file's lines
     * @throws LatentException if a line is neither
     */
    public static Analogies parse(List<String> lines) {
        List<Group> groups = new ArrayList<>();
        int number = 0;
        for (String line : lines) {
            number++;
            String[] words = line.strip().split("\\s+");
            if (line.isBlank()) {
                continue;
            }
            if (words[0].startsWith(":")) {
                groups.add(new Group(line.strip().substring(1).strip(), new ArrayList<>()));
            } else if (words.length == 4) {
                if (groups.isEmpty()) {
                    groups.add(new Group("questions", new ArrayList<>()));
                }
                groups.getLast().questions().add(new Question(words[0], words[1], words[2], words[3]));
            } else {
                throw new LatentException("line %d of the analogies has %d words; four are needed, or a group's name behind a colon: %s"
                        .formatted(number, words.length, line.length() > 60 ? line.substring(0, 60) + "…" : line));
            }
            if (number > MOST_QUESTIONS) {
                throw new LatentException("the analogies have more than %d lines".formatted(MOST_QUESTIONS));
            }
        }
        return new Analogies(groups);
    }

    /**
     * Asks every question.
     *
     * @param among only the first so many points are known; word vectors come by how frequent they are
     */
    public Result ask(Space space, Expression.Method method, int among, WorkerPool pool, Progress progress) {
        int points = Math.min(among, space.size());
        Map<String, Integer> known = new HashMap<>();
        Map<Integer, Integer> words = new LinkedHashMap<>();
        List<int[]> asked = new ArrayList<>();
        List<Integer> groupOf = new ArrayList<>();
        int skipped = 0;
        for (int group = 0; group < groups.size(); group++) {
            for (Question question : groups.get(group).questions()) {
                int[] ids = {point(question.a(), space, points, known), point(question.b(), space, points, known),
                    point(question.c(), space, points, known), point(question.d(), space, points, known)};
                if (Arrays.stream(ids).anyMatch(id -> id < 0)) {
                    skipped++;
                    continue;
                }
                for (int i = 0; i < 3; i++) {
                    words.putIfAbsent(ids[i], words.size());
                }
                asked.add(ids);
                groupOf.add(group);
            }
        }
        int[] answers = asked.isEmpty() ? new int[0] : new Asking(space, asked, words, method, points).answers(pool, progress);
        int[] right = new int[groups.size()];
        int[] count = new int[groups.size()];
        for (int i = 0; i < answers.length; i++) {
            count[groupOf.get(i)]++;
            right[groupOf.get(i)] += answers[i] == asked.get(i)[3] ? 1 : 0;
        }
        List<Score> scores = new ArrayList<>();
        for (int group = 0; group < right.length; group++) {
            scores.add(new Score(groups.get(group).name(), right[group], count[group]));
        }
        return new Result(scores, Arrays.stream(right).sum(), answers.length, skipped);
    }

    private static int point(String name, Space space, int points, Map<String, Integer> known) {
        return known.computeIfAbsent(name, word -> {
            int point = space.find(word).orElseGet(() -> space.find(word.toLowerCase(Locale.ROOT)).orElse(-1));
            return point < points ? point : -1;
        });
    }

    /**
     * All questions at once. Whatever is asked is a sum or product of similarities with the words of the test, of which there are
     * few: these are made as a blocked product, some points with all words, and looked through for every question while they lie
     * in a cache. That is a twentieth of the work of a product of every question with every point.
     */
    private static final class Asking {
        private final List<int[]> questions;
        private final int[][] places;
        private final Expression.Method method;
        private final Panels points;
        private final float[] inverse;
        private final Matrix words;
        private final int chunk;
        private final int rows;

        Asking(Space space, List<int[]> questions, Map<Integer, Integer> words, Expression.Method method, int points) {
            this.questions = questions;
            this.method = method;
            Matrix known = points == space.size() ? space.vectors() : space.vectors().rows(0, points);
            this.points = Panels.of(known);
            this.rows = points;
            this.inverse = new float[points];
            for (int point = 0; point < points; point++) {
                double square = 0;
                for (int c = 0; c < known.columns(); c++) {
                    double value = known.data()[point * known.columns() + c];
                    square += value * value;
                }
                inverse[point] = square > 0 ? (float) (1 / Math.sqrt(square)) : 0;
            }
            this.words = Matrix.zeros(words.size(), known.columns());
            words.forEach((point, place) -> {
                double[] unit = Similarities.unit(known, point);
                for (int c = 0; c < unit.length; c++) {
                    this.words.data()[place * unit.length + c] = (float) unit[c];
                }
            });
            this.places = questions.stream().map(q -> new int[]{words.get(q[0]), words.get(q[1]), words.get(q[2])}).toArray(int[][]::new);
            this.chunk = Math.max(2, Panels.blockRows(known.columns()) / 2 * 2);
        }

        int[] answers(WorkerPool pool, Progress progress) {
            Worker[] workers = new Worker[pool.threads()];
            int blocks = (rows + POINTS - 1) / POINTS;
            int batch = 16 * pool.threads();
            for (int from = 0; from < blocks; from += batch) {
                int first = from;
                pool.run(Math.min(batch, blocks - from), (block, worker) -> {
                    Worker own = workers[worker];
                    if (own == null) {
                        own = new Worker();
                        workers[worker] = own;
                    }
                    own.look((first + block) * POINTS);
                });
                progress.report("Asking", Math.min(blocks, from + batch), blocks, Progress.Unit.STEPS);
            }
            int[] answers = new int[questions.size()];
            for (int q = 0; q < answers.length; q++) {
                float best = Float.NEGATIVE_INFINITY;
                answers[q] = -1;
                for (Worker worker : workers) {
                    // the higher, of equal ones the first point: whichever worker it fell to
                    if (worker != null && worker.point[q] >= 0
                            && (worker.best[q] > best || worker.best[q] == best && worker.point[q] < answers[q])) {
                        best = worker.best[q];
                        answers[q] = worker.point[q];
                    }
                }
            }
            return answers;
        }

        private final class Worker {
            private final Panels.Block[] blocks = new Panels.Block[(words.rows() + chunk - 1) / chunk];
            private final float[][] similarities = new float[blocks.length][];
            private final float[] scores = new float[POINTS];
            private final float[] best = new float[questions.size()];
            private final int[] point = new int[questions.size()];

            Worker() {
                for (int i = 0; i < blocks.length; i++) {
                    blocks[i] = new Panels.Block();
                    blocks[i].take(words, i * chunk, Math.min(words.rows(), (i + 1) * chunk));
                    similarities[i] = new float[blocks[i].roundedRows() * POINTS];
                }
                Arrays.fill(best, Float.NEGATIVE_INFINITY);
                Arrays.fill(point, -1);
            }

            void look(int from) {
                int count = Math.min(POINTS, rows - from);
                for (int i = 0; i < blocks.length; i++) {
                    blocks[i].times(points, from, from + count, similarities[i], POINTS);
                    normalise(similarities[i], from, count);
                }
                for (int q = 0; q < places.length; q++) {
                    int[] place = places[q];
                    score(place, count);
                    int at = Panels.firstAbove(scores, 0, count, best[q]);
                    while (at < count) {
                        int candidate = from + at;
                        int[] question = questions.get(q);
                        // a worker takes blocks in ascending order, so of equal scores it keeps the first
                        if (candidate != question[0] && candidate != question[1] && candidate != question[2]) {
                            best[q] = scores[at];
                            point[q] = candidate;
                        }
                        at = Panels.firstAbove(scores, at + 1, count, best[q]);
                    }
                }
            }

            private void normalise(float[] block, int from, int count) {
                for (int row = 0; row < block.length; row += POINTS) {
                    for (int j = 0; j < count; j++) {
                        float cosine = block[row + j] * inverse[from + j];
                        block[row + j] = method == Expression.Method.ADD ? cosine : (1 + cosine) / 2;
                    }
                }
            }

            private void score(int[] place, int count) {
                float[] a = similarities[place[0] / chunk];
                float[] b = similarities[place[1] / chunk];
                float[] c = similarities[place[2] / chunk];
                int atA = place[0] % chunk * POINTS;
                int atB = place[1] % chunk * POINTS;
                int atC = place[2] % chunk * POINTS;
                if (method == Expression.Method.ADD) {
                    for (int j = 0; j < count; j++) {
                        scores[j] = b[atB + j] - a[atA + j] + c[atC + j];
                    }
                } else {
                    for (int j = 0; j < count; j++) {
                        scores[j] = b[atB + j] * c[atC + j] / (a[atA + j] + (float) EPSILON);
                    }
                }
            }
        }
    }
}

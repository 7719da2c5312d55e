package org.latent4j.workbench;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Matrix;
import org.latent4j.model.Model;
import org.latent4j.model.tokenizer.ChatTemplate.Message;
import org.latent4j.space.Metric;
import org.latent4j.space.Space;

/**
 * What a language model is given to answer a question from sources, in its chat template, and without them.
 *
 * @param sources those that fit
 * @param ids with the sources
 * @param idsWithout the question alone
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record AskPrompt(String question, List<Source> sources, int[] ids, int[] idsWithout) {
    private static final String TASK = "You answer questions from numbered sources. Answer in a sentence or two that name what the "
            + "sources say, with the source's number in brackets behind it. If they don't answer the question, say so.";
    /** The longest text of a source, in characters; more is cut. */
    private static final int LONGEST = 1_500;
    private static final int SHORTEST = 100;

    /**
     * A text to answer from.
     *
     * @param similarity its cosine with the question
     */
    record Source(int point, String name, String text, double similarity) {
        static Source of(Space space, int point, float[] question) {
            double cosine = 1 - Metric.COSINE.distance(Matrix.of(1, question.length, question), 0, space.vectors(), point);
            return new Source(point, space.name(point), cut(text(space, point), LONGEST), cosine);
        }

        /** Its field {@code text}; where there is none, all fields that are text. */
        private static String text(Space space, int point) {
            Map<String, Object> fields = space.items().fields(point);
            return fields.get("text") instanceof String text
                    ? text
                    : fields.entrySet().stream().filter(field -> field.getValue() instanceof String)
                            .map(field -> field.getKey() + ": " + field.getValue()).collect(Collectors.joining("; "));
        }

        Source shortened() {
            return new Source(point, name, cut(text, text.length() / 2), similarity);
        }
    }

    private static String cut(String text, int length) {
        if (text.length() <= length) {
            return text;
        }
        int end = Character.isHighSurrogate(text.charAt(length - 1)) ? length - 1 : length;
        return text.substring(0, end) + "…";
    }

    /**
     * The prompt with as many of the sources, the first first, as leave room for an answer; a single one is cut.
     *
     * @throws LatentException if not even a short piece of one fits
     */
    static AskPrompt fitting(Model model, String question, List<Source> sources, int answer) {
        List<Source> left = sources;
        while (true) {
            int[] ids = model.chatTokens(messages(question, left));
            if ((long) ids.length + answer <= model.config().context()) {
                return new AskPrompt(question, left, ids, model.chatTokens(List.of(new Message("user", question))));
            }
            if (left.size() == 1 && left.getFirst().text().length() < SHORTEST) {
                throw new LatentException(
                        "the question and an answer of %d tokens don't fit the model's context of %d; ask for fewer with --max-tokens"
                                .formatted(answer, model.config().context()));
            }
            left = left.size() > 1 ? left.subList(0, left.size() - 1) : List.of(left.getFirst().shortened());
        }
    }

    private static List<Message> messages(String question, List<Source> sources) {
        StringBuilder text = new StringBuilder("Sources:\n");
        for (int i = 0; i < sources.size(); i++) {
            text.append('[').append(i + 1).append("] ").append(sources.get(i).name()).append(": ").append(sources.get(i).text())
                    .append('\n');
        }
        return List.of(new Message("system", TASK),
                new Message("user", text + "\nQuestion: " + question + "\nAnswer the question from the sources in a sentence or two."));
    }

    /** What the model is given, as text. */
    String written(Model model) {
        return model.tokenizer().decode(ids);
    }
}

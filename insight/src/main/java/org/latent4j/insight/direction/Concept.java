package org.latent4j.insight.direction;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.latent4j.kernel.LatentException;
import org.latent4j.model.Model;
import org.latent4j.model.tokenizer.ChatTemplate;
import org.latent4j.model.tokenizer.ChatTemplate.Message;

/**
 * Texts for a concept that is only a word: the model is asked to write in this manner and in the opposite one, and a beginning of an
 * answer follows, the same in both (after Zou et al. 2023, "Representation Engineering"). What such a direction holds is what the model
 * makes of the word.
 */
public final class Concept {
    private static final int LONGEST = 100;

    private static final List<String> MANNERS = List.of(
            "Write in a way that is %s.", "Pretend that you are extremely %s.", "Be as %s as you can be.", "Your answer should be %s.");

    private static final List<String> BEGINNINGS = List.of(
            "I went to the", "The weather today", "When I think about my work, I", "Yesterday a friend told me that",
            "Dear all, this is", "In my opinion, the", "The first thing to say about it", "After the meeting we",
            "It has been a long", "The book that I read", "Last summer in the", "As far as the food");

    private Concept() {}

    /**
     * Pairs for a word.
     *
     * @param opposite its opposite; empty: {@code not at all WORD}
     * @throws LatentException if the word is empty or a text of its own
     */
    public static Samples samples(String word, Optional<String> opposite, Model model) {
        for (String given : List.of(word, opposite.orElse("none"))) {
            if (given.isBlank() || given.length() > LONGEST) {
                throw new LatentException("concept '%.40s': give a word or a few, of at most %d characters".formatted(given, LONGEST));
            }
        }
        String other = opposite.orElse("not at all " + word);
        List<String> positive = new ArrayList<>();
        List<String> negative = new ArrayList<>();
        for (String manner : MANNERS) {
            for (String beginning : BEGINNINGS) {
                positive.add(asked(manner.formatted(word), beginning, model));
                negative.add(asked(manner.formatted(other), beginning, model));
            }
        }
        return new Samples(positive, negative, true);
    }

    private static String asked(String manner, String beginning, Model model) {
        Optional<ChatTemplate> template = model.chatTemplate();
        return template.isPresent()
                ? template.get().render(List.of(new Message("user", manner + " Continue the text.")), true) + beginning
                : manner + " " + beginning;
    }
}

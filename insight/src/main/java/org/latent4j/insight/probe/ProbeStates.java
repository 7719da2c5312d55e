package org.latent4j.insight.probe;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.latent4j.insight.probe.ProbeData.Item;
import org.latent4j.kernel.LatentException;
import org.latent4j.model.Model;
import org.latent4j.model.PromptMode;

/**
 * Which tokens each item of data stands for. Items of which no token can be found, or that lie behind the
 * context, are left out and counted.
 *
 * @param ids each text's tokens; none where no item needs them
 * @param items those that are kept
 * @param places each kept item's first and last token; null for a whole text
 * @param lost how many items of other texts have no token
 * @param empty how many texts are empty
 */
record ProbeStates(List<int[]> ids, List<Item> items, List<int @Nullable []> places, int lost, int empty) {

    /**
     * Aligns.
     *
     * @throws LatentException if no item is left
     */
    static ProbeStates align(Model model, ProbeData data, PromptMode mode) {
        List<int[]> ids = new ArrayList<>();
        List<Item> items = new ArrayList<>();
        List<int @Nullable []> places = new ArrayList<>();
        int lost = 0;
        int empty = 0;
        int next = 0;
        List<Item> all = data.items();
        for (int text = 0; text < data.texts().size(); text++) {
            String written = data.texts().get(text);
            int first = next;
            while (next < all.size() && all.get(next).text() == text) {
                next++;
            }
            int[] found = next == first || written.isBlank() ? new int[0] : model.tokens(written, mode);
            empty += written.isBlank() && next > first ? 1 : 0;
            if (found.length > model.config().context()) {
                found = Arrays.copyOf(found, model.config().context());
            }
            ids.add(found);
            List<Item> own = all.subList(first, next);
            Aligned aligned = found.length == 0 ? new Aligned(List.of(), 0) : new Aligned(model, written, found, mode, own);
            for (Item item : own) {
                int[] place = found.length == 0 || item.wholeText() ? null : aligned.of(item, written, found.length);
                if (found.length == 0 || (!item.wholeText() && place == null)) {
                    lost += written.isBlank() ? 0 : 1; // those are counted as empty
                } else {
                    items.add(item);
                    places.add(place);
                }
            }
        }
        if (next < all.size()) {
            throw new IllegalArgumentException("items must come in the order of their texts");
        }
        if (items.isEmpty()) {
            if (!all.isEmpty() && all.stream().allMatch(item -> data.texts().get(item.text()).isBlank())) {
                throw new LatentException("all %d labelled texts are empty: there is nothing to read".formatted(all.size()));
            }
            throw new LatentException(all.isEmpty()
                    ? "the data hold nothing that has a label"
                    : "none of %d labelled items has a token in its text: do the spans count characters from 0?".formatted(all.size()));
        }
        return new ProbeStates(ids, items, places, lost, empty);
    }

    /** A text's spans, and how many tokens the mode puts before the text's own. */
    private record Aligned(List<org.latent4j.model.tokenizer.Tokenizer.Span> spans, int before) {
        Aligned(Model model, String text, int[] ids, PromptMode mode, List<Item> items) {
            this(items.stream().allMatch(Item::wholeText) ? List.of() : model.tokenizer().spans(text),
                    mode == PromptMode.RAW || items.stream().allMatch(Item::wholeText) ? 0 : before(model, text, ids));
        }

        /** Where the tokens that the text has by itself begin among those with what the mode adds. */
        private static int before(Model model, String text, int[] ids) {
            int[] own = model.tokens(text, PromptMode.RAW);
            for (int at = 0; at < ids.length; at++) {
                int length = Math.min(own.length, ids.length - at);
                if (length > 0 && Arrays.equals(own, 0, length, ids, at, at + length)) {
                    return at;
                }
            }
            throw new LatentException("the tokens of '%.40s' can't be found again in this prompt mode: leave out --chat".formatted(text));
        }

        int @Nullable [] of(Item item, String text, int count) {
            int[] found = Alignment.tokens(spans, text, item.from(), item.to());
            if (found == null || found[1] + before >= count) {
                return null;
            }
            return new int[]{found[0] + before, found[1] + before};
        }
    }
}

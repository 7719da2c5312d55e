package org.latent4j.model;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A text on its way through a model, as far as it is known: what rules about positions look at. */
final class Course {
    private static final int NOWHERE = -1;

    private int[] ids;
    private int length;
    private int prompt;
    private final Map<PositionRule.After, Search> searches = new HashMap<>();

    /** How far a text was searched for tokens, and where they end first. */
    private static final class Search {
        int searched;
        int end = NOWHERE;

        Search copy() {
            Search copy = new Search();
            copy.searched = searched;
            copy.end = end;
            return copy;
        }
    }

    Course() {
        this(new int[16], 0, 0);
    }

    private Course(int[] ids, int length, int prompt) {
        this.ids = ids;
        this.length = length;
        this.prompt = prompt;
    }

    Course copy() {
        Course copy = new Course(ids.clone(), length, prompt);
        searches.forEach((rule, search) -> copy.searches.put(rule, search.copy()));
        return copy;
    }

    /** The text that the model is given, all of it. */
    void begin(int[] given) {
        ids = given.clone();
        length = given.length;
        prompt = given.length;
        searches.clear();
    }

    /** Tokens of a batch that stand from a position on. */
    void enter(int position, int[] of, int from, int to) {
        int end = position + to - from;
        if (end > ids.length) {
            ids = Arrays.copyOf(ids, Math.max(end, 2 * ids.length));
        }
        System.arraycopy(of, from, ids, position, to - from);
        length = Math.max(length, end);
    }

    boolean covers(List<PositionRule> rules, int position) {
        for (PositionRule rule : rules) {
            boolean here = switch (rule) {
                case PositionRule.All _ -> true;
                case PositionRule.Prompt _ -> position < prompt;
                case PositionRule.Generated _ -> position >= prompt;
                case PositionRule.After after -> {
                    int end = end(after);
                    yield end != NOWHERE && position > end;
                }
            };
            if (!here) {
                return false;
            }
        }
        return true;
    }

    /** How many tokens a position lies behind the last of the prompt, or behind the token that a rule waits for; 0 before. */
    int distance(List<PositionRule> rules, int position) {
        int start = prompt - 1;
        for (PositionRule rule : rules) {
            start = rule instanceof PositionRule.After after ? end(after) + 1 : start;
        }
        return Math.max(0, position - start);
    }

    private int end(PositionRule.After rule) {
        Search search = searches.computeIfAbsent(rule, _ -> new Search());
        int size = rule.tokens().size();
        for (; search.end == NOWHERE && search.searched < length; search.searched++) {
            int first = search.searched - size + 1;
            boolean same = first >= 0;
            for (int i = 0; same && i < size; i++) {
                same = ids[first + i] == rule.tokens().get(i);
            }
            search.end = same ? search.searched : NOWHERE;
        }
        return search.end;
    }
}

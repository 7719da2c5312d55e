package org.latent4j.model;

import java.util.List;

/** Finds the first of some strings in a text that comes in pieces, and keeps back what may be the beginning of one. */
final class StopStrings {
    private final List<String> stops;
    private String pending = "";
    private String found = "";

    StopStrings(List<String> stops) {
        this.stops = stops;
    }

    /** The string that was found; empty if none. */
    String found() {
        return found;
    }

    /** Takes a piece and returns the text that is certain to be none of the strings' beginning. Nothing comes once one is found. */
    String add(String piece) {
        if (!found.isEmpty()) {
            return "";
        }
        pending += piece;
        int first = pending.length();
        for (String stop : stops) {
            int at = pending.indexOf(stop);
            if (at >= 0 && at < first) {
                first = at;
                found = stop;
            }
        }
        if (found.isEmpty()) {
            first = pending.length() - longestBeginning();
        }
        String certain = pending.substring(0, first);
        pending = pending.substring(first);
        return certain;
    }

    /** How many characters at the end begin one of the strings. */
    private int longestBeginning() {
        int longest = 0;
        for (String stop : stops) {
            for (int length = Math.min(stop.length() - 1, pending.length()); length > longest; length--) {
                if (stop.startsWith(pending.substring(pending.length() - length))) {
                    longest = length;
                }
            }
        }
        return longest;
    }

    /** What was kept back, if no string was found. */
    String finish() {
        String rest = found.isEmpty() ? pending : "";
        pending = "";
        return rest;
    }
}

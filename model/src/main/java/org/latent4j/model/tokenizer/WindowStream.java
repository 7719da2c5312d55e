package org.latent4j.model.tokenizer;

import java.util.Arrays;
import java.util.function.Function;
import java.util.function.IntPredicate;

/**
 * A stream of tokens whose text depends on their neighbours: decodes the last portion again together with the new one
 * and gives out what has come in addition. A run of byte tokens waits for its end, because the reference shows a run
 * that isn't valid UTF-8 as one U+FFFD for each of its bytes.
 */
final class WindowStream implements TextStream {
    private final Function<int[], String> decode;
    private final IntPredicate waits;
    private int[] window = new int[0]; // the last portion given out, then what waits
    private int given; // how many of the window have been given out
    private String shown = ""; // their text when decoded alone

    WindowStream(Function<int[], String> decode, IntPredicate waits) {
        this.decode = decode;
        this.waits = waits;
    }

    @Override
    public String add(int id) {
        boolean wait = waits.test(id);
        window = Arrays.copyOf(window, window.length + 1);
        window[window.length - 1] = id;
        return wait ? "" : giveOut(false);
    }

    @Override
    public String finish() {
        String rest = given == window.length ? "" : giveOut(true);
        window = new int[0];
        given = 0;
        shown = "";
        return rest;
    }

    private String giveOut(boolean end) {
        String text = decode.apply(window);
        if (!text.startsWith(shown) && !end) {
            return ""; // a decoder that takes back what it said: wait for more
        }
        String more = text.substring(Math.min(shown.length(), text.length()));
        window = Arrays.copyOfRange(window, given, window.length);
        given = window.length;
        shown = decode.apply(window);
        return more;
    }
}

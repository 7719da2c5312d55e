package org.latent4j.model.tokenizer;

import org.latent4j.kernel.LatentException;

/**
 * Token ids to text, one by one: text comes out as soon as its characters are whole. What comes out altogether is
 * {@link Tokenizer#decode} of all ids. Bytes that can't become a character come out as U+FFFD. For one thread.
 */
public sealed interface TextStream permits ByteStream, WindowStream {
    /**
     * Takes the next id and returns the text that is certain by now, often that of this token, sometimes none.
     *
     * @throws LatentException if the id isn't one of the tokenizer's
     */
    String add(int id);

    /** The rest of the text when no more ids come; the stream is ready for another text after that. */
    String finish();
}

package org.latent4j.workbench;

/**
 * A text, or a piece of one that is cut into several.
 *
 * @param text the text's number in the input, from 0
 * @param number which piece of it, from 0
 * @param pieces how many there are of it
 * @param content the piece itself
 */
record TextPiece(int text, int number, int pieces, TextRow row, String content) {}

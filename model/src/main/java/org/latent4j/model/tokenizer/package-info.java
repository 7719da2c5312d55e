/**
 * Text to token ids and back: byte-level BPE and SentencePiece BPE of our own for what a GGUF holds, the library that
 * Hugging Face publishes for a {@code tokenizer.json} and for WordPiece and unigram models, which are handed to it as
 * one; ids to text as a stream, and chat templates. Nothing is added to a text silently.
 */
@NullMarked
package org.latent4j.model.tokenizer;

import org.jspecify.annotations.NullMarked;

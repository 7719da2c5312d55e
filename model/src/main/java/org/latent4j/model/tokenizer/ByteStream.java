package org.latent4j.model.tokenizer;

import java.util.function.IntFunction;

/** A stream of tokens that stand for bytes, whatever their neighbours are. */
final class ByteStream implements TextStream {
    private final IntFunction<byte[]> bytes;
    private final Utf8 utf8 = new Utf8();

    /** From the bytes of each id; the function refuses ids out of range. */
    ByteStream(IntFunction<byte[]> bytes) {
        this.bytes = bytes;
    }

    @Override
    public String add(int id) {
        return utf8.add(bytes.apply(id));
    }

    @Override
    public String finish() {
        return utf8.finish();
    }
}

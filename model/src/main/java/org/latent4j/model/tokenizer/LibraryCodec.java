package org.latent4j.model.tokenizer;

import ai.djl.huggingface.tokenizers.jni.TokenizersLibrary;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Function;
import java.util.function.LongFunction;
import org.latent4j.files.FolderLinks;
import org.latent4j.kernel.LatentException;

/**
 * A {@code tokenizer.json} in the library that Hugging Face publishes: that of a folder, or one that was put together
 * from what a GGUF says.
 */
final class LibraryCodec implements Codec {
    private static final long LARGEST_FILE = 1L << 27;
    private static final int LONGEST_RUN = 1 << 22;

    private final String name; // for errors
    private final byte[] json;
    private final Marks marks;
    private final TokenizersLibrary library;
    private final ReadWriteLock lock = new ReentrantReadWriteLock(); // read: in use, write: being freed
    private long handle; // 0 when freed
    private final TokenizerJson tokens;

    /** The tokens that open a text, end a text, and end a text or a turn. */
    record Marks(OptionalInt begin, OptionalInt end, Set<Integer> ends) {}

    /** Takes a tokenizer's definition; {@code name} is for errors. */
    LibraryCodec(byte[] json, String name, Function<TokenizerJson, Marks> marks) {
        this.json = json;
        this.name = name;
        tokens = TokenizerJson.read(json, name); // also keeps from the library what would end the process
        this.marks = marks.apply(tokens);
        library = NativeLibrary.get();
        try {
            handle = library.createTokenizerFromString(new String(json, StandardCharsets.UTF_8));
            // Files remember how someone trained; transformers doesn't apply it.
            library.disableTruncation(handle);
            library.disablePadding(handle);
        } catch (RuntimeException e) {
            throw failure("can't be read by Hugging Face's library", e);
        }
    }

    /** Opens {@code tokenizer.json} of a folder. */
    static LibraryCodec open(Path folder) {
        Path file = FolderLinks.resolve(folder, "tokenizer.json");
        FolderSettings settings = new FolderSettings(folder);
        return new LibraryCodec(read(file), file.toString(), tokens -> new Marks(settings.token("bos_token", tokens),
                settings.token("eos_token", tokens), settings.ends(tokens)));
    }

    private static byte[] read(Path file) {
        try {
            long size = Files.size(file);
            if (size > LARGEST_FILE) {
                throw new LatentException(file + " has " + size + " bytes; a tokenizer has " + LARGEST_FILE
                        + " at most");
            }
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new LatentException(file + " can't be read: " + e.getMessage(), e);
        }
    }

    @Override
    public int[] encode(String text) {
        return encode(text, false);
    }

    @Override
    public int[] encodeWithSpecial(String text) {
        return encode(text, true);
    }

    private int[] encode(String text, boolean special) {
        refuseLongRuns(text);
        return withHandle(tokenizer -> {
            long encoding = library.encode(tokenizer, text, special);
            try {
                return Arrays.stream(library.getTokenIds(encoding)).mapToInt(this::known).toArray();
            } finally {
                library.deleteEncoding(encoding);
            }
        });
    }

    @Override
    public List<Tokenizer.Span> spans(String text) {
        refuseLongRuns(text);
        int[] starts = text.codePoints().map(Character::charCount).toArray(); // becomes where each code point begins
        int at = 0;
        for (int i = 0; i < starts.length; i++) {
            int length = starts[i];
            starts[i] = at;
            at += length;
        }
        return withHandle(tokenizer -> {
            long encoding = library.encode(tokenizer, text, false);
            try {
                return Arrays.stream(library.getTokenCharSpans(encoding))
                        .map(span -> span == null
                                ? new Tokenizer.Span(0, 0)
                                : new Tokenizer.Span(place(span.getStart(), starts, text), place(span.getEnd(), starts, text)))
                        .toList();
            } finally {
                library.deleteEncoding(encoding);
            }
        });
    }

    private static int place(int codePoint, int[] starts, String text) {
        return codePoint < 0 ? 0 : codePoint < starts.length ? starts[codePoint] : text.length();
    }

    /** A run of white space, or of anything else, is looked through as a whole; at ten million steps the library ends the process. */
    private void refuseLongRuns(String text) {
        int begin = 0;
        for (int i = 1; i < text.length(); i++) {
            if (Character.isWhitespace(text.charAt(i)) != Character.isWhitespace(text.charAt(i - 1))) {
                begin = i;
            } else if (i - begin >= LONGEST_RUN) {
                throw new LatentException("text has more than " + LONGEST_RUN + " characters "
                        + (Character.isWhitespace(text.charAt(i)) ? "of white space on end" : "on end without white space")
                        + ", which the tokenizer of " + name + " can't take; divide it");
            }
        }
    }

    /** An id as the vocabulary has it; a post-processor may say others. */
    private int known(long id) {
        if (id < 0 || id >= tokens.size()) {
            throw new LatentException(name + " makes the id " + id + ", which no token has; the file is damaged");
        }
        return (int) id;
    }

    @Override
    public String decode(int[] ids) {
        return tokens.decode(ids);
    }

    private <T> T withHandle(LongFunction<T> work) {
        lock.readLock().lock();
        try {
            if (handle == 0) {
                throw new IllegalStateException("the tokenizer is closed");
            }
            return work.apply(handle);
        } catch (LatentException | IllegalStateException e) {
            throw e;
        } catch (RuntimeException e) {
            throw failure("can't be applied", e);
        } finally {
            lock.readLock().unlock();
        }
    }

    private LatentException failure(String what, RuntimeException cause) {
        return new LatentException(name + " " + what + ": " + Names.shown(String.valueOf(cause.getMessage())), cause);
    }

    @Override
    public String token(int id) {
        return new String(tokens.bytes(id), StandardCharsets.UTF_8);
    }

    @Override
    public TextStream stream() {
        return tokens.writing() == TokenizerJson.Writing.BYTES
                ? new ByteStream(tokens::bytes)
                : new WindowStream(tokens::decode, tokens::isByte);
    }

    @Override
    public int size() {
        return tokens.size();
    }

    @Override
    public OptionalInt beginToken() {
        return marks.begin();
    }

    @Override
    public OptionalInt endToken() {
        return marks.end();
    }

    @Override
    public Set<Integer> endTokens() {
        return marks.ends();
    }

    @Override
    public OptionalInt unknownToken() {
        return tokens.unknown();
    }

    @Override
    public String sha256() {
        return DefinitionDigest.sha256(json);
    }

    @Override
    public void close() {
        lock.writeLock().lock();
        try {
            if (handle != 0) {
                library.deleteTokenizer(handle);
                handle = 0;
            }
        } finally {
            lock.writeLock().unlock();
        }
    }
}

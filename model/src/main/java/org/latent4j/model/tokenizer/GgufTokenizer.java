package org.latent4j.model.tokenizer;

import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import org.latent4j.kernel.LatentException;

/** Reads a tokenizer out of a GGUF's metadata, by the conventions of llama.cpp ({@code llama-vocab.cpp}). */
final class GgufTokenizer {
    private static final int UNKNOWN = 2;
    private static final int CONTROL = 3;
    private static final int USER_DEFINED = 4;

    /** Texts of control tokens that end a text or a turn, whatever the metadata says. */
    static final Set<String> ENDS = Set.of("<|endoftext|>", "<|end_of_text|>", "<|eot_id|>", "<|eom_id|>",
            "<|im_end|>", "<|end|>", "<end_of_turn>", "<EOT>", "_<EOT>", "<｜end▁of▁sentence｜>");

    private static final Set<String> NOT_SWALLOWING = Set.of("<unk>", "<s>", "<|endoftext|>");

    private final Metadata metadata;
    private final String name;
    private final List<String> tokens;
    private final int[] types;

    private GgufTokenizer(Metadata metadata, String name) {
        this.metadata = metadata;
        this.name = name;
        // A copy: they are looked at again and again, and the metadata may make a string each time it is asked.
        tokens = Arrays.asList(said(metadata.strings(key("tokens")), "tokens").toArray(new String[0]));
        types = metadata.integers(key("token_type")).orElse(new int[0]);
        if (tokens.isEmpty()) {
            throw missing("tokens");
        }
        if (types.length != 0 && types.length != tokens.size()) {
            throw new LatentException(name + " has " + types.length + " types (tokenizer.ggml.token_type) for "
                    + tokens.size() + " tokens; the file is damaged");
        }
    }

    /** The tokenizer, which must be of a kind that we support; {@code name} is that of the file, for errors. */
    static Codec open(Metadata metadata, String name) {
        GgufTokenizer read = new GgufTokenizer(metadata, name);
        String model = read.said(metadata.string(key("model")), "model");
        return switch (model) {
            case "gpt2" -> new ByteLevelBpe(read.bpe());
            case "llama" -> new SentencePiece(read.sentencePiece());
            case "bert" -> read.wordPiece();
            case "t5" -> read.unigram();
            default -> throw new LatentException(name + " has a tokenizer of kind \"" + Names.shown(model)
                    + "\" (tokenizer.ggml.model), which isn't supported; supported are gpt2 (byte-level BPE),"
                    + " llama (SentencePiece BPE), t5 (SentencePiece unigram), bert (WordPiece)");
        };
    }

    private BpeDefinition bpe() {
        int[] writtenOut = writtenOut();
        PreTokenizer preTokenizer = PreTokenizer.named(said(metadata.string(key("pre")), "pre"), name);
        List<String> merges = said(metadata.strings(key("merges")), "merges");
        OptionalInt begin = token("bos_token_id");
        OptionalInt end = token("eos_token_id");
        return new BpeDefinition(name, preTokenizer, tokens, merges, writtenOut, begin, end, ends(end, writtenOut),
                added("add_bos_token", preTokenizer.opensTexts(), begin), added("add_eos_token", false, end));
    }

    private SentencePieceDefinition sentencePiece() {
        int[] writtenOut = writtenOut();
        OptionalInt begin = token("bos_token_id", 1);
        OptionalInt end = token("eos_token_id", 2);
        return new SentencePieceDefinition(name, tokens, scores(),
                metadata.bool(key("add_space_prefix")).orElse(true), writtenOut, swallowing(writtenOut),
                token("unknown_token_id", 0).orElse(0), begin, end, ends(end, writtenOut),
                added("add_bos_token", true, begin), added("add_eos_token", false, end));
    }

    /** Phi-3's special tokens swallow white space after them, which no metadata says; llama.cpp goes by its name. */
    private BitSet swallowing(int[] writtenOut) {
        BitSet swallowing = new BitSet();
        String model = metadata.string("general.name").orElse("").toLowerCase(Locale.ROOT);
        if (model.contains("phi-3") || model.contains("phi3")) {
            for (int id : writtenOut) {
                swallowing.set(id, !NOT_SWALLOWING.contains(tokens.get(id)));
            }
        }
        return swallowing;
    }

    private Codec wordPiece() {
        int[] writtenOut = writtenOut();
        OptionalInt begin = token("bos_token_id").isPresent() ? token("bos_token_id") : token("cls_token_id", 101);
        OptionalInt end = token("seperator_token_id", 102); // so is it spelt
        int unknown = token("unknown_token_id", 100).orElse(0);
        byte[] json = BuiltJson.wordPiece(tokens, writtenOut, unknown,
                metadata.bool(key("normalizer.lowercase")).orElse(true), begin, end);
        return new LibraryCodec(json, name, read -> new LibraryCodec.Marks(begin, end, ends(end, writtenOut)));
    }

    private Codec unigram() {
        int[] writtenOut = writtenOut();
        OptionalInt begin = token("bos_token_id");
        OptionalInt end = token("eos_token_id", 1);
        int unknown = token("unknown_token_id", 2).orElse(0);
        int[] said = metadata.integers(key("precompiled_charsmap")).orElse(new int[0]);
        byte[] charsmap = new byte[said.length];
        for (int i = 0; i < said.length; i++) {
            charsmap[i] = (byte) said[i];
        }
        if (charsmap.length > 0) {
            CharsMap.check(charsmap, name);
        }
        byte[] json = BuiltJson.unigram(tokens, scores(), writtenOut, unknown, charsmap,
                metadata.bool(key("add_space_prefix")).orElse(true),
                added("add_bos_token", false, begin) ? begin : OptionalInt.empty(),
                added("add_eos_token", true, end) ? end : OptionalInt.empty());
        return new LibraryCodec(json, name, read -> new LibraryCodec.Marks(begin, end, ends(end, writtenOut)));
    }

    private float[] scores() {
        return SentencePiece.checked(said(metadata.floats(key("scores")), "scores"), tokens.size(), name);
    }

    private int[] writtenOut() {
        Ids found = new Ids(); // a plain loop: the first stream of a JVM costs more than all the rest here
        for (int id = 0; id < types.length; id++) {
            if (types[id] == UNKNOWN || types[id] == CONTROL || types[id] == USER_DEFINED) {
                found.add(id);
            }
        }
        return found.toArray();
    }

    private Set<Integer> ends(OptionalInt end, int[] writtenOut) {
        Set<Integer> ends = new TreeSet<>();
        for (OptionalInt id : List.of(end, token("eot_token_id"), token("eom_token_id"))) {
            if (id.isPresent()) {
                ends.add(id.getAsInt());
            }
        }
        for (int id : writtenOut) {
            if (ENDS.contains(tokens.get(id))) {
                ends.add(id);
            }
        }
        return ends;
    }

    /** The token, or where nothing is said that which llama.cpp takes, if the vocabulary has it. */
    private OptionalInt token(String which, int otherwise) {
        OptionalInt said = token(which);
        return said.isPresent() || otherwise >= tokens.size() ? said : OptionalInt.of(otherwise);
    }

    private OptionalInt token(String which) {
        OptionalLong id = metadata.integer(key(which));
        if (id.isEmpty()) {
            return OptionalInt.empty();
        }
        if (id.getAsLong() < 0 || id.getAsLong() >= tokens.size()) {
            throw new LatentException(name + " says that " + key(which) + " is " + id.getAsLong()
                    + ", which is out of range; ids are 0 to " + (tokens.size() - 1));
        }
        return OptionalInt.of((int) id.getAsLong());
    }

    private boolean added(String which, boolean otherwise, OptionalInt token) {
        Optional<Boolean> said = metadata.bool(key(which));
        if (said.orElse(false) && token.isEmpty()) {
            throw new LatentException(name + " says that " + key(which) + " is true, but doesn't say which token;"
                    + " the file is damaged");
        }
        return said.orElse(otherwise && token.isPresent());
    }

    private static String key(String name) {
        return "tokenizer.ggml." + name;
    }

    private <T> T said(Optional<T> value, String which) {
        if (value.isEmpty()) {
            throw missing(which);
        }
        return value.get();
    }

    private LatentException missing(String which) {
        return new LatentException(name + " has no " + key(which) + ", so texts can't be cut into tokens; "
                + "convert the model again with a current converter, or give token ids");
    }
}

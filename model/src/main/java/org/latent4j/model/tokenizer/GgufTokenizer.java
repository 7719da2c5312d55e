package org.latent4j.model.tokenizer;

import java.util.Arrays;
import java.util.List;
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
        return new ByteLevelBpe(new GgufTokenizer(metadata, name).bpe());
    }

    private BpeDefinition bpe() {
        String model = said(metadata.string(key("model")), "model");
        if (!model.equals("gpt2")) {
            throw new LatentException(name + " has a tokenizer of kind \"" + Names.shown(model)
                    + "\" (tokenizer.ggml.model), which isn't supported; supported is gpt2 (byte-level BPE)");
        }
        int[] writtenOut = writtenOut();
        PreTokenizer preTokenizer = PreTokenizer.named(said(metadata.string(key("pre")), "pre"), name);
        List<String> merges = said(metadata.strings(key("merges")), "merges");
        OptionalInt begin = token("bos_token_id");
        OptionalInt end = token("eos_token_id");
        return new BpeDefinition(name, preTokenizer, tokens, merges, writtenOut, begin, end, ends(end, writtenOut),
                added("add_bos_token", preTokenizer.opensTexts(), begin), added("add_eos_token", false, end));
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

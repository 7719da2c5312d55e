package org.latent4j.model.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.latent4j.files.FolderLinks;
import org.latent4j.kernel.LatentException;

/**
 * The tokenizer of a Hugging Face folder: its {@code tokenizer.json}, or GPT-2's {@code vocab.json} and
 * {@code merges.txt}, or BERT's {@code vocab.txt}.
 */
final class FolderTokenizer {
    private static final long LARGEST_LIST = 1L << 26;
    private static final int MOST_TOKENS = 1 << 22;
    private static final List<String> SPECIAL = List.of("bos_token", "eos_token", "unk_token", "pad_token");
    private static final Set<String> BERT = Set.of("BertTokenizer", "BertTokenizerFast");
    private static final List<String> BERT_SPECIAL = List.of("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]");
    private static final String GPT2_END = "<|endoftext|>"; // what GPT2Tokenizer takes where nothing is said

    private final Path folder;
    private final FolderSettings settings;

    private FolderTokenizer(Path folder) {
        this.folder = folder;
        this.settings = new FolderSettings(folder);
    }

    static Codec open(Path folder) {
        if (Files.isRegularFile(folder.resolve("tokenizer.json"))) {
            return LibraryCodec.open(folder);
        }
        if (Files.isRegularFile(folder.resolve("vocab.json")) && Files.isRegularFile(folder.resolve("merges.txt"))) {
            return new FolderTokenizer(folder).gpt2();
        }
        if (Files.isRegularFile(folder.resolve("vocab.txt"))) {
            return new FolderTokenizer(folder).bert();
        }
        String instead = Files.isRegularFile(folder.resolve("tokenizer.model"))
                ? " has a SentencePiece tokenizer (tokenizer.model) without a tokenizer.json, which isn't supported"
                : " has no tokenizer (tokenizer.json, GPT-2's vocab.json and merges.txt, or BERT's vocab.txt)";
        throw new LatentException(folder + instead + "; add the tokenizer.json of the model or give token ids");
    }

    private Codec gpt2() {
        String kind = settings.json("tokenizer_config.json").path("tokenizer_class").asText("GPT2Tokenizer");
        if (!kind.equals("GPT2Tokenizer") && !kind.equals("GPT2TokenizerFast")) {
            throw new LatentException(folder + " has vocab.json and merges.txt of a " + Names.shown(kind)
                    + ", which isn't supported without a tokenizer.json; only GPT2Tokenizer is");
        }
        List<String> tokens = tokens();
        TokenIndex ids = new TokenIndex(tokens);
        Set<Integer> written = written(ids);
        OptionalInt begin = special("bos_token", ids);
        OptionalInt end = special("eos_token", ids);
        Set<Integer> ends = new TreeSet<>();
        end.ifPresent(ends::add);
        boolean opens = settings.json("tokenizer_config.json").path("add_bos_token").asBoolean(false)
                && begin.isPresent();
        return new ByteLevelBpe(new BpeDefinition(folder.resolve("merges.txt").toString(), PreTokenizer.GPT_2, tokens,
                merges(), written.stream().mapToInt(Integer::intValue).toArray(), begin, end, ends, opens, false));
    }

    private Codec bert() {
        JsonNode config = settings.json("tokenizer_config.json");
        String kind = config.path("tokenizer_class").asText("BertTokenizer");
        boolean asBert = config.path("tokenize_chinese_chars").asBoolean(true)
                && config.path("do_basic_tokenize").asBoolean(true) && !config.path("strip_accents").isBoolean();
        if (!BERT.contains(kind) || !asBert) {
            throw new LatentException(folder + " has the vocab.txt of a " + Names.shown(kind)
                    + " or with settings of its own, which isn't supported without a tokenizer.json;"
                    + " supported is BertTokenizer as it comes");
        }
        Path file = FolderLinks.resolve(folder, "vocab.txt");
        List<String> tokens = lines(file);
        TokenIndex ids = new TokenIndex(tokens);
        int[] special = BERT_SPECIAL.stream().mapToInt(ids::id).filter(id -> id != TokenIndex.NONE).sorted().toArray();
        OptionalInt begin = OptionalInt.of(required(ids, "[CLS]", file));
        OptionalInt end = OptionalInt.of(required(ids, "[SEP]", file));
        byte[] json = BuiltJson.bert(tokens, special, required(ids, "[UNK]", file),
                config.path("do_lower_case").asBoolean(true), begin, end);
        return new LibraryCodec(json, file.toString(), read -> new LibraryCodec.Marks(begin, end,
                Set.of(end.getAsInt())));
    }

    private static int required(TokenIndex ids, String token, Path file) {
        int id = ids.id(token);
        if (id == TokenIndex.NONE) {
            throw new LatentException(file + " has no token " + token + "; it isn't the vocabulary of a BERT");
        }
        return id;
    }

    /** Tokens by id out of vocab.json and added_tokens.json; ids that nothing has are empty. */
    private List<String> tokens() {
        TreeMap<Integer, String> byId = new TreeMap<>();
        for (String file : List.of("vocab.json", "added_tokens.json")) {
            JsonNode said = settings.json(file);
            for (Map.Entry<String, JsonNode> entry : said.properties()) {
                int id = entry.getValue().isInt() ? entry.getValue().asInt() : -1;
                if (id < 0 || id >= MOST_TOKENS) {
                    throw new LatentException(folder.resolve(file) + " gives token \"" + Names.shown(entry.getKey())
                            + "\" the id " + Names.shown(entry.getValue().toString()) + "; ids are 0 to "
                            + (MOST_TOKENS - 1));
                }
                byId.put(id, entry.getKey());
            }
        }
        if (byId.isEmpty()) {
            throw new LatentException(folder.resolve("vocab.json") + " has no tokens; the file is damaged");
        }
        String[] tokens = new String[byId.lastKey() + 1];
        Arrays.fill(tokens, "");
        byId.forEach((id, token) -> tokens[id] = token);
        return List.of(tokens);
    }

    private List<String> merges() {
        List<String> merges = new ArrayList<>(lines(FolderLinks.resolve(folder, "merges.txt")));
        if (!merges.isEmpty() && merges.getFirst().startsWith("#version")) {
            merges.removeFirst();
        }
        merges.removeIf(String::isEmpty);
        return merges;
    }

    /** The lines of a file, without the empty one after the last line end. */
    private static List<String> lines(Path file) {
        try {
            if (Files.size(file) > LARGEST_LIST) {
                throw new LatentException(file + " has " + Files.size(file) + " bytes; a list of merges or tokens has "
                        + LARGEST_LIST + " at most");
            }
            // Not String.lines(): tokens may have carriage returns inside.
            List<String> lines = new ArrayList<>();
            for (String line : new String(Files.readAllBytes(file), StandardCharsets.UTF_8).split("\n")) {
                lines.add(line.endsWith("\r") ? line.substring(0, line.length() - 1) : line);
            }
            return lines;
        } catch (IOException e) {
            throw new LatentException(file + " can't be read: " + e.getMessage(), e);
        }
    }

    /** Ids of the tokens that are recognised when a text writes them out. */
    private Set<Integer> written(TokenIndex ids) {
        Set<String> texts = new TreeSet<>();
        for (String name : SPECIAL) {
            texts.add(settings.text(name));
        }
        texts.add(GPT2_END);
        settings.json("added_tokens.json").fieldNames().forEachRemaining(texts::add);
        for (JsonNode added : settings.json("tokenizer_config.json").path("added_tokens_decoder")) {
            texts.add(added.path("content").asText(""));
        }
        Set<Integer> written = new TreeSet<>();
        for (String text : texts) {
            if (!text.isEmpty() && ids.id(text) != TokenIndex.NONE) {
                written.add(ids.id(text));
            }
        }
        return written;
    }

    private OptionalInt special(String name, TokenIndex ids) {
        String text = settings.text(name);
        int id = ids.id(text.isEmpty() ? GPT2_END : text);
        return id == TokenIndex.NONE ? OptionalInt.empty() : OptionalInt.of(id);
    }
}

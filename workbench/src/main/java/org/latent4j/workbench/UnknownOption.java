package org.latent4j.workbench;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.latent4j.space.Spellings;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * The first word of a command line that is written like an option and is none of the command's. Whatever else picocli complains of, such
 * a word mostly is the cause: what was meant by it is what then is missing, or left over.
 */
final class UnknownOption {
    private static final Pattern LIKE_ONE = Pattern.compile("--?\\p{L}.*", Pattern.DOTALL);
    /** Of a part of a name so many letters tell which one is meant. */
    private static final int TELLING = 3;

    private UnknownOption() {}

    /**
     * Looks for it.
     *
     * @param words the whole command line behind {@code latent}
     */
    static Optional<String> in(CommandSpec command, String... words) {
        for (int at = begin(command, words); at < words.length && !words[at].equals("--"); at++) {
            String word = words[at];
            if (!LIKE_ONE.matcher(word).matches()) {
                if (!command.subcommands().isEmpty() && command.positionalParameters().isEmpty()) {
                    return Optional.empty(); // it should be a command, and what follows would be that one's
                }
                continue;
            }
            String name = word.replaceFirst("(?s)=.*", "");
            OptionSpec option = command.findOption(name);
            boolean shortOnes = !word.startsWith("--") && command.findOption(word.substring(0, 2)) != null; // -k10, -hV
            if (option == null && !shortOnes) {
                return Optional.of(name);
            }
            if (option != null && option.arity().min() > 0 && name.equals(word)) {
                at += option.arity().min();
            }
        }
        return Optional.empty();
    }

    /** Behind the words that name the command. */
    private static int begin(CommandSpec command, String... words) {
        CommandSpec parent = command.parent();
        if (parent == null) {
            return 0;
        }
        int at = begin(parent, words);
        while (at < words.length && !words[at].equals(command.name())) {
            at++;
        }
        return at + 1;
    }

    /** The option that is nearest to a word that isn't one: one that it begins, a short one, one that it is a part of, one of like spelling. */
    static Optional<String> meant(CommandSpec command, String word) {
        List<String> names = command.options().stream().filter(option -> !option.hidden()).map(OptionSpec::longestName).toList();
        String bare = word.replaceFirst("^-+", "");
        if (bare.length() == 1) {
            String other = word.startsWith("--") ? "-" + bare : "--" + bare;
            return Optional.ofNullable(command.findOption(other)).map(_ -> other);
        }
        return names.stream().filter(name -> name.startsWith(word)).findFirst()
                .or(() -> Spellings.nearest(word, names).stream().findFirst())
                .or(() -> names.stream().filter(name -> bare.length() > TELLING && name.contains(bare)).findFirst());
    }
}

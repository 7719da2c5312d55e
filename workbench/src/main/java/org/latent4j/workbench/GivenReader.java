package org.latent4j.workbench;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Texts of the command line. */
final class GivenReader implements PromptReader {
    private final List<String> texts;
    private int next;

    GivenReader(List<String> texts) {
        this.texts = texts;
    }

    @Override
    public @Nullable Prompt next() {
        if (next == texts.size()) {
            return null;
        }
        String text = texts.get(next++);
        return new Prompt.Text(texts.size() == 1 ? "the text" : "text " + next + " of the command line", text);
    }

    /** Of one text its own hash; of several that of the texts with a null byte behind each. */
    @Override
    public String sha256() {
        MessageDigest digest = HashedFile.newSha256();
        for (String text : texts) {
            digest.update(text.getBytes(StandardCharsets.UTF_8));
            if (texts.size() > 1) {
                digest.update((byte) 0);
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    @Override
    public void close() {}
}

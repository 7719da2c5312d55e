package org.latent4j.workbench;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The prompts of a file, however it is written. */
final class FileReader implements PromptReader {
    /** One way to write prompts into a file. */
    interface Prompts {
        /** The next prompt, or null at the end. */
        @Nullable
        Prompt next() throws IOException;
    }

    private final Prompts prompts;
    private final HashedFile file;

    FileReader(Prompts prompts, HashedFile file) {
        this.prompts = prompts;
        this.file = file;
    }

    @Override
    public @Nullable Prompt next() {
        try {
            return prompts.next();
        } catch (IOException e) {
            throw file.unreadable(e);
        }
    }

    @Override
    public String sha256() {
        try {
            return file.sha256();
        } catch (IOException e) {
            throw file.unreadable(e);
        }
    }

    @Override
    public void close() {
        try {
            file.close();
        } catch (IOException e) {
            throw file.unreadable(e);
        }
    }
}

package org.latent4j.files;

import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import org.latent4j.kernel.LatentException;

/** What a file is by its first bytes, so that a file that is no model can be refused with the name of what it is. */
public enum FileKind {
    GGUF("a GGUF file"), SAFETENSORS("a safetensors file"), EMPTY("empty; is the download complete?"), LEGACY_GGML(
            "a ggml file of before August 2023 (magic ggml, ggmf, ggjt or ggla); get the model as GGUF"), ZIP(
                    "a zip archive, not a model; if it is a PyTorch checkpoint, save it as safetensors (a pickle can run code"
                            + " when opened)"), PICKLE(
                                    "a Python pickle, which can run code when opened; save the model as safetensors instead"), HDF5(
                                            "an HDF5 file (Keras), not a model that can be read; get it as GGUF or safetensors"), GZIP(
                                                    "a gzip archive, not a model; unpack it first"), LFS_POINTER(
                                                            "a Git LFS pointer, not the file itself; fetch it with: git lfs pull"), HTML(
                                                                    "a web page, not a model; the download got a page instead of the file"), TEXT(
                                                                            "a text file, not a model; name a .gguf file or a Hugging Face folder"), UNKNOWN(
                                                                                    "not a model file; a .gguf file or a Hugging Face folder with safetensors is needed");

    private static final int HEAD = 512;

    private final String words;

    FileKind(String words) {
        this.words = words;
    }

    /** Refuses a file that is of another kind. */
    public static void require(MappedFile file, FileKind wanted) {
        FileKind kind = of(file);
        if (kind != wanted) {
            throw kind.refusal(file);
        }
    }

    /** The one line that says what the file is. */
    public LatentException refusal(MappedFile file) {
        return file.broken("is %s", words);
    }

    /** What a file is by its first bytes. */
    public static FileKind of(MappedFile file) {
        byte[] head = file.data().asSlice(0, Math.min(HEAD, file.size())).toArray(ValueLayout.JAVA_BYTE);
        String start = new String(head, StandardCharsets.ISO_8859_1);
        if (start.isEmpty()) {
            return EMPTY;
        }
        if (start.startsWith("GGUF")) {
            return GGUF;
        }
        // ggml wrote its magic as a little-endian number, so it stands in the file backwards
        for (String magic : new String[]{"lmgg", "fmgg", "tjgg", "algg", "ggml", "ggmf", "ggjt", "ggla"}) {
            if (start.startsWith(magic)) {
                return LEGACY_GGML;
            }
        }
        if (isSafetensors(head, file.size())) {
            return SAFETENSORS;
        }
        if (start.startsWith("PK\003\004") || start.startsWith("PK\005\006")) {
            return ZIP;
        }
        if (head[0] == (byte) 0x80 && head.length > 1 && head[1] >= 2 && head[1] <= 5) {
            return PICKLE;
        }
        if (start.startsWith("\u0089HDF")) {
            return HDF5;
        }
        if (start.startsWith("\u001f\u008b")) {
            return GZIP;
        }
        return text(head, start);
    }

    /** A header's length that fits, and behind it the brace that opens the header. */
    private static boolean isSafetensors(byte[] head, long size) {
        if (head.length < 10 || head[8] != '{') {
            return false;
        }
        long length = 0;
        for (int i = 7; i >= 0; i--) {
            length = length << 8 | head[i] & 0xff;
        }
        return length >= 2 && length <= Math.max(size - 8, Safetensors.LONGEST_HEADER);
    }

    private static FileKind text(byte[] head, String start) {
        for (byte b : head) {
            boolean control = b >= 0 && b < ' ' && b != '\n' && b != '\r' && b != '\t' && b != '\f';
            boolean neverInUtf8 = b == (byte) 0xc0 || b == (byte) 0xc1 || (b & 0xff) >= 0xf5;
            if (control || neverInUtf8) {
                return UNKNOWN;
            }
        }
        if (start.startsWith("version https://git-lfs")) {
            return LFS_POINTER;
        }
        String beginning = start.stripLeading();
        return beginning.regionMatches(true, 0, "<!doctype", 0, 9) || beginning.regionMatches(true, 0, "<html", 0, 5)
                ? HTML
                : TEXT;
    }
}

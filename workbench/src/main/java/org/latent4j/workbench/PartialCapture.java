package org.latent4j.workbench;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.latent4j.kernel.LatentException;

/**
 * The folder {@code OUT.partial} in which a capture, or a file of vectors, grows until it is whole: the files, how far they have come, and a
 * lock against a second process. When the program ends early, it stays; the same capture goes on from there.
 */
final class PartialCapture implements AutoCloseable {
    private static final String PROGRESS = "progress.json";
    private static final String LOCK = "lock";

    private final Path out;
    private final Path folder;
    private final FileChannel lockFile;
    private Map<String, String> manifest = Map.of();
    private volatile int done; // read by the thread that says good-bye

    private PartialCapture(Path out, Path folder, FileChannel lockFile) {
        this.out = out;
        this.folder = folder;
        this.lockFile = lockFile;
    }

    /**
     * Claims an output: from here to {@link #close} nobody else writes it.
     *
     * @param out the file that is to be, {@code NAME.safetensors}
     * @param restart whether what an earlier run left is thrown away
     * @throws LatentException if it can't be written, or someone else is writing it
     */
    static PartialCapture open(Path out, boolean restart) {
        check(out);
        Path folder = out.resolveSibling(out.getFileName() + ".partial");
        try {
            PartialCapture partial = new PartialCapture(out, folder, lock(out, folder));
            try {
                if (restart) {
                    partial.clear();
                } else {
                    partial.load();
                }
                return partial;
            } catch (IOException | LatentException e) {
                partial.lockFile.close();
                throw e;
            }
        } catch (IOException e) {
            throw DiskTrouble.writing(out, e);
        }
    }

    private static void check(Path out) {
        String name = String.valueOf(out.getFileName());
        if (!name.endsWith(".safetensors") || name.equals(".safetensors")) {
            throw new LatentException(
                    "--out %s: what is written is a safetensors file, its name ends with .safetensors".formatted(out));
        }
        if (Files.isDirectory(out)) {
            throw new LatentException("--out %s is a folder; name a file".formatted(out));
        }
        Path parent = Objects.requireNonNull(out.toAbsolutePath().getParent());
        if (!Files.exists(parent)) {
            throw new LatentException("--out %s: there is no folder %s; make it first".formatted(out, parent));
        }
        if (!Files.isDirectory(parent)) {
            throw new LatentException("--out %s: %s is not a folder".formatted(out, parent));
        }
    }

    // Whoever ends removes the folder with its lock. A lock on a file that was removed meanwhile is worth nothing, so
    // the file is recognised by its name again: by a size made up for the purpose, since opening and closing it once
    // more would give the lock away (fcntl's rule).
    private static FileChannel lock(Path out, Path folder) throws IOException {
        for (int attempt = 0; attempt < 10; attempt++) {
            createFolder(folder);
            try (Opened lock = new Opened(folder.resolve(LOCK))) {
                if (!tryLock(lock.channel)) {
                    throw new LatentException(
                            ("%s is being written by another process (%s); wait for it, or choose another "
                                    + "--out")
                                    .formatted(out, owner(folder)));
                }
                if (lock.isStillThere()) {
                    return lock.keep();
                }
            } catch (NoSuchFileException _) {
                // the folder vanished between two lines of ours
            }
        }
        throw new IOException("its lock changes all the time");
    }

    /** The file of the lock, closed again unless it is kept. */
    private static final class Opened implements AutoCloseable {
        final FileChannel channel;
        private final Path path;
        private boolean kept;

        Opened(Path path) throws IOException {
            this.path = path;
            this.channel = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        }

        boolean isStillThere() throws IOException {
            long size = 32 + (System.nanoTime() & 0xF_FFFF);
            byte[] owner = (ProcessHandle.current().pid() + " ").getBytes(StandardCharsets.UTF_8);
            channel.truncate(0).write(ByteBuffer.wrap(owner), 0);
            channel.write(ByteBuffer.allocate(1), size - 1);
            return Files.size(path) == size;
        }

        FileChannel keep() {
            kept = true;
            return channel;
        }

        @Override
        public void close() throws IOException {
            if (!kept) {
                channel.close();
            }
        }
    }

    private static void createFolder(Path folder) throws IOException {
        try {
            Files.createDirectory(folder);
        } catch (FileAlreadyExistsException e) {
            if (!Files.isDirectory(folder)) {
                throw e;
            }
        }
    }

    /** Locks a byte far behind the content, which others may read then, on Windows too. */
    private static boolean tryLock(FileChannel channel) throws IOException {
        try {
            FileLock lock = channel.tryLock(Long.MAX_VALUE - 1, 1, false);
            return lock != null;
        } catch (OverlappingFileLockException _) {
            return false;
        }
    }

    private static String owner(Path folder) {
        try (InputStream lock = Files.newInputStream(folder.resolve(LOCK))) {
            String mark = new String(lock.readNBytes(32), StandardCharsets.UTF_8);
            int space = mark.indexOf(' ');
            return space > 0 ? "number " + mark.substring(0, space) : "just starting";
        } catch (IOException _) {
            return "just ending";
        }
    }

    /** The folder. */
    Path folder() {
        return folder;
    }

    /** Whether an earlier run left something to go on with. */
    boolean resumes() {
        return !manifest.isEmpty();
    }

    /** The manifest of the capture that lies here; empty, if there is none. */
    Map<String, String> manifest() {
        return manifest;
    }

    /** The texts before this one are in the files. */
    int done() {
        return done;
    }

    /** Starts with a manifest and no text. */
    void begin(Map<String, String> newManifest) throws IOException {
        manifest = Collections.unmodifiableMap(new LinkedHashMap<>(newManifest));
        checkpoint(0);
    }

    /** Notes that the texts before {@code texts} are in the files for good. */
    void checkpoint(int texts) throws IOException {
        Path next = folder.resolve(PROGRESS + ".next");
        try (OutputStream stream = Files.newOutputStream(next);
                JsonGenerator json = new JsonFactory().createGenerator(stream)) {
            json.writeStartObject();
            json.writeNumberField("texts_done", texts);
            json.writeObjectFieldStart("manifest");
            for (Map.Entry<String, String> entry : manifest.entrySet()) {
                json.writeStringField(entry.getKey(), entry.getValue());
            }
            json.writeEndObject();
            json.writeEndObject();
        }
        Files.move(next, folder.resolve(PROGRESS), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        done = texts;
    }

    private void load() throws IOException {
        Path progress = folder.resolve(PROGRESS);
        if (!Files.exists(progress)) {
            return;
        }
        Map<String, String> found = new LinkedHashMap<>();
        int texts = -1;
        try (JsonParser json = Json.strict().createParser(Files.readString(progress))) {
            json.nextToken();
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String name = json.currentName();
                json.nextToken();
                if (name.equals("texts_done")) {
                    texts = json.getIntValue();
                } else if (name.equals("manifest")) {
                    while (json.nextToken() == JsonToken.FIELD_NAME) {
                        found.put(json.currentName(), String.valueOf(json.nextTextValue()));
                    }
                }
            }
        } catch (IOException e) {
            throw new LatentException(
                    "%s can't be read, so the work can't go on; --restart starts over".formatted(progress), e);
        }
        if (texts < 0 || found.isEmpty()) {
            throw new LatentException(
                    "%s isn't whole, so the work can't go on; --restart starts over".formatted(progress));
        }
        manifest = found;
        done = texts;
    }

    /** Where a file grows, by its number from 0. */
    Path growing(int shard) {
        return folder.resolve("shard-" + (shard + 1) + ".safetensors");
    }

    /** Where the index of several files grows. */
    Path growingIndex() {
        return folder.resolve("index.json");
    }

    /** Removes the folder and everything in it that a capture makes. The lock goes with it. */
    void remove() throws IOException {
        clear();
        Files.deleteIfExists(folder.resolve(LOCK));
        lockFile.close();
        try {
            Files.deleteIfExists(folder);
        } catch (DirectoryNotEmptyException _) {
            // someone else keeps a file there
        }
    }

    /** Removes what was captured, but keeps the output claimed. */
    void clear() throws IOException {
        String ours = "{shard-*.safetensors,index.json,progress.json*}";
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, ours)) {
            for (Path file : files) {
                Files.delete(file);
            }
        }
        manifest = Map.of();
        done = 0;
    }

    /** Lets others go on. If no capture has begun, nothing is left behind. */
    @Override
    public void close() {
        try {
            if (manifest.isEmpty() && lockFile.isOpen()) {
                remove();
            }
            lockFile.close();
        } catch (IOException e) {
            throw DiskTrouble.writing(out, e);
        }
    }
}

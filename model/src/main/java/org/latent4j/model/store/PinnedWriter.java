package org.latent4j.model.store;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import java.util.function.LongConsumer;
import org.latent4j.model.store.CatalogueModel.PinnedFile;

/** Writes a file whose size and hash are known beforehand: beside its place first, hashed on the way, moved there if it is the one. */
final class PinnedWriter implements AutoCloseable {
    private final Path file;
    private final PinnedFile pin;
    private final DiskSpace disk;
    private final FileChannel channel;
    private final Sha256 sha256 = new Sha256();
    private long written;

    PinnedWriter(Path folder, PinnedFile pin, DiskSpace disk) {
        this.file = folder.resolve(pin.path());
        this.pin = pin;
        this.disk = disk;
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            channel = FileChannel.open(
                    part(), StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING);
        } catch (IOException e) {
            throw disk.writingFailed(folder, e);
        }
    }

    private Path part() {
        return file.resolveSibling(file.getFileName() + ".part");
    }

    /**
     * Appends all that a stream gives.
     *
     * @param copied hears how many bytes came
     * @throws FetchException if more comes than belongs in the file
     */
    void append(InputStream in, LongConsumer copied) throws IOException {
        byte[] buffer = new byte[1 << 16];
        for (int count; (count = in.read(buffer)) >= 0;) {
            if (written + count > pin.size()) {
                throw new FetchException("%s is larger than the %d bytes it should have".formatted(pin.path(), pin.size()));
            }
            sha256.add(buffer, count);
            write(ByteBuffer.wrap(buffer, 0, count));
            written += count;
            copied.accept(count);
        }
    }

    private void write(ByteBuffer bytes) {
        try {
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        } catch (IOException e) {
            throw disk.writingFailed(Objects.requireNonNull(file.toAbsolutePath().getParent()), e);
        }
    }

    /**
     * Moves the file into place.
     *
     * @throws FetchException if it isn't the file that the catalogue pins
     */
    void finish() throws IOException {
        channel.close();
        String found = sha256.hex();
        if (written != pin.size() || !found.equals(pin.sha256())) {
            Files.deleteIfExists(part());
            throw new FetchException("%s has %d bytes and SHA-256 %s, but %d bytes and %s are expected"
                    .formatted(pin.path(), written, found, pin.size(), pin.sha256()));
        }
        AtomicFile.move(part(), file);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}

package org.latent4j.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.latent4j.files.Refusals.refused;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.latent4j.kernel.Matrix;

class SafetensorsWriterTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(ints = {0, 40, 1000, 1 << 16}) // too little room for the header, and enough
    void whatIsWrittenIsReadBack(int room) throws IOException {
        Path target = folder.resolve("out.safetensors");
        float[] large = new float[700_001]; // more than the buffer
        for (int i = 0; i < large.length; i++) {
            large[i] = i * 0.5f;
        }
        try (SafetensorsWriter out = SafetensorsWriter.create(target, room)) {
            out.metadata("say \"hi\"\n", "ü\\\t\ud83d\ude00 \ud800");
            out.metadata(Map.of("k", "v"));
            out.add("0.input_ids", new int[]{1, -2, Integer.MAX_VALUE}, 3);
            out.add("0.resid_post.12", Matrix.of(2, 3, 1, 2, 3, 4, 5, Float.NaN));
            out.add("0.attn_pattern.0", large, 1, 1, large.length);
            out.add("none", new float[0], 0, 7);
            out.add("one", new float[]{9});
            assertThat(target).doesNotExist();
            out.finish();
        }
        try (Safetensors in = Safetensors.open(target)) {
            assertThat(in.metadata()).isEqualTo(Map.of("say \"hi\"\n", "ü\\\t\ud83d\ude00 \ufffd", "k", "v"));
            assertThat(in.tensors().get("0.input_ids").integers()).containsExactly(1, -2, Integer.MAX_VALUE);
            assertThat(in.tensors().get("0.resid_post.12").matrix())
                    .isEqualTo(Matrix.of(2, 3, 1, 2, 3, 4, 5, Float.NaN));
            assertThat(in.tensors().get("0.attn_pattern.0").floats()).isEqualTo(large);
            assertThat(in.tensors().get("0.attn_pattern.0").shape()).containsExactly(1, 1, large.length);
            assertThat(in.tensors().get("none").shape()).containsExactly(0, 7);
            assertThat(in.tensors().get("one").shape()).isEmpty();
        }
        assertThat(files()).containsExactly("out.safetensors");
        assertThat(Files.size(target) % 4).isZero();
    }

    @Test
    void aFileWithoutTensorsOrMetadataIsReadBack() {
        Path target = folder.resolve("out.safetensors");
        try (SafetensorsWriter out = SafetensorsWriter.create(target)) {
            out.finish();
        }
        try (Safetensors in = Safetensors.open(target)) {
            assertThat(in.tensors()).isEmpty();
            assertThat(in.metadata()).isEmpty();
        }
    }

    @Test
    void aWriterThatIsNotFinishedLeavesNothing() throws IOException {
        Path target = Files.writeString(folder.resolve("out.safetensors"), "the one before");
        try (SafetensorsWriter out = SafetensorsWriter.create(target)) {
            out.add("a", new float[10], 10);
            assertThat(files()).hasSize(2);
        }
        assertThat(files()).containsExactly("out.safetensors");
        assertThat(target).hasContent("the one before");
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 100, 70_000, 2_000_000, 6_000_000})
    void aFullDiskIsOneErrorAndLeavesNothing(long capacity) throws IOException {
        Path target = folder.resolve("out.safetensors");
        refused(() -> {
            try (SafetensorsWriter out = SafetensorsWriter.create(target, 64, path -> new FullDisk(path, capacity))) {
                for (int i = 0; i < 3; i++) {
                    out.add("t" + i, new float[500_000], 500_000);
                }
                out.finish();
            }
        })
                .startsWith(target + ": can't be written further")
                .contains("No space left on device")
                .contains("make room");
        assertThat(files()).isEmpty();
    }

    @Test
    void aPlaceThatCannotBeWrittenIsOneError() {
        refused(() -> SafetensorsWriter.create(folder.resolve("absent/out.safetensors")))
                .contains("its folder isn't there");
        refused(() -> SafetensorsWriter.create(folder)).contains("is a folder");
    }

    @Test
    void aNameIsWrittenOnceAndItsShapeMustFit() throws IOException {
        Path target = folder.resolve("out.safetensors");
        refused(() -> {
            try (SafetensorsWriter out = SafetensorsWriter.create(target)) {
                out.add("a", new float[1], 1);
                out.add("a", new float[1], 1);
            }
        })
                .contains("a second tensor 'a'");
        assertThat(files()).isEmpty();
        try (SafetensorsWriter out = SafetensorsWriter.create(target)) {
            assertThatIllegalArgumentException().isThrownBy(() -> out.add("b", new float[5], 2, 2));
        }
    }

    private List<String> files() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(path -> path.getFileName().toString()).toList();
        }
    }

    /** A file on a disk with so many bytes left. */
    private static final class FullDisk extends FileChannel {
        private final FileChannel file;
        private final long capacity;

        FullDisk(Path path, long capacity) throws IOException {
            this.file = FileChannel.open(
                    path, StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE);
            this.capacity = capacity;
        }

        @Override
        public int write(ByteBuffer source) throws IOException {
            if (position() + source.remaining() > capacity) {
                throw new IOException("No space left on device");
            }
            return file.write(source);
        }

        @Override
        public int read(ByteBuffer target, long position) throws IOException {
            return file.read(target, position);
        }

        @Override
        public long position() throws IOException {
            return file.position();
        }

        @Override
        public FileChannel position(long position) throws IOException {
            file.position(position);
            return this;
        }

        @Override
        protected void implCloseChannel() throws IOException {
            file.close();
        }

        @Override
        public int read(ByteBuffer target) {
            throw new UnsupportedOperationException();
        }

        @Override
        public long read(ByteBuffer[] targets, int offset, int length) {
            throw new UnsupportedOperationException();
        }

        @Override
        public long write(ByteBuffer[] sources, int offset, int length) {
            throw new UnsupportedOperationException();
        }

        @Override
        public int write(ByteBuffer source, long position) {
            throw new UnsupportedOperationException();
        }

        @Override
        public long size() {
            throw new UnsupportedOperationException();
        }

        @Override
        public FileChannel truncate(long size) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void force(boolean metadata) {
            throw new UnsupportedOperationException();
        }

        @Override
        public long transferTo(long position, long count, WritableByteChannel target) {
            throw new UnsupportedOperationException();
        }

        @Override
        public long transferFrom(ReadableByteChannel source, long position, long count) {
            throw new UnsupportedOperationException();
        }

        @Override
        public MappedByteBuffer map(MapMode mode, long position, long size) {
            throw new UnsupportedOperationException();
        }

        @Override
        public FileLock lock(long position, long size, boolean shared) {
            throw new UnsupportedOperationException();
        }

        @Override
        public FileLock tryLock(long position, long size, boolean shared) {
            throw new UnsupportedOperationException();
        }
    }
}

package org.latent4j.model.format;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.latent4j.files.Broken;
import org.latent4j.files.FileKind;
import org.latent4j.files.MappedFile;
import org.latent4j.files.Tensor;
import org.latent4j.kernel.LatentException;

/**
 * One GGUF file, all of a model or a part of it: header, metadata, tensors (the specification is ggml's {@code
 * docs/gguf.md}).
 *
 * @param version 2 or 3; they differ only in that 3 may be big-endian, which is refused
 */
record GgufFile(MappedFile file, int version, GgufMetadata metadata, Map<String, Tensor> tensors) {
    private static final int MOST_TENSORS = 200_000;
    private static final int LONGEST_NAME = 1024;
    private static final int MOST_DIMENSIONS = 4;
    private static final int LEAST_TENSOR_BYTES = 24;
    private static final long DEFAULT_ALIGNMENT = 32;
    private static final long LARGEST_ALIGNMENT = 1 << 20;

    /**
     * Maps a file and reads everything up to the tensors' data.
     *
     * @throws LatentException if it is no GGUF file, one of another version, or broken
     */
    static GgufFile read(Path path, Arena arena) {
        MappedFile file = MappedFile.open(path, arena);
        FileKind.require(file, FileKind.GGUF);
        Cursor in = new Cursor(file);
        in.skip(4);
        int version = version(in);
        long tensors = in.i64();
        GgufMetadata metadata = new GgufMetadata(in, in.i64());
        return new GgufFile(file, version, metadata, tensors(in, tensors, alignment(file, metadata)));
    }

    private static int version(Cursor in) {
        int version = in.i32();
        if ((version & 0xffff) == 0 && version != 0) {
            throw in.file()
                    .broken("is a big-endian GGUF, written for s390x or the like; only little-endian ones can be read: "
                            + "get the model's ordinary GGUF, or convert it with gguf_convert_endian.py of llama.cpp");
        }
        if (version == 1) {
            throw in.file()
                    .broken("is a GGUF of version 1, of August 2023; versions 2 and 3 are supported: "
                            + "get a newer file of the model, or convert it again with llama.cpp");
        }
        if (version != 2 && version != 3) {
            throw in.file()
                    .broken(
                            "is a GGUF of version %s; versions 2 and 3 are supported",
                            Integer.toUnsignedString(version));
        }
        return version;
    }

    private static long alignment(MappedFile file, GgufMetadata metadata) {
        long alignment = metadata.integer("general.alignment").orElse(DEFAULT_ALIGNMENT);
        if (alignment < 1 || alignment > LARGEST_ALIGNMENT || Long.bitCount(alignment) != 1) {
            throw file.broken(
                    "metadata 'general.alignment' is %d, a power of two up to %d is needed",
                    alignment, LARGEST_ALIGNMENT);
        }
        return alignment;
    }

    private static Map<String, Tensor> tensors(Cursor in, long count, long alignment) {
        MappedFile file = in.file();
        if (count < 0 || count > MOST_TENSORS || count > in.remaining() / LEAST_TENSOR_BYTES) {
            throw file.broken(
                    "says that it has %s tensors, more than fit in its %d bytes or than the %d allowed; is the"
                            + " download complete?",
                    Long.toUnsignedString(count), file.size(), MOST_TENSORS);
        }
        List<Place> places = new ArrayList<>((int) count);
        for (int i = 0; i < count; i++) {
            places.add(place(in, alignment));
        }
        long start = (in.position() + alignment - 1) / alignment * alignment;
        Map<String, Tensor> tensors = LinkedHashMap.newLinkedHashMap((int) count);
        for (Place place : places) {
            if (tensors.putIfAbsent(place.name, place.in(file, start)) != null) {
                throw file.broken("has the tensor '%s' twice", place.name);
            }
        }
        requireNoOverlap(file, places);
        return Collections.unmodifiableMap(tensors);
    }

    /** What the header says of a tensor; the offset counts from where the data begins. */
    private record Place(String name, GgmlType type, long[] shape, long offset, long bytes) {
        Tensor in(MappedFile file, long start) {
            long available = file.size() - start;
            if (offset > available || bytes > available - offset) {
                throw file.broken(
                        "tensor '%s' ends at byte %s, the file has %d; is the download complete?",
                        name, Long.toUnsignedString(start + offset + bytes), file.size());
            }
            MemorySegment data = file.data().asSlice(start + offset, bytes);
            return new Tensor(name, type.name(), shape, data, file.path());
        }
    }

    private static Place place(Cursor in, long alignment) {
        MappedFile file = in.file();
        String name = in.string(LONGEST_NAME, "a tensor's name");
        int dimensions = in.i32();
        if (dimensions < 0 || dimensions > MOST_DIMENSIONS) {
            throw file.broken(
                    "tensor '%s' has %s dimensions, at most %d are allowed",
                    name, Integer.toUnsignedString(dimensions), MOST_DIMENSIONS);
        }
        long[] shape = new long[dimensions];
        for (int d = dimensions - 1; d >= 0; d--) { // the file writes the innermost first
            shape[d] = in.i64();
        }
        int number = in.i32();
        GgmlType type = GgmlType.of(number);
        if (type == null) {
            throw file.broken(
                    "tensor '%s' is of the type %s, which isn't known; get the model in another quantisation",
                    name, GgmlType.nameOf(number));
        }
        long offset = in.i64();
        if (offset < 0 || offset % alignment != 0) {
            throw file.broken(
                    "tensor '%s' begins at offset %s, a multiple of %d is needed",
                    name, Long.toUnsignedString(offset), alignment);
        }
        return new Place(name, type, shape, offset, bytes(file, name, type, shape));
    }

    private static long bytes(MappedFile file, String name, GgmlType type, long[] shape) {
        long rowSize = shape.length == 0 ? 1 : shape[shape.length - 1];
        if (rowSize % type.blockSize() != 0) {
            throw file.broken(
                    "tensor '%s' has rows of %d values, %s packs them by %d", name, rowSize, type, type.blockSize());
        }
        try {
            long elements = 1;
            for (long size : shape) {
                if (size < 0) {
                    throw file.broken("tensor '%s' has a size of %s", name, Long.toUnsignedString(size));
                }
                elements = Math.multiplyExact(elements, size);
            }
            return Math.multiplyExact(elements / type.blockSize(), (long) type.blockBytes());
        } catch (ArithmeticException e) {
            throw Broken.because(e, file.path(), "tensor '%s' has more values than can be counted", name);
        }
    }

    private static void requireNoOverlap(MappedFile file, List<Place> places) {
        List<Place> sorted = new ArrayList<>(places);
        sorted.sort(Comparator.comparingLong(Place::offset).thenComparingLong(Place::bytes));
        for (int i = 1; i < sorted.size(); i++) {
            Place before = sorted.get(i - 1);
            Place place = sorted.get(i);
            if (before.offset + before.bytes > place.offset) {
                throw file.broken("the tensors '%s' and '%s' overlap", before.name, place.name);
            }
        }
    }
}

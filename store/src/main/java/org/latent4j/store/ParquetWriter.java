package org.latent4j.store;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.latent4j.space.Space;

/**
 * Writes a space as Parquet (apache/parquet-format): a column {@code name}, a column {@code vector} of lists of floats, and the fields as
 * text or numbers. Plain encoding, not compressed: vectors hardly are, and every reader knows it.
 */
final class ParquetWriter {
    private static final byte[] MAGIC = {'P', 'A', 'R', '1'};
    private static final int INT64 = 2;
    private static final int FLOAT = 4;
    private static final int DOUBLE = 5;
    private static final int BYTES = 6;
    private static final int REQUIRED = 0;
    private static final int REPEATED = 2;
    private static final int UTF8 = 0;
    private static final int LIST = 3;
    private static final int PLAIN = 0;
    private static final int RLE = 3;
    /** Numbers in a row group. */
    private static final int GROUP = 1 << 22;

    private final OutputStream out;
    private final Space space;
    private final List<Field> fields;
    private long position;

    /** A field of the points: whole numbers or fractions where each point has one, else text. */
    private record Field(String name, int type) {}

    private record Chunk(int type, List<String> path, long values, long offset, long bytes) {}

    private record Group(List<Chunk> chunks, int rows) {}

    ParquetWriter(OutputStream out, Space space) {
        this.out = out;
        this.space = space;
        this.fields = space.items().fieldNames().stream().filter(name -> !name.equals("name") && !name.equals("vector"))
                .map(name -> new Field(name, type(name))).toList();
    }

    private int type(String field) {
        int type = INT64;
        for (int item = 0; item < space.size() && type != BYTES; item++) {
            type = switch (space.items().fields(item).getOrDefault(field, "")) {
                case Long _,Integer _ -> type;
                case Number _ -> DOUBLE;
                default -> BYTES;
            };
        }
        return type;
    }

    void write() throws IOException {
        put(MAGIC);
        List<Group> groups = new ArrayList<>();
        int rows = Math.max(1, GROUP / space.width());
        for (int from = 0; from < space.size(); from += rows) {
            groups.add(group(from, Math.min(space.size(), from + rows)));
        }
        byte[] footer = footer(groups);
        put(footer);
        put(ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(footer.length).array());
        put(MAGIC);
    }

    private void put(byte[] bytes) throws IOException {
        out.write(bytes);
        position += bytes.length;
    }

    private Group group(int from, int to) throws IOException {
        List<Chunk> chunks = new ArrayList<>();
        chunks.add(page(BYTES, List.of("name"), to - from, texts(from, to, null)));
        chunks.add(page(FLOAT, List.of("vector", "list", "element"), (to - from) * space.width(), vectors(from, to)));
        for (Field field : fields) {
            byte[] values = field.type == BYTES ? texts(from, to, field.name) : numbers(from, to, field);
            chunks.add(page(field.type, List.of(field.name), to - from, values));
        }
        return new Group(chunks, to - from);
    }

    private byte[] texts(int from, int to, @Nullable String field) {
        ByteArrayOutputStream page = new ByteArrayOutputStream();
        for (int item = from; item < to; item++) {
            Object value = field == null ? space.name(item) : space.items().fields(item).getOrDefault(field, "");
            byte[] text = value.toString().getBytes(StandardCharsets.UTF_8);
            page.writeBytes(ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(text.length).array());
            page.writeBytes(text);
        }
        return page.toByteArray();
    }

    private byte[] numbers(int from, int to, Field field) {
        ByteBuffer page = ByteBuffer.allocate(Long.BYTES * (to - from)).order(ByteOrder.LITTLE_ENDIAN);
        for (int item = from; item < to; item++) {
            Number value = (Number) space.items().fields(item).getOrDefault(field.name, 0);
            page.putLong(field.type == INT64 ? value.longValue() : Double.doubleToRawLongBits(value.doubleValue()));
        }
        return page.array();
    }

    /** Where each list begins (repetition levels), that every value is there (definition levels), the values. */
    private byte[] vectors(int from, int to) {
        int width = space.width();
        ByteArrayOutputStream repetitions = new ByteArrayOutputStream();
        for (int row = from; row < to; row++) {
            run(repetitions, 1, 0);
            if (width > 1) {
                run(repetitions, width - 1, 1);
            }
        }
        ByteArrayOutputStream definitions = new ByteArrayOutputStream();
        run(definitions, (to - from) * width, 1);
        ByteBuffer page = ByteBuffer.allocate(8 + repetitions.size() + definitions.size() + 4 * width * (to - from))
                .order(ByteOrder.LITTLE_ENDIAN);
        page.putInt(repetitions.size()).put(repetitions.toByteArray()).putInt(definitions.size()).put(definitions.toByteArray());
        page.asFloatBuffer().put(space.vectors().data(), from * width, (to - from) * width);
        return page.array();
    }

    private static void run(ByteArrayOutputStream levels, int length, int value) {
        Thrift.varint(levels, (long) length << 1);
        levels.write(value);
    }

    private Chunk page(int type, List<String> path, int values, byte[] content) throws IOException {
        long offset = position;
        Thrift header = new Thrift();
        header.i32(1, 0).i32(2, content.length).i32(3, content.length).begin(5);
        header.i32(1, values).i32(2, PLAIN).i32(3, RLE).i32(4, RLE).end();
        header.end();
        put(header.bytes());
        put(content);
        return new Chunk(type, path, values, offset, position - offset);
    }

    private byte[] footer(List<Group> groups) {
        Thrift meta = new Thrift();
        meta.i32(1, 1).list(2, Thrift.STRUCT, 5 + fields.size());
        element(meta, "schema", -1, -1, 2 + fields.size(), -1);
        element(meta, "name", BYTES, REQUIRED, -1, UTF8);
        element(meta, "vector", -1, REQUIRED, 1, LIST);
        element(meta, "list", -1, REPEATED, 1, -1);
        element(meta, "element", FLOAT, REQUIRED, -1, -1);
        for (Field field : fields) {
            element(meta, field.name, field.type, REQUIRED, -1, field.type == BYTES ? UTF8 : -1);
        }
        meta.i64(3, space.size()).list(4, Thrift.STRUCT, groups.size());
        for (Group group : groups) {
            meta.element().list(1, Thrift.STRUCT, group.chunks.size());
            for (Chunk chunk : group.chunks) {
                meta.element().i64(2, chunk.offset).begin(3).i32(1, chunk.type).list(2, Thrift.I32, 2).bareI32(PLAIN).bareI32(RLE)
                        .list(3, Thrift.BINARY, chunk.path.size());
                chunk.path.forEach(meta::bareText);
                meta.i32(4, 0).i64(5, chunk.values).i64(6, chunk.bytes).i64(7, chunk.bytes).i64(9, chunk.offset).end();
                meta.end();
            }
            meta.i64(2, group.chunks.stream().mapToLong(Chunk::bytes).sum()).i64(3, group.rows).end();
        }
        meta.text(6, "latent4j");
        meta.end();
        return meta.bytes();
    }

    private static void element(Thrift meta, String name, int type, int repetition, int children, int converted) {
        meta.element();
        if (type >= 0) {
            meta.i32(1, type);
        }
        if (repetition >= 0) {
            meta.i32(3, repetition);
        }
        meta.text(4, name);
        if (children >= 0) {
            meta.i32(5, children);
        }
        if (converted >= 0) {
            meta.i32(6, converted);
        }
        meta.end();
    }

    /** Thrift's compact protocol, as much of it as Parquet's footer and page headers take. */
    private static final class Thrift {
        static final int I32 = 5;
        static final int I64 = 6;
        static final int BINARY = 8;
        static final int LISTS = 9;
        static final int STRUCT = 12;

        private final ByteArrayOutputStream out = new ByteArrayOutputStream();
        private final ArrayDeque<Integer> last = new ArrayDeque<>(List.of(0));

        private void field(int id, int type) {
            int delta = id - last.pop();
            out.write(delta << 4 | type);
            last.push(id);
        }

        Thrift i32(int id, int value) {
            field(id, I32);
            return bareI32(value);
        }

        Thrift bareI32(int value) {
            varint(out, (long) value << 1 ^ value >> 31 & 0xffff_ffffL);
            return this;
        }

        Thrift i64(int id, long value) {
            field(id, I64);
            varint(out, value << 1 ^ value >> 63);
            return this;
        }

        Thrift text(int id, String value) {
            field(id, BINARY);
            bareText(value);
            return this;
        }

        void bareText(String value) {
            byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
            varint(out, bytes.length);
            out.writeBytes(bytes);
        }

        Thrift list(int id, int type, int size) {
            field(id, LISTS);
            if (size < 15) {
                out.write(size << 4 | type);
            } else {
                out.write(0xf0 | type);
                varint(out, size);
            }
            return this;
        }

        /** Begins a struct in a field. */
        Thrift begin(int id) {
            field(id, STRUCT);
            return element();
        }

        /** Begins a struct in a list. */
        Thrift element() {
            last.push(0);
            return this;
        }

        void end() {
            out.write(0);
            last.pop();
        }

        byte[] bytes() {
            return out.toByteArray();
        }

        static void varint(ByteArrayOutputStream to, long value) {
            long left = value;
            while ((left & ~0x7fL) != 0) {
                to.write((int) (left & 0x7f | 0x80));
                left >>>= 7;
            }
            to.write((int) left);
        }
    }
}

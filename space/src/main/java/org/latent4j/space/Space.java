package org.latent4j.space;

import java.util.AbstractList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.RandomAccess;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Matrix;

/**
 * Named points of one origin. Immutable, as long as nobody writes to the matrix; safe for use from several threads.
 *
 * <p>Names are unique. They and the items' fields may lie in a file and are read when they are asked for.
 */
public final class Space {
    private final Matrix vectors;
    private final Items items;
    private final Origin origin;

    private Space(Matrix vectors, Items items, Origin origin) {
        this.vectors = vectors;
        this.items = items;
        this.origin = origin;
    }

    /**
     * A space of vectors, {@code [points, width]}, which are not copied.
     *
     * @throws LatentException if there isn't a name for each, or a name is there twice
     */
    public static Space of(Matrix vectors, List<String> names) {
        return of(vectors, Items.of(names), Origin.of("memory"));
    }

    /**
     * A space of vectors, {@code [points, width]}, which are not copied, and what is known of them.
     *
     * @throws LatentException if there isn't an item for each
     */
    public static Space of(Matrix vectors, Items items, Origin origin) {
        if (items.size() != vectors.rows()) {
            throw new LatentException("%s has %d vectors and %d names; each vector needs one of its own"
                    .formatted(origin.source(), vectors.rows(), items.size()));
        }
        return new Space(vectors, items, origin);
    }

    /** The same points under another name in messages. */
    public Space called(String name) {
        return new Space(vectors, items, origin.called(name));
    }

    /** The points, {@code [points, width]}; not a copy. */
    public Matrix vectors() {
        return vectors;
    }

    /** How many points. */
    public int size() {
        return vectors.rows();
    }

    /** How many coordinates each has. */
    public int width() {
        return vectors.columns();
    }

    /** The points' names, in their order. */
    public List<String> names() {
        return new Names(items);
    }

    /** A point's name. */
    public String name(int point) {
        return items.name(point);
    }

    /** What is known of the points besides their vectors. */
    public Items items() {
        return items;
    }

    /** Where they come from. */
    public Origin origin() {
        return origin;
    }

    /** The point of a name, as it is written. */
    public OptionalInt find(String name) {
        int point = items.find(name);
        return point < 0 ? OptionalInt.empty() : OptionalInt.of(point);
    }

    /**
     * The point of a name; where there is none, the same in small letters will do, as word vectors often know no others.
     *
     * @throws LatentException if there is none; the message has the nearest spellings
     */
    public int require(String name) {
        int point = items.find(name);
        if (point < 0) {
            point = items.find(name.toLowerCase(Locale.ROOT));
        }
        if (point < 0) {
            throw new LatentException("%s has no point '%s'%s".formatted(origin.source(), name, Spellings.suggestion(name, names())));
        }
        return point;
    }

    /** A copy of a point's vector, {@code [width]}. */
    public float[] vector(int point) {
        return vectors.row(point);
    }

    /**
     * Sees that all values of a point are finite; files that were damaged may hold others.
     *
     * @throws LatentException if one isn't; the message has the point, its name, the value and its column
     */
    public void requireFinite(int point) {
        for (int c = 0; c < width(); c++) {
            float value = vectors.at(point, c);
            if (!Float.isFinite(value)) {
                throw new LatentException(
                        "%s: point %d, '%s', has the value %s in column %d; points need finite values: remove or repair it"
                                .formatted(origin.source(), point, name(point), value, c));
            }
        }
    }

    @Override
    public String toString() {
        return "%s: %d points, %d wide".formatted(origin.source(), size(), width());
    }

    private static final class Names extends AbstractList<String> implements RandomAccess {
        private final Items items;

        Names(Items items) {
            this.items = items;
        }

        @Override
        public String get(int index) {
            return items.name(index);
        }

        @Override
        public int size() {
            return items.size();
        }
    }
}

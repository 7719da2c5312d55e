package org.latent4j.store.search;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.latent4j.kernel.LatentException;
import org.latent4j.space.Items;
import org.latent4j.store.search.Condition.Comparison;

/**
 * Which items are searched: {@code section = science and not (size > 1000 or name in (gnuplot, 'r-base'))}. Operators are {@code =},
 * {@code !=}, {@code <}, {@code <=}, {@code >}, {@code >=}, {@code in (…)}, {@code not in (…)}; {@code and} binds before {@code or},
 * {@code not} before both. A field's name or value with spaces or signs stands in single or double quotes. {@code name} is the
 * item's own, unless it has a field of this name. An item that lacks a field satisfies no comparison with it but {@code !=}, which is
 * the opposite of {@code =}.
 */
public final class Where {
    /** The item's name among its fields. */
    static final String NAME = "name";

    private static final int SHOWN = 20;

    private final String written;
    private final Condition condition;
    private final List<Comparison> comparisons = new ArrayList<>();

    private Where(String written, Condition condition) {
        this.written = written;
        this.condition = condition;
        collect(condition);
    }

    /**
     * Reads a condition.
     *
     * @throws LatentException if it isn't one; the message points to the column
     */
    public static Where parse(String written) {
        return new Where(written, new WhereParser(written).parse());
    }

    private void collect(Condition part) {
        switch (part) {
            case Condition.All(var parts) -> parts.forEach(this::collect);
            case Condition.Any(var parts) -> parts.forEach(this::collect);
            case Condition.Not(var inner) -> collect(inner);
            case Comparison comparison -> comparisons.add(comparison);
        }
    }

    Condition condition() {
        return condition;
    }

    /**
     * The items that satisfy it; looks at every item.
     *
     * @throws LatentException if it names a field that no item has; the message has those there are
     */
    public BitSet among(Items items) {
        BitSet satisfied = new BitSet(items.size());
        Set<String> seen = new HashSet<>();
        for (int item = 0; item < items.size(); item++) {
            Map<String, Object> fields = withName(items, item);
            seen.addAll(fields.keySet());
            satisfied.set(item, condition.holds(fields));
        }
        requireFields(seen);
        return satisfied;
    }

    /** An item's fields, and its name. */
    static Map<String, Object> withName(Items items, int item) {
        Map<String, Object> fields = new LinkedHashMap<>(items.fields(item));
        fields.putIfAbsent(NAME, items.name(item));
        return fields;
    }

    /** Checks that the fields it names are there. */
    void requireFields(Set<String> there) {
        for (Comparison comparison : comparisons) {
            if (!there.contains(comparison.field())) {
                throw new LatentException("--where %s: no item has the field '%s' (column %d); the fields are %s".formatted(written,
                        comparison.field(), comparison.column(), list(new TreeSet<>(there))));
            }
        }
    }

    private static String list(Set<String> fields) {
        List<String> all = List.copyOf(fields);
        String shown = String.join(", ", all.subList(0, Math.min(SHOWN, all.size())));
        return all.isEmpty() ? "none" : all.size() <= SHOWN ? shown : shown + " and " + (all.size() - SHOWN) + " more";
    }

    /** As it was written. */
    @Override
    public String toString() {
        return written;
    }
}

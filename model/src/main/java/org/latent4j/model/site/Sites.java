package org.latent4j.model.site;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.latent4j.kernel.LatentException;

/**
 * A choice of sites by name or pattern: {@code embed}, {@code resid_post.12}, {@code resid_post.*}, {@code
 * resid_post.10-20}, {@code head_out.3.7}, {@code final_norm}. Which layers and heads there are is known once there is a
 * model: {@link #resolve}.
 */
public final class Sites {
    private final List<String> patterns;

    private Sites(List<String> patterns) {
        this.patterns = patterns;
    }

    /** The sites that any of the patterns names; each may be a list separated by commas. */
    public static Sites of(String... patterns) {
        List<String> all = new ArrayList<>();
        for (String list : patterns) {
            for (String pattern : list.split(",", -1)) {
                all.add(pattern.strip());
            }
        }
        return new Sites(List.copyOf(all));
    }

    /** The patterns as they were given. */
    public List<String> patterns() {
        return patterns;
    }

    /**
     * What {@link #resolve} has to know of a model.
     *
     * @param parallel whether attention and MLP run in parallel: nothing lies between them then
     * @param finalNorm whether there is a norm behind the last block
     * @param logits whether there is an output head
     */
    public record Extent(int layers, int heads, boolean parallel, boolean finalNorm, boolean logits) {
        /** A model that has every site. */
        public static Extent of(int layers, int heads) {
            return new Extent(layers, heads, false, true, true);
        }
    }

    /**
     * The sites of a model that the patterns name, each once, in the order of the forward pass.
     *
     * @throws LatentException if a pattern isn't one, or names a site that the model doesn't have; the message tells the
     *     nearest name or the range
     */
    public List<Site> resolve(Extent extent) {
        TreeSet<Site> sites = new TreeSet<>();
        for (String pattern : patterns) {
            addMatching(pattern, extent, sites);
        }
        if (sites.isEmpty()) {
            throw new LatentException("no site is named; name one like 'resid_post.*' (see: latent help sites)");
        }
        return List.copyOf(sites);
    }

    private static void addMatching(String pattern, Extent extent, TreeSet<Site> sites) {
        String[] parts = pattern.split("\\.", -1);
        Site.Kind kind = kindNamed(parts[0], pattern);
        int allowed = !kind.byLayer() ? 1 : kind == Site.Kind.HEAD_OUT ? 3 : 2;
        if (parts.length > allowed) {
            throw new LatentException("site '%s': %s has no part '%s'; write %s"
                    .formatted(pattern, kind.label(), parts[allowed], example(kind)));
        }
        if (kind == Site.Kind.LOGITS && !extent.logits()) {
            throw new LatentException(
                    "site '%s': this model is an encoder, it has no output head; use resid_post.%d".formatted(pattern,
                            extent.layers() - 1));
        }
        if (kind == Site.Kind.FINAL_NORM && !extent.finalNorm()) {
            throw new LatentException("site '%s': this model has no norm behind its last block; use resid_post.%d"
                    .formatted(pattern, extent.layers() - 1));
        }
        if (!kind.byLayer()) {
            sites.add(Site.of(kind));
            return;
        }
        if (parts.length == 1) {
            throw new LatentException("site '%s': of which layer? write %s".formatted(pattern, example(kind)));
        }
        if (kind == Site.Kind.RESID_MID && extent.parallel()) {
            throw new LatentException(
                    "site '%s': attention and MLP run in parallel in this model, there is nothing between them; use resid_pre or resid_post"
                            .formatted(pattern));
        }
        for (int layer : range(parts[1], extent.layers(), "layer", pattern)) {
            if (parts.length == 2) {
                sites.add(Site.of(kind, layer));
            } else {
                for (int head : range(parts[2], extent.heads(), "head", pattern)) {
                    sites.add(new Site(kind, layer, head));
                }
            }
        }
    }

    private static String example(Site.Kind kind) {
        return !kind.byLayer()
                ? "'" + kind.label() + "'"
                : "'%1$s.0', '%1$s.3-7' or '%1$s.*'".formatted(kind.label())
                        + (kind == Site.Kind.HEAD_OUT ? " (one head: 'head_out.0.2')" : "");
    }

    private static Site.Kind kindNamed(String name, String pattern) {
        for (Site.Kind kind : Site.Kind.values()) {
            if (kind.label().equals(name)) {
                return kind;
            }
        }
        List<String> nearest = Arrays.stream(Site.Kind.values())
                .map(Site.Kind::label)
                .sorted((a, b) -> Integer.compare(distance(name, a), distance(name, b)))
                .limit(2)
                .toList();
        throw new LatentException("there is no site '%s'; the nearest names are %s and %s (see: latent help sites)"
                .formatted(pattern, nearest.get(0), nearest.get(1)));
    }

    private static int[] range(String part, int count, String what, String pattern) {
        if (part.equals("*")) {
            return ascending(0, count - 1);
        }
        int dash = part.indexOf('-');
        Integer from = number(dash < 0 ? part : part.substring(0, dash));
        Integer to = dash < 0 ? from : number(part.substring(dash + 1));
        if (from == null || to == null || from > to) {
            throw new LatentException("site '%s': '%s' is not a %s; write a number, a range like 3-7, or *".formatted(pattern, part, what));
        }
        if (to >= count) {
            throw new LatentException(
                    "site '%s': this model has no %s %d, its %ss are 0 to %d".formatted(pattern, what, to, what, count - 1));
        }
        return ascending(from, to);
    }

    private static int[] ascending(int from, int to) {
        int[] all = new int[to - from + 1];
        for (int i = 0; i < all.length; i++) {
            all[i] = from + i;
        }
        return all;
    }

    private static @Nullable Integer number(String digits) {
        if (digits.isEmpty() || digits.length() > 6) {
            return null;
        }
        int value = 0;
        for (int i = 0; i < digits.length(); i++) {
            int digit = digits.charAt(i) - '0';
            if (digit < 0 || digit > 9) {
                return null;
            }
            value = 10 * value + digit;
        }
        return value;
    }

    /** How many letters have to be inserted, removed or replaced to make one name of the other (Levenshtein 1965). */
    private static int distance(String a, String b) {
        int[] row = ascending(0, b.length());
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[b.length()];
    }

    @Override
    public String toString() {
        return String.join(",", patterns);
    }
}

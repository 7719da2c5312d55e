package org.latent4j.workbench;

import java.nio.file.Path;
import java.util.Arrays;
import org.latent4j.kernel.LatentException;
import org.latent4j.model.site.Sites;

/**
 * One edit of hidden states as a command line says it: {@code FILE:AMOUNT@LAYERS} to add, {@code FILE@LAYERS} to ablate.
 *
 * @param file where the direction is
 * @param amount how much, as written; empty for an ablation
 * @param layers where, as written
 */
record SteeringEdit(Kind kind, Path file, String amount, String layers) {
    /** What is done. */
    enum Kind {
        ADD, ABLATE
    }

    /**
     * Reads what follows {@code --add} or {@code /steer}.
     *
     * @param option the name that mistakes are told under
     * @throws LatentException if it isn't written like that
     */
    static SteeringEdit add(String option, String text) {
        int at = text.lastIndexOf('@');
        int colon = at > 0 ? text.lastIndexOf(':', at) : -1;
        if (colon < 1 || at == text.length() - 1) {
            throw new LatentException(
                    "%s '%s' isn't written like FILE:AMOUNT@LAYERS, happy.safetensors:8@10-20".formatted(option, text));
        }
        var edit = new SteeringEdit(Kind.ADD, Path.of(text.substring(0, colon)), text.substring(colon + 1, at), text.substring(at + 1));
        edit.number();
        edit.sites();
        return edit;
    }

    /**
     * Reads what follows {@code --ablate}.
     *
     * @throws LatentException if it isn't written like that
     */
    static SteeringEdit ablate(String option, String text) {
        int at = text.lastIndexOf('@');
        if (at < 1 || at == text.length() - 1) {
            throw new LatentException("%s '%s' isn't written like FILE@LAYERS, happy.safetensors@10-20".formatted(option, text));
        }
        var edit = new SteeringEdit(Kind.ABLATE, Path.of(text.substring(0, at)), "", text.substring(at + 1));
        edit.sites();
        return edit;
    }

    /** The sites: numbers alone are layers of {@code resid_post}. */
    Sites sites() {
        return Character.isDigit(layers.charAt(0)) || layers.equals("*")
                ? Sites.of(Arrays.stream(layers.split(",", -1)).map(l -> "resid_post." + l.strip()).toArray(String[]::new))
                : Sites.of(layers);
    }

    /** Whether the amount counts in typical norms. */
    boolean relative() {
        return amount.endsWith("r");
    }

    /** The amount without its unit. */
    float number() {
        try {
            float number = Float.parseFloat(relative() ? amount.substring(0, amount.length() - 1) : amount);
            if (Float.isFinite(number)) {
                return number;
            }
        } catch (NumberFormatException _) {
            // told below
        }
        throw new LatentException("'%s' is not an amount to add; write a number like 8 or -1.5, or 0.5r".formatted(amount));
    }

    /** As it was written, without the option. */
    @Override
    public String toString() {
        return file + (kind == Kind.ADD ? ":" + amount : "") + "@" + layers;
    }
}

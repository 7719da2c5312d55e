package org.latent4j.workbench;

import java.util.Locale;

/** Amounts as people read them. */
final class Amounts {
    private static final String[] UNITS = {"kB", "MB", "GB", "TB", "PB", "EB"};

    private Amounts() {}

    /** Bytes in decimal units: {@code 415 MB}, {@code 2.3 GB}. */
    static String bytes(long bytes) {
        if (bytes < 1000) {
            return bytes + " bytes";
        }
        double amount = bytes / 1000.0;
        int unit = 0;
        while (amount >= 999.5 && unit < UNITS.length - 1) {
            amount /= 1000;
            unit++;
        }
        return String.format(Locale.ROOT, amount < 9.95 ? "%.1f %s" : "%.0f %s", amount, UNITS[unit]);
    }

    /**
     * A count with its thousands apart: {@code 10,485,760}. The same in every locale, as files and messages should be.
     */
    static String count(long number) {
        StringBuilder digits = new StringBuilder(Long.toString(number));
        int first = number < 0 ? 1 : 0;
        for (int at = digits.length() - 3; at > first; at -= 3) {
            digits.insert(at, ',');
        }
        return digits.toString();
    }

    /** A count of what has a plain plural: {@code 1 point}, {@code 1,024 points}. */
    static String of(long number, String one) {
        return count(number) + " " + one + (number == 1 ? "" : "s");
    }

    /**
     * Bytes from a number with or without a unit: {@code 500MB}, {@code 2 GB}, {@code 1048576}.
     *
     * @return -1 if it is none
     */
    static long parseBytes(String text) {
        String number = text.strip().toUpperCase(Locale.ROOT);
        long factor = 1;
        for (String unit : UNITS) {
            factor *= 1000;
            if (number.endsWith(unit.toUpperCase(Locale.ROOT))) {
                return scaled(number.substring(0, number.length() - unit.length()), factor);
            }
        }
        return scaled(number, 1);
    }

    private static long scaled(String number, long factor) {
        try {
            double value = Double.parseDouble(number.strip());
            return value > 0 && value * factor < Long.MAX_VALUE ? (long) (value * factor) : -1;
        } catch (NumberFormatException _) {
            return -1;
        }
    }
}

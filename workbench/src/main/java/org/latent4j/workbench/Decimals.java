package org.latent4j.workbench;

/** Numbers as text, without the half hundred milliseconds that the first {@code String.format} of a process costs. */
final class Decimals {
    private Decimals() {}

    /**
     * A number with so many digits after the point, rounded half up: {@code -0.97}. NaN is {@code –}, beyond 10^12 it
     * is as Java writes it.
     *
     * @param digits 0 to 6
     */
    static String fixed(double value, int digits) {
        if (Double.isNaN(value)) {
            return "–";
        }
        if (Math.abs(value) > 1e12) {
            return Double.toString(value);
        }
        long unit = 1;
        for (int i = 0; i < digits; i++) {
            unit *= 10;
        }
        long scaled = Math.round(Math.abs(value) * unit);
        StringBuilder text = new StringBuilder(12);
        if (value < 0 && scaled != 0) {
            text.append('-');
        }
        text.append(scaled / unit);
        if (digits > 0) {
            String fraction = Long.toString(scaled % unit);
            text.append('.');
            for (int i = fraction.length(); i < digits; i++) {
                text.append('0');
            }
            text.append(fraction);
        }
        return text.toString();
    }

    /** A probability in at most four columns: {@code 63%}, {@code <1%}. */
    static String percent(double probability) {
        return probability < 0.005 ? "<1%" : fixed(100 * probability, 0) + "%";
    }
}

package org.latent4j.workbench;

/**
 * Probability as a colour behind text: one hue, lightness and colourfulness rising evenly (in OKLCH) with it. From a
 * muted dark teal to a bright one: on a dark terminal the probable stands out by light, on a light one by colour.
 * Text on it is white or black, whichever has more contrast (always above 4.5 to 1); below one percent the terminal's
 * own colours stay.
 */
final class Ramp {
    static final String RESET = "\u001B[0m";
    static final String BOLD = "\u001B[1m";
    static final String FAINT = "\u001B[2m";

    private static final double LEAST = 0.01;
    private static final int STEPS = 24;
    /** The same ramp as far as the 256-colour palette has it. */
    private static final int[] PALETTE = {238, 23, 30, 37, 44, 87};
    /** The first of {@link #PALETTE} that wants black text. */
    private static final int BRIGHT = 2;

    private final String[] backgrounds;

    private Ramp(String[] backgrounds) {
        this.backgrounds = backgrounds;
    }

    /** The ramp for a terminal; without colours it colours nothing. */
    static Ramp of(Terminal.Colours colours) {
        return new Ramp(switch (colours) {
            case NONE -> new String[0];
            case ANSI_256 -> palette();
            case TRUE_COLOUR -> trueColours();
        });
    }

    /** The escape sequence for a probability; empty where the terminal's own colours stay. */
    String background(double probability) {
        if (backgrounds.length == 0 || !(probability >= LEAST)) {
            return "";
        }
        int step = (int) (Math.min(probability, 1) * backgrounds.length);
        return backgrounds[Math.min(step, backgrounds.length - 1)];
    }

    /** The same steps in plain text: a bar in eighths of a line. */
    static String bar(double probability) {
        if (!(probability >= LEAST)) {
            return " ";
        }
        return Character.toString('▁' + (int) Math.min(7, probability * 8));
    }

    /** The escape sequence for bars: the hue at middling lightness, seen on dark and on light. */
    String foreground() {
        if (backgrounds.length == 0) {
            return "";
        }
        return backgrounds.length == STEPS ? "\u001B[38;2;0;145;142m" : "\u001B[38;5;30m";
    }

    private static String[] palette() {
        String[] all = new String[PALETTE.length];
        for (int i = 0; i < all.length; i++) {
            all[i] = "\u001B[" + (i < BRIGHT ? "38;5;231" : "38;5;16") + ";48;5;" + PALETTE[i] + "m";
        }
        return all;
    }

    private static String[] trueColours() {
        String[] all = new String[STEPS];
        for (int i = 0; i < STEPS; i++) {
            double t = i / (STEPS - 1.0);
            double lightness = 0.34 + 0.47 * t;
            int rgb = oklch(lightness, 0.02 + 0.10 * t, 190);
            String text = lightness < 0.56 ? "38;2;255;255;255" : "38;2;0;0;0";
            all[i] = "\u001B[" + text + ";48;2;" + (rgb >> 16) + ";" + (rgb >> 8 & 255) + ";" + (rgb & 255) + "m";
        }
        return all;
    }

    /** OKLCH to sRGB, 8 bits each (Björn Ottosson, "A perceptual color space for image processing"). */
    static int oklch(double lightness, double chroma, double hueDegrees) {
        double a = chroma * Math.cos(Math.toRadians(hueDegrees));
        double b = chroma * Math.sin(Math.toRadians(hueDegrees));
        double l = cube(lightness + 0.3963377774 * a + 0.2158037573 * b);
        double m = cube(lightness - 0.1055613458 * a - 0.0638541728 * b);
        double s = cube(lightness - 0.0894841775 * a - 1.2914855480 * b);
        return eightBits(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s) << 16
                | eightBits(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s) << 8
                | eightBits(-0.0041960863 * l - 0.7034186147 * m + 1.7076147010 * s);
    }

    private static double cube(double x) {
        return x * x * x;
    }

    private static int eightBits(double linear) {
        double clipped = Math.clamp(linear, 0, 1);
        double encoded = clipped <= 0.0031308 ? 12.92 * clipped : 1.055 * Math.pow(clipped, 1 / 2.4) - 0.055;
        return (int) Math.round(255 * encoded);
    }
}

package org.latent4j.workbench;

import java.awt.Color;
import java.awt.Font;
import java.awt.FontMetrics;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.geom.Ellipse2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.OutputStream;
import java.io.Writer;
import java.util.List;
import java.util.Locale;
import javax.imageio.ImageIO;
import org.latent4j.kernel.Matrix;
import org.latent4j.workbench.map.MapView;

/**
 * A map as a picture that stands still, drawn once for pixels and once for SVG: one view or small multiples, the legend, and below
 * each view how far it can be believed. A map of three dimensions is seen from a corner.
 */
final class MapFigure {
    private static final int MARGIN = 28;
    private static final int HEADER = 64;
    private static final int FOOTER = 30;
    private static final int LEGEND = 290;
    private static final int LINE = 24;
    /** Room for a digit of a count in the legend. */
    private static final int COUNT = 9;
    /** A character's width for its size, where it can't be measured. */
    private static final double CHARACTER = 0.52;
    private static final int INK = 0x222222;
    private static final int FAINT = 0x707070;
    private static final int FRAME = 0xDDDDDD;
    private static final int WHOLE = 900;
    private static final String EACH = "; below each its trustworthiness and how many of the nearest it keeps";

    private final String title;
    private final String method;
    private final List<MapView> views;
    private final MapColours colours;
    private final int across;
    private final int side;

    MapFigure(String title, String method, List<MapView> views, MapColours colours) {
        this.title = title;
        this.method = method;
        this.views = List.copyOf(views);
        this.colours = colours;
        this.across = (int) Math.ceil(Math.sqrt(views.size()));
        this.side = views.size() == 1 ? WHOLE : Math.max(150, 1300 / across);
    }

    private int width() {
        return 2 * MARGIN + across * side + (across - 1) * MARGIN + (colours.legend().isEmpty() ? 0 : LEGEND);
    }

    private int height() {
        int down = (views.size() + across - 1) / across;
        int legend = HEADER + MARGIN + LINE * (colours.legend().size() + 2);
        return Math.max(HEADER + down * (side + FOOTER) + MARGIN, legend);
    }

    /** What is drawn on. */
    private interface Canvas {
        void dot(double x, double y, double radius, int colour, double opacity);

        void frame(double x, double y, double width, double height);

        /** Draws as much of a text as there is room for, and how wide it has become. */
        double text(double x, double y, int size, boolean bold, int colour, String text, double room);
    }

    /** Draws an SVG. */
    void writeSvg(Writer out) throws IOException {
        StringBuilder svg = new StringBuilder();
        svg.append(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%1$d\" height=\"%2$d\" viewBox=\"0 0 %1$d %2$d\" font-family=\"sans-serif\">\n"
                        .formatted(width(), height()));
        svg.append("<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n");
        draw(new Svg(svg));
        out.append(svg).append("</svg>\n");
    }

    /** Draws a PNG, two pixels to a unit. */
    void writePng(OutputStream out) throws IOException {
        System.setProperty("java.awt.headless", "true");
        BufferedImage image = new BufferedImage(2 * width(), 2 * height(), BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = image.createGraphics();
        graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        graphics.setRenderingHint(RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
        graphics.setRenderingHint(RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
        graphics.scale(2, 2);
        graphics.setColor(Color.WHITE);
        graphics.fillRect(0, 0, width(), height());
        draw(new Pixels(graphics));
        graphics.dispose();
        ImageIO.write(image, "png", out);
    }

    private void draw(Canvas canvas) {
        canvas.text(MARGIN, 32, 20, true, INK, title, width() - 2 * MARGIN);
        canvas.text(MARGIN, 54, 13, false, FAINT, views.size() == 1 ? method : method + EACH, width() - 2 * MARGIN);
        for (int i = 0; i < views.size(); i++) {
            int x = MARGIN + i % across * (side + MARGIN);
            int y = HEADER + i / across * (side + FOOTER);
            canvas.frame(x, y, side, side);
            points(canvas, views.get(i).positions(), x, y);
            canvas.text(x, y + side + 18, side < 400 ? 10 : 13, false, FAINT, caption(views.get(i)), side);
        }
        int x = MARGIN + across * (side + MARGIN);
        int y = HEADER + MARGIN / 2;
        if (!colours.legend().isEmpty()) {
            canvas.text(x, y, 14, true, INK, colours.title(), LEGEND - MARGIN);
        }
        for (MapColours.Entry entry : colours.legend()) {
            y += LINE;
            canvas.dot(x + 6, y - 5, 6, entry.colour(), 1);
            double room = LEGEND - 20 - MARGIN - COUNT * entry.count().length();
            double taken = canvas.text(x + 20, y, 13, false, INK, entry.text(), room);
            canvas.text(x + 20 + taken + 8, y, 13, false, FAINT, entry.count(), LEGEND);
        }
    }

    private String caption(MapView view) {
        String quality = view.quality()
                .map(q -> String.format(Locale.ROOT, "trustworthiness %.3f, continuity %.3f, neighbours kept %.0f%% (k %d)",
                        q.trustworthiness(), q.continuity(), 100 * q.neighboursKept(), q.k()))
                .orElse("");
        if (views.size() == 1) {
            return quality;
        }
        return view.quality().map(q -> String.format(Locale.ROOT, "%s: %.2f, %.0f%% kept", view.name(), q.trustworthiness(),
                100 * q.neighboursKept())).orElse(view.name());
    }

    private void points(Canvas canvas, Matrix positions, int x, int y) {
        double[][] flat = flat(positions);
        double[] least = {Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY};
        double[] most = {Double.NEGATIVE_INFINITY, Double.NEGATIVE_INFINITY};
        for (double[] place : flat) {
            for (int d = 0; d < 2; d++) {
                least[d] = Math.min(least[d], place[d]);
                most[d] = Math.max(most[d], place[d]);
            }
        }
        double extent = Math.max(most[0] - least[0], most[1] - least[1]);
        double scale = extent > 0 ? 0.94 * side / extent : 0;
        double radius = Math.clamp(Math.sqrt((double) WHOLE * side) / 30 / Math.sqrt(Math.sqrt(flat.length)) / 2, 0.5, 5);
        double opacity = flat.length > 2000 ? 0.65 : 0.85;
        for (int i = 0; i < flat.length; i++) {
            double px = x + side / 2.0 + scale * (flat[i][0] - (least[0] + most[0]) / 2);
            double py = y + side / 2.0 - scale * (flat[i][1] - (least[1] + most[1]) / 2);
            canvas.dot(px, py, radius, colours.points()[i], opacity);
        }
    }

    private static double[][] flat(Matrix positions) {
        double[][] flat = new double[positions.rows()][2];
        for (int i = 0; i < flat.length; i++) {
            double x = positions.at(i, 0);
            double y = positions.at(i, 1);
            if (positions.columns() == 3) { // turned about the upright axis by 35 degrees, then seen from 25 above
                double z = positions.at(i, 2);
                double deep = -x * 0.574 + z * 0.819;
                flat[i][0] = x * 0.819 + z * 0.574;
                flat[i][1] = y * 0.906 + deep * 0.423;
            } else {
                flat[i][0] = x;
                flat[i][1] = y;
            }
        }
        return flat;
    }

    private record Svg(StringBuilder out) implements Canvas {
        @Override
        public void dot(double x, double y, double radius, int colour, double opacity) {
            out.append(String.format(Locale.ROOT, "<circle cx=\"%.2f\" cy=\"%.2f\" r=\"%.2f\" fill=\"#%06x\"", x, y, radius, colour));
            out.append(opacity < 1 ? String.format(Locale.ROOT, " fill-opacity=\"%.2f\"/>%n", opacity) : "/>\n");
        }

        @Override
        public void frame(double x, double y, double width, double height) {
            out.append(String.format(Locale.ROOT,
                    "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" fill=\"none\" stroke=\"#%06x\"/>%n", x, y, width, height,
                    FRAME));
        }

        @Override
        public double text(double x, double y, int size, boolean bold, int colour, String text, double room) {
            String shown = PlainLine.cut(text, (int) Math.max(4, room / size / CHARACTER));
            out.append(String.format(Locale.ROOT, "<text x=\"%.1f\" y=\"%.1f\" font-size=\"%d\"%s fill=\"#%06x\">%s</text>%n", x, y, size,
                    bold ? " font-weight=\"bold\"" : "", colour, escaped(shown)));
            return DisplayWidth.of(shown) * size * CHARACTER;
        }

        private static String escaped(String text) {
            StringBuilder escaped = new StringBuilder();
            text.codePoints().forEach(c -> {
                switch (c) {
                    case '&' -> escaped.append("&amp;");
                    case '<' -> escaped.append("&lt;");
                    case '>' -> escaped.append("&gt;");
                    default -> escaped.appendCodePoint(c < 32 || c >= 0xD800 && c <= 0xDFFF || c >= 0xFFFE && c <= 0xFFFF ? 0xFFFD : c);
                }
            });
            return escaped.toString();
        }
    }

    private record Pixels(Graphics2D graphics) implements Canvas {
        @Override
        public void dot(double x, double y, double radius, int colour, double opacity) {
            graphics.setColor(new Color(colour >> 16 & 255, colour >> 8 & 255, colour & 255, (int) Math.round(255 * opacity)));
            graphics.fill(new Ellipse2D.Double(x - radius, y - radius, 2 * radius, 2 * radius));
        }

        @Override
        public void frame(double x, double y, double width, double height) {
            graphics.setColor(new Color(FRAME));
            graphics.drawRect((int) x, (int) y, (int) width, (int) height);
        }

        @Override
        public double text(double x, double y, int size, boolean bold, int colour, String text, double room) {
            graphics.setFont(new Font(Font.SANS_SERIF, bold ? Font.BOLD : Font.PLAIN, size));
            FontMetrics metrics = graphics.getFontMetrics();
            int columns = (int) Math.max(4, room / size * 4); // more than fit, of the narrowest letters too
            String shown = PlainLine.cut(text, columns);
            while (columns > 4 && metrics.stringWidth(shown) > room) {
                columns = Math.min(columns, DisplayWidth.of(shown)) - 1;
                shown = PlainLine.cut(text, columns);
            }
            graphics.setColor(new Color(colour));
            graphics.drawString(shown, (float) x, (float) y);
            return metrics.stringWidth(shown);
        }
    }
}

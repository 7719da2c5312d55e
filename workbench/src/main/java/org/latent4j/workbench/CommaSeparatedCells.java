package org.latent4j.workbench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.latent4j.kernel.LatentException;

/**
 * Cells with commas between them (RFC 4180): a cell in double quotes may have commas and line ends, and a quote as two of them. Empty
 * lines are passed over.
 */
final class CommaSeparatedCells implements TextRows.Cells {
    private static final int MOST_CELLS = 100_000;

    private final Utf8Reader in;
    private final char[] buffer = new char[1 << 13];
    private int from;
    private int to;
    private long line = 1;
    private long begunAt = 1;

    CommaSeparatedCells(Utf8Reader in) {
        this.in = in;
    }

    @Override
    public String origin() {
        return in.name() + " line " + begunAt;
    }

    @Override
    public @Nullable List<String> next() throws IOException {
        while (peek() == '\n' || peek() == '\r') {
            read();
        }
        if (peek() < 0) {
            return null;
        }
        begunAt = line;
        List<String> cells = new ArrayList<>();
        do {
            if (cells.size() == MOST_CELLS) {
                throw new LatentException("%s has more than %s columns".formatted(origin(), Amounts.count(MOST_CELLS)));
            }
            cells.add(peek() == '"' ? quoted() : plain());
        } while (read() == ',');
        return cells;
    }

    private String plain() throws IOException {
        StringBuilder cell = new StringBuilder();
        while (peek() >= 0 && peek() != ',' && peek() != '\n' && peek() != '\r') {
            append(cell, read());
        }
        skipCarriageReturn();
        return cell.toString();
    }

    private String quoted() throws IOException {
        StringBuilder cell = new StringBuilder();
        read();
        for (int c = read(); c != '"' || peek() == '"'; c = read()) {
            if (c < 0) {
                throw new LatentException("%s: a quote is opened and never closed".formatted(origin()));
            }
            append(cell, c);
            if (c == '"') {
                read(); // the second of two
            }
        }
        skipCarriageReturn();
        if (peek() >= 0 && peek() != ',' && peek() != '\n') {
            throw new LatentException(
                    "%s has something behind a closing quote; a quote within quotes is written twice".formatted(origin()));
        }
        return cell.toString();
    }

    private void append(StringBuilder cell, int c) {
        if (cell.length() > TextInput.LONGEST_TEXT) {
            throw new LatentException(
                    "%s has a cell of more than %s characters".formatted(origin(), Amounts.count(TextInput.LONGEST_TEXT)));
        }
        cell.append((char) c);
    }

    private void skipCarriageReturn() throws IOException {
        if (peek() == '\r') {
            read();
        }
    }

    private int peek() throws IOException {
        if (from == to) {
            from = 0;
            to = Math.max(0, in.read(buffer, 0, buffer.length));
        }
        return from == to ? -1 : buffer[from];
    }

    private int read() throws IOException {
        int c = peek();
        if (c >= 0) {
            from++;
            line += c == '\n' ? 1 : 0;
        }
        return c;
    }
}

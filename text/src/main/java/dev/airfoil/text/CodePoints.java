package dev.airfoil.text;

import java.util.Arrays;

/** Code points that each know where in the original text they came from. Grows; used for one text. */
final class CodePoints {
    private int[] points = new int[64];
    private int[] sources = new int[64];
    private int size;

    void add(int point, int source) {
        if (size == points.length) {
            points = Arrays.copyOf(points, 2 * size);
            sources = Arrays.copyOf(sources, 2 * size);
        }
        points[size] = point;
        sources[size++] = source;
    }

    int size() {
        return size;
    }

    int point(int i) {
        return points[i];
    }

    /** Index into the original text of the character that gave number {@code i}. */
    int source(int i) {
        return sources[i];
    }

    /** Those from {@code from} to before {@code to} as a string. */
    String string(int from, int to) {
        return new String(points, from, to - from);
    }
}

package dev.airfoil.bench.peers;

import dev.airfoil.tensor.Tensor;

/** The angles of 2-D RoPE for text tokens and a square of image tokens: {@code cos, sin [n e/2]}. */
public record Rotations(Tensor cos, Tensor sin) {
    /** For {@code text} tokens that are not turned, then {@code side * side} that are, by row and column. */
    public static Rotations of(int text, int side, int headDim) {
        int pairs = headDim / 2;
        int quarter = headDim / 4;
        int n = text + side * side;
        float[] cos = new float[n * pairs];
        float[] sin = new float[n * pairs];
        for (int i = 0; i < cos.length; i++) {
            int token = i / pairs - text;
            int pair = i % pairs;
            int position = token < 0 ? 0 : pair < quarter ? token / side : token % side;
            double angle = position * Math.pow(1e4, -(pair % quarter) / (double) quarter);
            cos[i] = (float) Math.cos(angle);
            sin[i] = (float) Math.sin(angle);
        }
        return new Rotations(Tensor.of(cos, n, pairs), Tensor.of(sin, n, pairs));
    }
}

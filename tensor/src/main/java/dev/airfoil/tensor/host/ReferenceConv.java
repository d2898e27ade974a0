package dev.airfoil.tensor.host;

import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.ops.Conv2d;

/**
 * The three products of a convolution as one walk: every output pixel {@code y[b o p q]}, weight {@code w[o c i j]} and
 * image pixel {@code x[b c r s]} that meet, with {@code r = p stride + i - top} and {@code s = q stride + j - left}.
 */
final class ReferenceConv {
    private enum Wanted {
        OUTPUT,
        IMAGE,
        WEIGHT
    }

    private ReferenceConv() {}

    static void forward(Conv2d conv, Tensor x, Tensor weight, Tensor y) {
        walk(conv, Wanted.OUTPUT, x, weight, y, y);
    }

    static void gradInput(Conv2d conv, Tensor weight, Tensor gy, Tensor gx) {
        walk(conv, Wanted.IMAGE, gx, weight, gy, gx);
    }

    static void gradWeight(Conv2d conv, Tensor x, Tensor gy, Tensor gweight) {
        walk(conv, Wanted.WEIGHT, x, gweight, gy, gweight);
    }

    private static void walk(Conv2d conv, Wanted wanted, Tensor tx, Tensor tw, Tensor ty, Tensor out) {
        float[] x = wanted == Wanted.IMAGE ? new float[0] : Elements.floats(tx);
        float[] w = wanted == Wanted.WEIGHT ? new float[0] : Elements.floats(tw);
        float[] y = wanted == Wanted.OUTPUT ? new float[0] : Elements.floats(ty);
        double[] sums = new double[Math.toIntExact(out.size())];
        int channels = tx.dim(1);
        int height = tx.dim(2);
        int width = tx.dim(3);
        int kh = tw.dim(2);
        int kw = tw.dim(3);
        int at = 0; // of y
        for (int b = 0; b < ty.dim(0); b++) {
            for (int o = 0; o < ty.dim(1); o++) {
                for (int p = 0; p < ty.dim(2); p++) {
                    for (int q = 0; q < ty.dim(3); q++, at++) {
                        for (int c = 0; c < channels; c++) {
                            for (int i = 0; i < kh; i++) {
                                int r = p * conv.stride() + i - conv.top();
                                for (int j = 0; j < kw; j++) {
                                    int s = q * conv.stride() + j - conv.left();
                                    if (r < 0 || r >= height || s < 0 || s >= width) {
                                        continue;
                                    }
                                    int ix = ((b * channels + c) * height + r) * width + s;
                                    int iw = ((o * channels + c) * kh + i) * kw + j;
                                    switch (wanted) {
                                        case OUTPUT -> sums[at] += (double) x[ix] * w[iw];
                                        case IMAGE -> sums[ix] += (double) y[at] * w[iw];
                                        case WEIGHT -> sums[iw] += (double) y[at] * x[ix];
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
        Elements.store(sums, out);
    }
}

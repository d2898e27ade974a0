package dev.airfoil.kernels.cpu.conv;

import dev.airfoil.kernels.cpu.Floats;
import dev.airfoil.kernels.cpu.gemm.Gemm;
import dev.airfoil.kernels.cpu.vector.Lanes;
import dev.airfoil.tensor.Tensor;
import java.lang.foreign.MemorySegment;

/**
 * Weights of a convolution as they lie in memory: that of output channel o for input channel c, in row i and column j of
 * the kernel, stands at byte {@code base + o * output + c * input + i * down + j * across}. Strides may be negative, as
 * of a kernel turned by half a turn.
 */
record Weights(MemorySegment data, long base, int outputs, long output, long input, long down, long across) {
    /** Those of a dense {@code weight [o c i j]} that lies at {@code data}. */
    static Weights of(Floats data, Tensor weight) {
        long down = 4L * weight.dim(3);
        long input = down * weight.dim(2);
        return new Weights(data.data(), data.base(), weight.dim(0), input * weight.dim(1), input, down, 4);
    }

    /**
     * Packs panels {@code from .. end} of them as the left side of tiles of {@code mr} rows: block after block of depths,
     * see {@link Depths}, each in panels {@code [outputs / mr][depths][mr]}.
     */
    void pack(Window window, Depths depths, int mr, int from, int end, float[] to) {
        int panels = (outputs + mr - 1) / mr;
        for (int panel = from; panel < end; panel++) {
            for (int i = 0; i < window.i(); i++) {
                for (int part = 0; part < depths.parts(); part++) {
                    int d0 = depths.start(part);
                    int d1 = depths.start(part + 1);
                    int at = mr * (panels * (i * depths.length() + d0) + panel * (d1 - d0));
                    pack(panel * mr, Math.min(mr, outputs - panel * mr), mr, i, window.c(), d0, d1, to, at);
                }
            }
        }
    }

    /** Output channels {@code o .. o + n}, depths {@code d0 .. d1} of row {@code i} of the kernel. */
    private void pack(int o, int n, int mr, int i, int channels, int d0, int d1, float[] to, int start) {
        int at = start;
        for (int j = d0 / channels; j * channels < d1; j++) {
            int c0 = Math.max(d0 - j * channels, 0);
            int c1 = Math.min(d1 - j * channels, channels);
            for (int c = c0; c < c1; c++) {
                long from = base + o * output + c * input + i * down + j * across;
                for (int r = 0; r < n; r++) {
                    to[at + r] = Lanes.get(data, from + r * output);
                }
                at += mr;
            }
        }
    }

    /** The depths of one row of a kernel, {@code [j c]}, in blocks whose panels stay in the first-level cache. */
    record Depths(int length, int most) {
        static Depths of(Window window) {
            int length = window.j() * window.c();
            return new Depths(length, Gemm.depth(length));
        }

        int parts() {
            return (length + most - 1) / most;
        }

        int start(int part) {
            return Math.min(length, part * most);
        }
    }
}

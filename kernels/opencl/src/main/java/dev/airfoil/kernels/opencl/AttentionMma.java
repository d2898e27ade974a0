package dev.airfoil.kernels.opencl;

import dev.airfoil.tensor.Tensor;
import java.util.List;

/** When and how attention runs by {@code attention_mma.cl}, on NVIDIA's tensor cores. */
final class AttentionMma {
    private static final int WARPS = 4;
    private static final int TILE = 64;
    private static final List<Integer> WIDTHS = List.of(32, 64, 128);

    private AttentionMma() {}

    /** Whether rows of these widths and places can be read; a softmax of falling scores is not prepared for. */
    static boolean fits(ClBackend cl, float scale, boolean aligned, Tensor q) {
        return cl.tensorCores() && aligned && scale > 0 && WIDTHS.contains(q.dim(3));
    }

    /** The way for head width {@code e}, with the options that ask for masks. */
    static AttentionTiles.Way way(int e, String masks) {
        int step = e == 32 ? 64 : 32;
        String options = "-DE=" + e + " -DT=" + TILE + " -DWARPS=" + WARPS + " -DSTEP=" + step + masks;
        return new AttentionTiles.Way("attention_mma", options, 32 * WARPS, 16 * WARPS);
    }
}

package dev.airfoil.kernels.opencl;

import dev.airfoil.tensor.Tensor;

/** When and how attention runs by {@code attention_mma.cl}, on NVIDIA's tensor cores. */
final class AttentionMma {
    private AttentionMma() {}

    /** The three kernels; each is fastest with a tile of its own. */
    enum Pass {
        FORWARD,
        GRAD_KEYS,
        GRAD_QUERIES
    }

    /**
     * A group's shape.
     *
     * @param rows of the other side in local memory at a time
     * @param warps each owns 16 rows
     * @param step keys between two corrections of the softmax
     */
    private record Shape(int rows, int warps, int step) {}

    /** Whether rows of these widths and places can be read; a softmax of falling scores is not prepared for. */
    static boolean fits(ClBackend cl, float scale, boolean aligned, Tensor q) {
        int e = q.dim(3);
        return cl.tensorCores() && aligned && scale > 0 && (e == 32 || e == 64 || e == 128);
    }

    /** The way for head width {@code e}, with the options that ask for masks. */
    static AttentionTiles.Way way(int e, Pass pass, String masks) {
        Shape s = shape(e, pass);
        String options = "-DE=" + e + " -DT=" + s.rows + " -DWARPS=" + s.warps + " -DSTEP=" + s.step + masks;
        return new AttentionTiles.Way("attention_mma", options, 32 * s.warps, 16 * s.warps);
    }

    /** The fastest of those tried on an H100, with 272 to 1101 tokens. */
    private static Shape shape(int e, Pass pass) {
        return switch (e) {
            case 32 ->
                switch (pass) {
                    case FORWARD -> new Shape(96, 6, 48);
                    case GRAD_KEYS -> new Shape(96, 4, 48);
                    case GRAD_QUERIES -> new Shape(144, 8, 48);
                };
            case 64 -> pass == Pass.FORWARD ? new Shape(144, 8, 48) : new Shape(96, 6, 48);
            default -> new Shape(128, 8, 32);
        };
    }
}

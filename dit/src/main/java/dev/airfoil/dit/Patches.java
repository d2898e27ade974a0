package dev.airfoil.dit;

import dev.airfoil.tensor.Tensor;

/** Latent images as tokens: each holds a patch as (row, column, channel). */
record Patches(int patch, int channels) {
    /** {@code [b c h w]} to {@code [b n p*p*c]}. */
    Tensor split(Tensor z) {
        int b = z.dim(0);
        int rows = z.dim(2) / patch;
        int columns = z.dim(3) / patch;
        return z.reshape(b, channels, rows, patch, columns, patch)
                .permute(0, 2, 4, 3, 5, 1)
                .reshape(b, rows * columns, patch * patch * channels);
    }

    /** {@code [b n p*p*c]} to {@code [b c h w]}. */
    Tensor join(Tensor x, int height, int width) {
        int b = x.dim(0);
        return x.reshape(b, height / patch, width / patch, patch, patch, channels)
                .permute(0, 5, 1, 3, 2, 4)
                .reshape(b, channels, height, width);
    }
}

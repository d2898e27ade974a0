/**
 * Convolutions on the tiles of package gemm. {@code Convolution} is the forward pass, and, with the kernel turned, the
 * gradient of the image; {@code WeightGradient} sums over pixels. Neither makes patches: {@code Strips} and the panels of
 * {@code WeightGradient} pack an image once for each column of the kernel, and every row of the kernel begins at another
 * place of it. Where the kernel is a single pixel, all three are plain products. Read Conv2dKernel first.
 *
 * <p>Deliberately absent: Winograd and other transforms, whose rounding errors a VAE would show; packed weights that are
 * kept.
 */
package dev.airfoil.kernels.cpu.conv;

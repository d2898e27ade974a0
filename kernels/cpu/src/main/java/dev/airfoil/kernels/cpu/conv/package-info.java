/**
 * Convolutions as matrix products: {@code Patches} spreads out what the kernel sees, a band of output rows at a time, and
 * the products run in package gemm. Read Conv2dKernel first.
 *
 * <p>Deliberately absent: Winograd and other transforms, whose rounding errors a VAE would show.
 */
package dev.airfoil.kernels.cpu.conv;

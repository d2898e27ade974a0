/**
 * Convolutions as matrix products: {@code Patches} packs what the kernel sees straight into the panels of package gemm.
 * Read Conv2dKernel first.
 *
 * <p>Deliberately absent: Winograd and other transforms, whose rounding errors a VAE would show.
 */
package dev.airfoil.kernels.cpu.conv;

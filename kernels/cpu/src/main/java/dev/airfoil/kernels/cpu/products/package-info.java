/**
 * The ops that are matrix products, bound to {@link dev.airfoil.kernels.cpu.gemm.Gemm}: {@code LinearKernel} with its
 * epilogue, {@code LinearQ8Kernel} for weights of bytes, {@code MatMulKernel} for any strides and batches, and {@link
 * dev.airfoil.kernels.cpu.products.PackCache}, which keeps weights packed from their second use on. Read LinearKernel
 * first.
 *
 * <p>Deliberately absent: transposes. They are strides, and packing reads any strides.
 */
package dev.airfoil.kernels.cpu.products;

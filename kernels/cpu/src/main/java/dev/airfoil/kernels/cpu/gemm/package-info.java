/**
 * Matrix products. A {@link dev.airfoil.kernels.cpu.gemm.Tile} multiplies a few rows by a few vectors of columns in
 * registers; {@link dev.airfoil.kernels.cpu.gemm.Operand} packs any strided matrix into the panels it reads; {@link
 * dev.airfoil.kernels.cpu.gemm.TileGrid} lays tiles over a matrix whose edges they do not meet; {@link
 * dev.airfoil.kernels.cpu.gemm.Gemm} cuts the product into blocks and shares them out. Read Gemm first.
 *
 * <p>The tile classes are written by {@code src/main/tiles/TileGenerator.java} in each build, into {@code
 * target/generated-sources/tiles}; they differ in width, shape and how their left side lies in memory. Attention and
 * convolutions multiply with the same tiles.
 *
 * <p>Weights may be narrower than F32 ({@link dev.airfoil.kernels.cpu.gemm.Stored}): Gemm widens their panels, and {@link
 * dev.airfoil.kernels.cpu.gemm.RowDots} and {@link dev.airfoil.kernels.cpu.gemm.FewRows} multiply the few rows for which
 * that would not pay.
 *
 * <p>Deliberately absent: any choice by the number of threads that could be seen in the bits.
 */
package dev.airfoil.kernels.cpu.gemm;

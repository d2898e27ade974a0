/**
 * Attention that never holds all scores: {@link dev.airfoil.kernels.cpu.attention.FlashAttention} forward, {@link
 * dev.airfoil.kernels.cpu.attention.FlashAttentionGrad} backward, both made of the register tiles of package gemm and the
 * softmax passes of {@code Softmax2}. Read FlashAttention first. (Dao et al., "FlashAttention", for the idea of the
 * running softmax.)
 *
 * <p>Deliberately absent: masks inside the loops. {@link dev.airfoil.kernels.cpu.attention.Keys} gathers the keys that a
 * mask keeps, and causality is a number of keys per query.
 */
package dev.airfoil.kernels.cpu.attention;

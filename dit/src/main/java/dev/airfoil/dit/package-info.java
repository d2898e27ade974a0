/**
 * DiT-Air and its Lite variants (Chen et al., "DiT-Air: Revisiting the Efficiency of Diffusion Model Architecture Design
 * in Text to Image Generation"): text and image are one sequence that one stack of blocks transforms; only modulation
 * tells the two apart.
 *
 * <pre>
 * latent -> patches -> Linear -+                      +-> image rows -> LN, modulate -> Linear -> velocity
 * text ---------------> Linear +-> [text | image] -> N blocks
 * sigma, pooled -> MLPs -> SiLU -> modulation (once, for all blocks)
 * </pre>
 *
 * <p>Read {@link dev.airfoil.dit.DitAir}, then {@link dev.airfoil.dit.DitBlock}. Deliberately absent: text encoders,
 * image codecs, samplers: this maps tensors to a velocity.
 */
package dev.airfoil.dit;

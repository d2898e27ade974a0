package dev.airfoil.pipeline;

import dev.airfoil.tensor.Tensor;

/** Between pictures and the latents that a denoiser works on. Frozen: no tape sees what happens inside. */
public interface LatentCodec extends AutoCloseable {
    /**
     * The latents of some pictures.
     *
     * @param images {@code [b 3 h w]}, red, green and blue in [-1, 1]; h and w are multiples of {@link #scale}
     * @return {@code [b channels h/scale w/scale]}, of about unit variance
     */
    Tensor encode(Tensor images);

    /**
     * The pictures of some latents.
     *
     * @param latents {@code [b channels h w]}
     * @return {@code [b 3 h*scale w*scale]}, in [-1, 1] but for what the denoiser got wrong
     */
    Tensor decode(Tensor latents);

    /** Channels of a latent. */
    int channels();

    /** Side of the square of pixels that one latent pixel stands for. */
    int scale();

    /** Frees the weights, if there are any. */
    @Override
    void close();
}

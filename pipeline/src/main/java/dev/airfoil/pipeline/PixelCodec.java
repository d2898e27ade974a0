package dev.airfoil.pipeline;

import dev.airfoil.tensor.Dims;
import dev.airfoil.tensor.Tensor;

/** Pixels are the latents: for pictures so small that compressing them gains nothing. */
public final class PixelCodec implements LatentCodec {
    private static final int RGB = 3;

    /** The codec: it has no settings. */
    public PixelCodec() {}

    @Override
    public Tensor encode(Tensor images) {
        return checked("images", images);
    }

    @Override
    public Tensor decode(Tensor latents) {
        return checked("latents", latents);
    }

    private static Tensor checked(String argument, Tensor x) {
        Dims.of("pixelCodec").bind(argument, x.spec(), "b " + RGB + " h w");
        return x;
    }

    @Override
    public int channels() {
        return RGB;
    }

    @Override
    public int scale() {
        return 1;
    }

    @Override
    public void close() {
        // no weights
    }
}

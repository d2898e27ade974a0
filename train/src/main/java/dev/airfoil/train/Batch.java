package dev.airfoil.train;

import dev.airfoil.tensor.DType;
import dev.airfoil.tensor.Dims;
import dev.airfoil.tensor.Scope;
import dev.airfoil.tensor.Tensor;
import java.util.List;

/**
 * What one forward of training needs, on the device.
 *
 * @param latent the data z0 {@code [b c h w]}
 * @param text text tokens {@code [b n d]}
 * @param mask {@code [b n]}, I32: 1 for a token, 0 for padding
 * @param pooled pooled text {@code [b p]}
 * @param sigma noise level of each picture {@code [b]}
 * @param noise eps {@code [b c h w]}
 */
public record Batch(Tensor latent, Tensor text, Tensor mask, Tensor pooled, Tensor sigma, Tensor noise)
        implements Scope.Holder {
    public Batch {
        Dims.of("batch")
                .bind("latent", latent.spec(), "b c h w")
                .bind("text", text.spec(), "b n d")
                .bind("mask", mask.spec(), DType.I32, "b n")
                .bind("pooled", pooled.spec(), "b p")
                .bind("sigma", sigma.spec(), "b")
                .bind("noise", noise.spec(), "b c h w");
    }

    /** The same pictures with the same noise at other levels {@code [b]}. */
    public Batch at(Tensor sigma) {
        return new Batch(latent, text, mask, pooled, sigma, noise);
    }

    @Override
    public List<Tensor> tensors() {
        return List.of(latent, text, mask, pooled, sigma, noise);
    }
}

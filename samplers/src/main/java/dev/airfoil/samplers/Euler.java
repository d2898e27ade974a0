package dev.airfoil.samplers;

import dev.airfoil.tensor.Tensor;

/** First order: straight on with the velocity at the start of each interval. */
public record Euler() implements Sampler {
    @Override
    public Step step(VelocityField field, Tensor x, Span span, Noise noise) {
        Tensor v = field.at(x, Sampler.sigmas(x, span.from()));
        return new Step(x.add(v.mul(span.length())), v);
    }

    @Override
    public String label() {
        return "euler";
    }
}

package dev.airfoil.samplers;

import dev.airfoil.tensor.Tensor;

/** Second order: an Euler step predicts the end of the interval, the mean of both velocities corrects it. */
public record Heun() implements Sampler {
    @Override
    public Step step(VelocityField field, Tensor x, Span span, Noise noise) {
        double h = span.length();
        Tensor v = field.at(x, Sampler.sigmas(x, span.from()));
        Tensor end = x.add(v.mul(h));
        Tensor w = field.at(end, Sampler.sigmas(x, span.to()));
        return new Step(x.add(v.add(w).mul(h / 2)), v);
    }

    @Override
    public String label() {
        return "heun";
    }
}

package dev.airfoil.samplers;

import dev.airfoil.tensor.Tensor;

/**
 * Heun's method for the stochastic equation with the same marginals as the flow, in the time {@code s = 1 - sigma}:
 *
 * <pre>
 * dX = [v + w score] ds + sqrt(2 w) dW,   score = ((1 - sigma) v - x) / sigma
 * </pre>
 *
 * The paper samples with a "second-order Heun SDE" and says no more; this is Stratonovich's Heun for additive noise
 * (Kidger, "On neural differential equations", section 5.1): one Brownian increment serves predictor and corrector.
 *
 * @param diffusion w as a function of sigma
 */
public record HeunSde(Diffusion diffusion) implements Sampler {
    /** With w = sigma. */
    public HeunSde() {
        this(Diffusion.SIGMA);
    }

    @Override
    public Step step(VelocityField field, Tensor x, Span span, Noise noise) {
        double h = span.length();
        double from = Math.sqrt(2 * diffusion.at(span.from()) * h);
        double to = Math.sqrt(2 * diffusion.at(span.to()) * h);
        Tensor v = field.at(x, Sampler.sigmas(x, span.from()));
        Tensor drift = drift(x, v, span.from());
        Tensor end = x.add(drift.mul(h));
        if (from == 0 && to == 0) {
            return new Step(corrected(field, x, drift, end, span), v);
        }
        Tensor xi = noise.of(span.index());
        Tensor next = corrected(field, x, drift, end.add(xi.mul(from)), span);
        return new Step(next.add(xi.mul((from + to) / 2)), v);
    }

    private Tensor corrected(VelocityField field, Tensor x, Tensor drift, Tensor end, Span span) {
        Tensor atEnd = drift(end, field.at(end, Sampler.sigmas(x, span.to())), span.to());
        return x.add(drift.add(atEnd).mul(span.length() / 2));
    }

    /** {@code v + w score}, with the score written out: one coefficient for v and one for x. */
    private Tensor drift(Tensor x, Tensor v, double sigma) {
        double perSigma = diffusion.at(sigma) / sigma;
        return v.mul(1 + perSigma * (1 - sigma)).sub(x.mul(perSigma));
    }

    @Override
    public String label() {
        return diffusion.equals(Diffusion.SIGMA) ? "heun-sde" : "heun-sde with w = " + diffusion;
    }
}

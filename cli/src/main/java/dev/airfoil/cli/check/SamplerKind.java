package dev.airfoil.cli.check;

import dev.airfoil.samplers.Diffusion;
import dev.airfoil.samplers.Euler;
import dev.airfoil.samplers.Heun;
import dev.airfoil.samplers.HeunSde;
import dev.airfoil.samplers.Noise;
import dev.airfoil.samplers.Sampler;
import dev.airfoil.samplers.SigmaSchedule;
import dev.airfoil.samplers.StepListener;
import dev.airfoil.samplers.VelocityField;
import dev.airfoil.tensor.F;
import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.TensorException;
import java.util.function.DoubleUnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * Walks from {@code in.x} along the schedule {@code out.sigmas} of a field with a closed form, with {@code in.noise} as
 * the standard normal numbers of each interval but the last.
 */
record SamplerKind() implements CaseKind {
    /** {@code x A^T + 0.3 sigma} is dx/dsigma; {@code v = ..} is the velocity, its opposite. */
    private static final Pattern FIELD = Pattern.compile(
            "(?<velocity>v = )?x (?<matrix>\\w+)\\^T(?<shift> *[-+].*?sigma)?(, pointing to the data)?");

    @Override
    public String name() {
        return "sampler";
    }

    @Override
    public void run(GoldenCase golden, Comparison comparison) {
        float[] sigmas = golden.out("sigmas");
        SigmaSchedule schedule = SigmaSchedule.of(
                IntStream.range(0, sigmas.length).mapToDouble(i -> sigmas[i]).toArray());
        Inputs in = golden.inputs();
        Noise noise = i -> in.get("noise").select(0, i);
        Tensor end = sampler(golden).sample(field(golden, in), in.get("x"), schedule, noise, StepListener.NONE);
        golden.compare("main", end, comparison);
    }

    /** What follows the sampler's name, as in {@code euler_shift3}, concerns the schedule, which is given. */
    private static Sampler sampler(GoldenCase golden) {
        String name = golden.text("sampler", "");
        if (name.startsWith("heun_sde")) {
            return new HeunSde(diffusion(golden.text("diffusion", "sigma")));
        }
        if (name.startsWith("heun")) {
            return new Heun();
        }
        if (name.startsWith("euler")) {
            return new Euler();
        }
        throw new SkippedException("Airfoil has no sampler '" + name + "'");
    }

    /** {@code w(sigma) = sigma}, or only what stands right of the sign. */
    private static Diffusion diffusion(String text) {
        String formula = text.substring(text.indexOf('=') + 1);
        try {
            return new Diffusion.Custom(text, Formula.parse(formula));
        } catch (TensorException e) {
            throw new SkippedException("the diffusion cannot be read: " + e.getMessage());
        }
    }

    private static VelocityField field(GoldenCase golden, Inputs in) {
        String text = golden.text("field", "");
        Matcher matcher = FIELD.matcher(text);
        if (!matcher.matches()) {
            throw new SkippedException("the field '" + text + "' cannot be read");
        }
        double sign = matcher.group("velocity") == null ? -1 : 1;
        Tensor matrix = in.get(matcher.group("matrix")).transpose();
        String shift = matcher.group("shift");
        DoubleUnaryOperator slope = Formula.parse(shift == null ? "0" : "0" + shift);
        return (x, sigma) -> {
            Tensor perPoint = F.affine(sigma, slope.applyAsDouble(1), 0).reshape(x.dim(0), 1);
            return x.matmul(matrix).add(perPoint).mul(sign);
        };
    }
}

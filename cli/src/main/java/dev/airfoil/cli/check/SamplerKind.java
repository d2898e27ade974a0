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
import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.TensorException;
import java.util.List;
import java.util.Optional;
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
            "(?<velocity>v = )?(?<minus>-)?x (?<matrix>\\w+)\\^T(?<shift> *[-+][^,]*)?(, pointing to the data)?");

    /** A level that is this much above 1 was rounded up. */
    private static final double ROUNDED = 1e-6;

    @Override
    public String name() {
        return "sampler";
    }

    @Override
    public List<String> given() {
        return List.of("out.sigmas", "out.timesteps");
    }

    @Override
    public void run(GoldenCase golden, Comparison comparison) {
        float[] sigmas = golden.out("sigmas");
        SigmaSchedule schedule = SigmaSchedule.of(IntStream.range(0, sigmas.length)
                .mapToDouble(i -> level(sigmas[i]))
                .toArray());
        Inputs in = golden.inputs();
        in.optional("noise"); // is there, though without diffusion nothing asks for it
        Noise noise = i -> in.get("noise").select(0, i);
        Tensor end = sampler(golden).sample(field(golden, in), in.get("x"), schedule, noise, StepListener.NONE);
        in.requireAllUsed("sampler");
        golden.compare("main", end, comparison);
    }

    private static double level(double sigma) {
        return sigma > 1 && sigma < 1 + ROUNDED ? 1 : sigma;
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

    /** {@code w(sigma) = sigma}, or only what stands right of the sign; what follows a comma is a note. */
    private static Diffusion diffusion(String text) {
        String right = text.substring(text.indexOf('=') + 1);
        return new Diffusion.Custom(text, formula(right.replaceFirst("[,;].*", "")));
    }

    private static DoubleUnaryOperator formula(String text) {
        try {
            return Formula.parse(text);
        } catch (TensorException e) {
            throw new SkippedException(e.getMessage());
        }
    }

    private static VelocityField field(GoldenCase golden, Inputs in) {
        String text = golden.text("field", "");
        Matcher matcher = FIELD.matcher(text);
        if (!matcher.matches()) {
            throw new SkippedException("the field '" + text + "' cannot be read");
        }
        double sign = matcher.group("velocity") == null ? -1 : 1;
        double slope = matcher.group("minus") == null ? 1 : -1;
        Tensor matrix = in.get(matcher.group("matrix")).transpose().mul(slope);
        DoubleUnaryOperator shift = formula(
                Optional.ofNullable(matcher.group("shift")).map(s -> "0" + s).orElse("0"));
        // A sampler has all points at one level.
        return (x, sigma) -> x.matmul(matrix)
                .add(shift.applyAsDouble(sigma.narrow(0, 0, 1).item()))
                .mul(sign);
    }
}

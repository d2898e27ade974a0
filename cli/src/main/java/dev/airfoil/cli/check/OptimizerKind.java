package dev.airfoil.cli.check;

import dev.airfoil.tensor.F;
import dev.airfoil.tensor.Interpreter;
import dev.airfoil.tensor.Tensor;
import dev.airfoil.train.Adafactor;
import dev.airfoil.train.AdamW;
import dev.airfoil.train.Beta2Schedule;
import dev.airfoil.train.Optimizer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Parameters on their way down a loss: {@code in.NAME} towards {@code in.target.NAME}, looked at after the steps that
 * {@code out.stepS.NAME} name. The loss is {@code sum (1 + a s) |p - target|^2} at step s, so that gradients change.
 */
record OptimizerKind() implements CaseKind {
    private static final Pattern OUTPUT = Pattern.compile("step(\\d+)\\.(.+)");
    private static final Pattern LOSS =
            Pattern.compile("sum_k \\(1 \\+ ([0-9.]+) s\\) \\|p_k - target_k\\|\\^2 at step s = 1\\.\\.\\d+");

    @Override
    public String name() {
        return "optimizer";
    }

    /** One value to compare. */
    private record Expected(String output, int step, String parameter) {
        static Expected of(String output) {
            Matcher m = OUTPUT.matcher(output);
            if (!m.matches()) {
                throw new SkippedException("the output '" + output + "' is no parameter after a step");
            }
            return new Expected(output, Integer.parseInt(m.group(1)), m.group(2));
        }
    }

    @Override
    public void run(GoldenCase golden, Comparison comparison) {
        String loss = golden.text("loss", "");
        Matcher matcher = LOSS.matcher(loss);
        if (!matcher.matches()) {
            throw new SkippedException("the loss '" + loss + "' cannot be read");
        }
        double growth = Double.parseDouble(matcher.group(1));
        Optimizer optimizer = optimizer(golden);
        List<Expected> expected = golden.outputs().stream()
                .map(Expected::of)
                .sorted(Comparator.comparingInt(Expected::step))
                .toList();
        for (String parameter :
                expected.stream().map(Expected::parameter).distinct().toList()) {
            Descent descent = new Descent(optimizer, golden.in("target." + parameter), growth, golden.in(parameter));
            for (Expected e : expected) {
                if (e.parameter().equals(parameter)) {
                    golden.compare(e.output(), descent.after(e.step()), comparison);
                }
            }
        }
    }

    /** What the case leaves open is as the libraries have it. */
    private static Optimizer optimizer(GoldenCase golden) {
        String name = golden.text("optimizer", "");
        double rate = golden.number("lr", 1e-3);
        if (name.startsWith("adamw")) {
            return new AdamW(
                    rate,
                    golden.number("beta1", 0.9),
                    golden.number("beta2", 0.999),
                    golden.number("eps", 1e-8),
                    golden.number("weight_decay", 0.01));
        }
        if (!name.startsWith("adafactor")) {
            throw new SkippedException("Airfoil has no optimizer '" + name + "'");
        }
        if (golden.config().path("scale_parameter").asBoolean(false) || golden.number("weight_decay", 0) != 0) {
            throw new SkippedException("Airfoil's Adafactor has neither parameter scaling nor weight decay");
        }
        // The paper keeps a constant share of the second moment and factors only large matrices; the original lets the
        // share grow and factors every matrix.
        boolean paper = golden.config().has("beta2");
        return new Adafactor(
                rate,
                golden.number("beta1", 0),
                paper
                        ? new Beta2Schedule.Debiased(golden.number("beta2", 0.999))
                        : new Beta2Schedule.Power(-golden.number("decay_rate", -0.8)),
                golden.number("eps1", golden.number("eps", 1e-30)),
                golden.number("clip_threshold", 1),
                (int) golden.number("min_dim_factored", paper ? 128 : 1));
    }

    /** One parameter on its way. */
    private static final class Descent {
        private final Optimizer optimizer;
        private final Tensor target;
        private final double growth;
        private Tensor p;
        private List<Tensor> state;
        private int step;

        Descent(Optimizer optimizer, Tensor target, double growth, Tensor start) {
            this.optimizer = optimizer;
            this.target = target;
            this.growth = growth;
            this.p = start;
            this.state = optimizer.state(start.shape()).values().stream()
                    .map(shape -> F.fill(shape, 0))
                    .toList();
        }

        /** The parameter after {@code steps} steps, not fewer than at the last call. */
        Tensor after(int steps) {
            while (step < steps) {
                step++;
                List<Tensor> inputs = new ArrayList<>(List.of(p, p.sub(target).mul(2 * (1 + growth * step))));
                inputs.addAll(state);
                List<Tensor> next = Interpreter.bind(optimizer.update(p.shape(), step, optimizer.rate()), inputs);
                p = next.getFirst();
                state = next.subList(1, next.size());
            }
            return p;
        }
    }
}

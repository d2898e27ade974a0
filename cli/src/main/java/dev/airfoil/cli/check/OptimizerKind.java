package dev.airfoil.cli.check;

import dev.airfoil.nn.Init;
import dev.airfoil.nn.Params;
import dev.airfoil.tensor.Scope;
import dev.airfoil.tensor.Tensor;
import dev.airfoil.train.Adafactor;
import dev.airfoil.train.AdamW;
import dev.airfoil.train.Beta2Schedule;
import dev.airfoil.train.Optimizer;
import dev.airfoil.train.OptimizerState;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Parameters on their way down a loss: {@code in.NAME} towards {@code in.target.NAME}, looked at after the steps that
 * {@code out.stepS.NAME} name. The loss is {@code sum (1 + a s) |p - target|^2} at step s, so that gradients change.
 */
record OptimizerKind() implements CaseKind {
    private static final Pattern OUTPUT = Pattern.compile("step(\\d+)\\.(.+)");
    private static final Pattern LOSS = Pattern.compile(
            "sum_k (\\(1 \\+ (?<growth>[0-9.]+) s\\) )?\\|p_k - target_k\\|\\^2( at step s = 1\\.\\.\\d+)?");

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
        double growth = growth(golden.text("loss", ""));
        Optimizer optimizer = optimizer(golden);
        List<Expected> expected = golden.outputs().stream().map(Expected::of).toList();
        int last = expected.stream().mapToInt(Expected::step).max().orElse(0);
        try (Scope scope = Scope.open("optimizer")) {
            Params params = Params.fresh(scope, 0);
            Map<String, Tensor> targets = new HashMap<>();
            for (Expected e : expected) {
                if (!targets.containsKey(e.parameter())) {
                    Tensor start = golden.in(e.parameter());
                    params.get(e.parameter(), Init.ZEROS, start.shape().toArray())
                            .set(start);
                    targets.put(e.parameter(), golden.in("target." + e.parameter()));
                }
            }
            OptimizerState state = new OptimizerState(optimizer, params.all().values(), Params.fresh(scope, 0));
            for (int step = 1; step <= last; step++) {
                int now = step;
                Scope.run("step", () -> {
                    List<Tensor> gradients = params.all().values().stream()
                            .map(p -> p.value().sub(targets.get(p.name())).mul(2 * (1 + growth * now)))
                            .toList();
                    state.step(now, optimizer.rate(), gradients);
                });
                expected.stream()
                        .filter(e -> e.step() == now)
                        .forEach(e -> golden.compare(
                                e.output(), params.all().get(e.parameter()).value(), comparison));
            }
        }
    }

    private static double growth(String loss) {
        Matcher matcher = LOSS.matcher(loss);
        if (!matcher.matches()) {
            throw new SkippedException("the loss '" + loss + "' cannot be read");
        }
        return matcher.group("growth") == null ? 0 : Double.parseDouble(matcher.group("growth"));
    }

    /** What the case leaves open is as the libraries have it. */
    private static Optimizer optimizer(GoldenCase golden) {
        String name = golden.text("optimizer", "");
        double[] betas = golden.numbers("betas", 0);
        double beta1 = betas.length == 2 ? betas[0] : 0.9;
        double beta2 = betas.length == 2 ? betas[1] : 0.999;
        double rate = golden.number("lr", 1e-3);
        if (name.startsWith("adam")) {
            boolean decoupled = name.startsWith("adamw");
            double decay = golden.number("weight_decay", decoupled ? 0.01 : 0);
            if (golden.flag("amsgrad") || !decoupled && decay != 0) {
                throw new SkippedException(
                        "Airfoil's AdamW has neither amsgrad nor a decay that is part of the gradient");
            }
            return new AdamW(
                    rate,
                    golden.number("beta1", beta1),
                    golden.number("beta2", beta2),
                    golden.number("eps", 1e-8),
                    decay);
        }
        if (!name.startsWith("adafactor")) {
            throw new SkippedException("Airfoil has no optimizer '" + name + "'");
        }
        if (golden.flag("scale_parameter")
                || golden.flag("relative_step")
                || golden.config().has("beta2_decay")
                || golden.number("weight_decay", 0) != 0) {
            throw new SkippedException(
                    "Airfoil's Adafactor has neither parameter scaling, relative steps nor weight decay");
        }
        // The paper keeps a constant share of the second moment and factors only large matrices; the original lets the
        // share grow and factors every matrix.
        boolean paper = golden.config().has("beta2") || name.startsWith("adafactor_paper");
        boolean momentum = paper && !golden.config().has("beta1");
        return new Adafactor(
                rate,
                golden.number("beta1", momentum ? beta1 : 0),
                paper
                        ? new Beta2Schedule.Debiased(golden.number("beta2", beta2))
                        : new Beta2Schedule.Power(Math.abs(golden.number("decay_rate", -0.8))),
                golden.number("eps1", golden.numbers("eps", 1e-30)[0]),
                golden.number("clip_threshold", 1),
                (int) golden.number("min_dim_factored", paper ? 128 : 1));
    }
}

package dev.airfoil.kernels.cpu.selftest;

import dev.airfoil.tensor.Op;
import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.TensorSpec;
import dev.airfoil.tensor.ops.Attention;
import dev.airfoil.tensor.ops.AttentionGrad;
import dev.airfoil.tensor.ops.Conv2d;
import dev.airfoil.tensor.ops.Conv2dGradInput;
import dev.airfoil.tensor.ops.Conv2dGradWeight;
import dev.airfoil.tensor.ops.Linear;
import dev.airfoil.tensor.ops.LinearQ8;
import dev.airfoil.tensor.ops.MatMul;
import java.util.List;

/**
 * An op on some inputs, and how much there is to do.
 *
 * @param cost what a good kernel takes, as a multiple of the time that the limit of the machine allows; 1 to 5 for most
 */
record Example(Op op, List<Tensor> inputs, double cost) {
    static Example of(Op op, Tensor... inputs) {
        return new Example(op, List.of(inputs), 1);
    }

    /** The same, with a kernel that cannot be near the limit. */
    Example costing(double times) {
        return new Example(op, inputs, times);
    }

    /** Multiplications and additions, for ops whose speed is bound by them; else 0. */
    double flops() {
        return switch (op) {
            case Linear _, LinearQ8 _ -> 2.0 * output() * inputs.get(1).dim(1);
            case MatMul _ -> 2.0 * output() * inputs.get(1).dim(-2);
            case Attention _ -> 4.0 * inputs.get(0).size() * inputs.get(1).dim(2);
            case AttentionGrad _ -> 10.0 * inputs.get(0).size() * inputs.get(1).dim(2);
            case Conv2d _ -> 2.0 * output() * taps(inputs.get(1));
            case Conv2dGradInput _ -> 2.0 * inputs.get(1).size() * taps(inputs.get(0));
            case Conv2dGradWeight _ ->
                2.0 * output() * inputs.get(1).size() / inputs.get(1).dim(1);
            default -> 0;
        };
    }

    private static long taps(Tensor weight) {
        return weight.size() / weight.dim(0);
    }

    private long output() {
        return outputs().getFirst().shape().size();
    }

    /** Bytes of all inputs and outputs. */
    double bytes() {
        return inputs.stream().mapToDouble(t -> t.spec().bytes()).sum()
                + outputs().stream().mapToDouble(TensorSpec::bytes).sum();
    }

    private List<TensorSpec> outputs() {
        return op.infer(inputs.stream().map(Tensor::spec).toList());
    }
}

package dev.airfoil.autograd;

import dev.airfoil.tensor.F;
import dev.airfoil.tensor.Scope;
import dev.airfoil.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * Compares a gradient with finite differences: along a random direction u, {@code <gradient, u>} must be the slope of the
 * function. The slope is taken with the five-point rule, whose error falls with h^4, so that h can be large enough for
 * F32.
 */
public final class GradCheck {
    private static final double H = 0.02;

    private GradCheck() {}

    /** Slope along one direction, from the gradient and from differences, and the gradient's length as their scale. */
    public record Slope(double gradient, double differences, double scale) {
        /** The disagreement relative to the gradient's length (or to 1 where that is shorter). */
        public double error() {
            return Math.abs(gradient - differences) / Math.max(1, scale);
        }
    }

    /**
     * Checks {@code function}, which maps tensors shaped as {@code inputs} to any tensor, at {@code inputs}. Its value is
     * made a number by a random cotangent.
     *
     * @param seed of the direction and the cotangent
     */
    public static Slope check(Function<List<Tensor>, Tensor> function, List<Tensor> inputs, long seed) {
        return Scope.call("gradient check", () -> {
            Tensor value = function.apply(inputs);
            Tensor cotangent = F.normal(seed, 0, value.shape().toArray());
            Gradients gradients = Tape.pullback(inputs, () -> function.apply(inputs), cotangent);
            List<Tensor> direction = new ArrayList<>();
            double slope = 0;
            double square = 0;
            for (int i = 0; i < inputs.size(); i++) {
                Tensor u = F.normal(seed, i + 1, inputs.get(i).shape().toArray());
                direction.add(u);
                slope += dot(gradients.all().get(i), u);
                square += dot(gradients.all().get(i), gradients.all().get(i));
            }
            double near = value(function, inputs, direction, H, cotangent)
                    - value(function, inputs, direction, -H, cotangent);
            double far = value(function, inputs, direction, 2 * H, cotangent)
                    - value(function, inputs, direction, -2 * H, cotangent);
            return new Slope(slope, (8 * near - far) / (12 * H), Math.sqrt(square));
        });
    }

    private static double value(
            Function<List<Tensor>, Tensor> function,
            List<Tensor> inputs,
            List<Tensor> direction,
            double h,
            Tensor cotangent) {
        return Scope.call("moved", () -> {
            List<Tensor> moved = new ArrayList<>();
            for (int i = 0; i < inputs.size(); i++) {
                moved.add(inputs.get(i).add(direction.get(i).mul(h)));
            }
            return dot(function.apply(moved), cotangent);
        });
    }

    /** Sum of products, in double. */
    private static double dot(Tensor a, Tensor b) {
        float[] x = a.toFloats();
        float[] y = b.toFloats();
        double sum = 0;
        for (int i = 0; i < x.length; i++) {
            sum += (double) x[i] * y[i];
        }
        return sum;
    }
}

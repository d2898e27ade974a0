package dev.airfoil.tensor.ops;

import dev.airfoil.tensor.Dims;
import dev.airfoil.tensor.F;
import dev.airfoil.tensor.Layout;
import dev.airfoil.tensor.TensorException;
import dev.airfoil.tensor.View;
import dev.airfoil.tensor.Vjp;
import java.util.List;
import java.util.stream.IntStream;

/** The axes in another order: axis i of the result is axis {@code order(i)} of the input. */
public record Permute(List<Integer> order) implements View {
    public Permute {
        Dims.given("permute", "order", order);
        order = List.copyOf(order);
        if (!order.stream().sorted().toList().equals(range(order.size()))) {
            throw new TensorException("permute: " + order + " is not an order of the axes 0.." + (order.size() - 1));
        }
    }

    @Override
    public Layout view(Layout input) {
        if (input.shape().rank() != order.size()) {
            throw new TensorException("permute: order " + order + " for shape " + input.shape());
        }
        return input.permute(ints(order));
    }

    @Override
    public void vjp(Vjp vjp) {
        vjp.give(
                0,
                () -> F.permute(
                        vjp.grad(),
                        ints(range(order.size()).stream().map(order::indexOf).toList())));
    }

    private static List<Integer> range(int n) {
        return IntStream.range(0, n).boxed().toList();
    }

    private static int[] ints(List<Integer> list) {
        return list.stream().mapToInt(Integer::intValue).toArray();
    }
}

package dev.airfoil.kernels.opencl;

import static org.assertj.core.api.Assertions.assertThat;

import dev.airfoil.tensor.BackendProvider.Options;
import dev.airfoil.tensor.Eager;
import dev.airfoil.tensor.F;
import dev.airfoil.tensor.Scope;
import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.ops.Conv2d;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Patches written out for tensor cores, all at once or an image at a time, mean what the portable product sees. */
class PatchesTest {
    private static final Offset<Float> NEAR = Offset.offset(1e-4f);
    private static final long ALL = 1 << 30;
    private static final long ONE = 1;

    /** One of the three products, made with so much room for patches. */
    private interface Product {
        float[] with(long room);
    }

    static Stream<Conv2d> convolutions() {
        return Stream.of(Conv2d.of(1, 1), new Conv2d(2, 0, 0, 1, 1), new Conv2d(3, 2, 0, 1, 4));
    }

    @ParameterizedTest
    @MethodSource("convolutions")
    void thePlaceOfPatchesDoesNotMatter(Conv2d conv) {
        try (ClBackend cl = Devices.open(Options.DEFAULT)) {
            Scope.run(
                    "test",
                    () -> new Eager(cl).run(() -> {
                        int p = conv.outRows(9, 3);
                        int q = conv.outCols(8, 3);
                        Tensor x = F.normal(1, 1, 3, 5, 9, 8);
                        Tensor w = F.normal(1, 2, 4, 5, 3, 3);
                        Tensor gy = F.normal(1, 3, 3, 4, p, q);
                        agree(room -> result(cl, y -> Convolutions.forward(cl, room, conv, x, w, y), 3, 4, p, q));
                        agree(room -> result(cl, gx -> Convolutions.gradInput(cl, room, conv, w, gy, gx), 3, 5, 9, 8));
                        agree(room -> result(cl, gw -> Convolutions.gradWeight(cl, room, conv, x, gy, gw), 4, 5, 3, 3));
                    }));
        }
    }

    private static float[] result(ClBackend cl, Consumer<Tensor> product, int... dims) {
        Tensor y = cl.scratch(dims);
        product.accept(y);
        return y.toFloats();
    }

    private static void agree(Product product) {
        float[] portable = product.with(0);
        assertThat(product.with(ALL)).containsExactly(portable, NEAR);
        assertThat(product.with(ONE)).containsExactly(portable, NEAR);
    }
}

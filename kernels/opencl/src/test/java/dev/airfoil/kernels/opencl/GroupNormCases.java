package dev.airfoil.kernels.opencl;

import dev.airfoil.kernels.opencl.Agreement.Case;
import dev.airfoil.tensor.DType;
import dev.airfoil.tensor.F;
import dev.airfoil.tensor.Shape;
import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.ops.Activation;
import dev.airfoil.tensor.ops.GroupNorm;
import dev.airfoil.tensor.ops.GroupNormGrad;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** Group norm and its gradient over the sizes where kernels change their ways. */
final class GroupNormCases {
    /** {b, c, h, w, groups}: odd ones, by fours, rows of several chunks, warps to spare, more than registers hold. */
    private static final int[][] SIZES = {
        {2, 6, 5, 3, 3},
        {1, 4, 1, 1, 2},
        {3, 8, 6, 6, 2},
        {1, 6, 91, 97, 2},
        {1, 8, 64, 64, 2},
        {2, 6, 40, 44, 2},
        {1, 4, 256, 256, 1}
    };

    private GroupNormCases() {}

    static List<Case> all() {
        List<Case> cases = new ArrayList<>();
        for (int[] size : SIZES) {
            cases.addAll(both(size, DType.F32));
            cases.addAll(both(size, DType.BF16));
        }
        cases.add(new Case(
                "groupNorm of a number far off",
                new GroupNorm(1, 1e-5f, Activation.Fn.NONE),
                () -> List.of(farOff(), Agreement.x(1, 4), Agreement.x(2, 4)),
                1e-4));
        return cases;
    }

    private static Tensor farOff() {
        float[] image = Agreement.x(3, 1, 4, 256, 256).toFloats();
        image[0] = 1000;
        return Tensor.of(image, 1, 4, 256, 256);
    }

    private static List<Case> both(int[] s, DType type) {
        int c = s[1];
        int groups = s[4];
        String name = " " + Shape.of(s) + " " + type;
        Function<Integer, Tensor> image =
                seed -> F.cast(Agreement.x(seed, s[0], c, s[2], s[3]).add(seed), type);
        boolean rounded = type == DType.BF16;
        return List.of(
                new Case(
                        "groupNorm" + name,
                        new GroupNorm(groups, 1e-5f, Activation.Fn.SILU),
                        () -> List.of(image.apply(3), Agreement.x(1, c), Agreement.x(2, c)),
                        rounded ? 0x1p-8 : 2e-6),
                new Case(
                        "groupNormGrad" + name,
                        new GroupNormGrad(groups, 1e-3f),
                        () -> List.of(image.apply(3), Agreement.x(1, c), image.apply(0)),
                        rounded ? 0x1p-8 : 2e-5));
    }
}

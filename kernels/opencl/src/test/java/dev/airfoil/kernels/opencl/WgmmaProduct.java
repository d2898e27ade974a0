package dev.airfoil.kernels.opencl;

import dev.airfoil.tensor.DType;
import dev.airfoil.tensor.Eager;
import dev.airfoil.tensor.F;
import dev.airfoil.tensor.Shape;
import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.ops.Activation;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A product {@code [b m k] [b k n]} of BF16 factors, in a given way.
 *
 * @param order which factors are stored transposed: NN, NT (forward), TN (gradients of weights), TT
 * @param out type of the result
 * @param bias type of the bias, if there is one
 * @param parts of k
 */
record WgmmaProduct(
        GemmWgmma.Tile tile,
        int parts,
        String order,
        int b,
        int m,
        int n,
        int k,
        DType out,
        Optional<DType> bias,
        Activation.Fn activation) {

    static WgmmaProduct plain(GemmWgmma.Tile tile, int parts, String order, int m, int n, int k, DType out) {
        return new WgmmaProduct(tile, parts, order, 1, m, n, k, out, Optional.empty(), Activation.Fn.NONE);
    }

    /** Every tile and order, edges that are ragged in all directions, more and fewer tiles than units. */
    static List<WgmmaProduct> all() {
        List<WgmmaProduct> all = new ArrayList<>();
        for (GemmWgmma.Tile tile : GemmWgmma.Tile.values()) {
            for (String order : List.of("NT", "NN", "TN", "TT")) {
                all.add(plain(tile, 1, order, 8, 8, 8, DType.F32));
                all.add(plain(tile, 1, order, 520, 328, 200, DType.F32));
                all.add(plain(tile, 5, order, 1000, 1160, 2056, DType.F32));
            }
            all.add(plain(tile, 1, "NT", 13, 17, 72, DType.BF16));
            for (Activation.Fn fn : Activation.Fn.values()) {
                all.add(new WgmmaProduct(tile, 1, "NT", 3, 200, 136, 328, DType.BF16, Optional.of(DType.F32), fn));
            }
            all.add(new WgmmaProduct(
                    tile, 3, "NN", 2, 203, 1160, 1152, DType.BF16, Optional.of(DType.BF16), Activation.Fn.SILU));
            all.add(new WgmmaProduct(
                    tile, 1, "NT", 1, 5328, 1155, 1152, DType.BF16, Optional.of(DType.BF16), Activation.Fn.NONE));
        }
        return all;
    }

    private Tensor a() {
        return order.charAt(0) == 'T' ? half(1, b, k, m).transpose() : half(1, b, m, k);
    }

    private Tensor right() {
        return order.charAt(1) == 'T' ? half(2, b, n, k).transpose() : half(2, b, k, n);
    }

    private static Tensor half(int seed, int... dims) {
        return F.cast(F.normal(7, seed, dims), DType.BF16);
    }

    private Optional<Tensor> addend() {
        return bias.map(t -> F.cast(F.normal(7, 3, n), t));
    }

    /** Operands, and a result that is all NaN until it is written; in the current scope. */
    record Prepared(Gemm.Operand a, Gemm.Operand b, Optional<Tensor> bias, Tensor c) {}

    Prepared prepare(ClBackend cl) {
        return new Eager(cl)
                .call(() -> new Prepared(
                        Gemm.operand(cl, a()),
                        Gemm.operand(cl, right()),
                        addend(),
                        F.cast(F.fill(Shape.of(b, m, n), Double.NaN), out)));
    }

    boolean run(ClBackend cl, Prepared p) {
        int slices = (k + 63) / 64;
        GemmWgmma.Plan plan = new GemmWgmma.Plan(tile, (slices + parts - 1) / parts);
        return GemmWgmma.run(cl, plan, p.a, p.b, new Gemm.End(Optional.empty(), p.bias, activation), p.c);
    }

    /** The relative error of {@code p.c} in the norm, against the backend's product of F32 tensors. */
    double error(ClBackend cl, Prepared p) {
        return new Eager(cl).call(() -> {
            Tensor y = F.cast(a(), DType.F32).matmul(F.cast(right(), DType.F32));
            Tensor sum = addend().map(t -> y.add(F.cast(t, DType.F32))).orElse(y);
            float[] want = F.activation(activation, sum).toFloats();
            float[] got = F.cast(p.c, DType.F32).toFloats();
            double diff = 0;
            double norm = 0;
            for (int i = 0; i < want.length; i++) {
                double d = got[i] - want[i];
                diff += d * d;
                norm += (double) want[i] * want[i];
            }
            double error = Math.sqrt(diff / norm);
            return Double.isNaN(error) ? Double.POSITIVE_INFINITY : error;
        });
    }

    /** Sums are in another order than the portable kernel's; a BF16 result is rounded once. */
    double tolerance() {
        return out == DType.F32 ? 1e-5 : 2e-3;
    }
}

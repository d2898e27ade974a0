package dev.airfoil.kernels.opencl;

import dev.airfoil.tensor.BackendProvider.Options;
import dev.airfoil.tensor.DType;
import dev.airfoil.tensor.Scope;
import dev.airfoil.tensor.ops.Activation;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * On a Hopper: which products disagree with the portable kernel, then the speed of DiT-Air/B's shapes with every tile,
 * which {@link GemmWgmma.Tile} is made of; a star marks what the plan would take. Arguments choose tiles.
 */
final class WgmmaRun {
    private static final int REPEATS = 20;

    private WgmmaRun() {}

    public static void main(String[] args) {
        try (ClBackend cl = (ClBackend) new ClProvider().open("", Options.DEFAULT)) {
            Predicate<WgmmaProduct> chosen =
                    p -> args.length == 0 || List.of(args).contains(p.tile().name());
            WgmmaProduct.all().stream().filter(chosen).forEach(p -> Scope.run("check", () -> check(cl, p)));
            speeds().stream().filter(chosen).forEach(p -> Scope.run("time", () -> time(cl, p)));
        }
    }

    private static void check(ClBackend cl, WgmmaProduct p) {
        WgmmaProduct.Prepared prepared = p.prepare(cl);
        boolean ran = p.run(cl, prepared);
        double error = p.error(cl, prepared);
        System.out.println((ran && error < p.tolerance() ? "ok   " : "FAIL ") + p + " error " + error);
    }

    private static List<WgmmaProduct> speeds() {
        List<WgmmaProduct> all = new ArrayList<>();
        int[][] layers = {{1152, 3456}, {1152, 1152}, {1152, 4608}, {4608, 1152}}; // in, out
        for (GemmWgmma.Tile tile : GemmWgmma.Tile.values()) {
            for (int[] l : layers) {
                for (int rows : new int[] {666, 5328, 21312}) {
                    all.add(WgmmaProduct.plain(tile, 1, "NT", rows, l[1], l[0], DType.BF16));
                }
                all.add(WgmmaProduct.plain(tile, 1, "NN", 21312, l[0], l[1], DType.BF16));
                for (int parts : new int[] {1, 2, 3, 4}) {
                    all.add(WgmmaProduct.plain(tile, parts, "TN", l[1], l[0], 21312, DType.F32));
                }
            }
            Optional<DType> bias = Optional.of(DType.F32);
            all.add(new WgmmaProduct(tile, 1, "NT", 1, 21312, 4608, 1152, DType.BF16, bias, Activation.Fn.GELU_TANH));
        }
        return all;
    }

    private static void time(ClBackend cl, WgmmaProduct p) {
        WgmmaProduct.Prepared prepared = p.prepare(cl);
        Runnable body = () -> {
            for (int i = 0; i < REPEATS; i++) {
                Scope.run("once", () -> p.run(cl, prepared));
            }
        };
        body.run();
        String[] all = cl.profile(body).lines().toList().getLast().split("\\s+"); // all, launches, ms, share, TFLOP/s
        GemmWgmma.Plan plan =
                GemmWgmma.plan(p.m(), p.n(), p.k(), p.b(), cl.device().units());
        boolean taken = plan.tile() == p.tile() && plan.parts(p.k()) == p.parts();
        System.out.println(
                (taken ? "* " : "  ") + p + " ms " + Double.parseDouble(all[2]) / REPEATS + " TFLOP/s " + all[4]);
    }
}

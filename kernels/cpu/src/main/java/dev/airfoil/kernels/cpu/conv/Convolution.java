package dev.airfoil.kernels.cpu.conv;

import dev.airfoil.kernels.cpu.Call;
import dev.airfoil.kernels.cpu.Floats;
import dev.airfoil.kernels.cpu.Scratch;
import dev.airfoil.kernels.cpu.gemm.Operand;
import dev.airfoil.kernels.cpu.gemm.Product;
import dev.airfoil.kernels.cpu.gemm.Tile;
import dev.airfoil.kernels.cpu.gemm.TileGrid;

/**
 * {@code y[o][pixels] = weight[o][i j c] patches[i j c][pixels]}: the weights are packed once; who computes a band of
 * pixels packs what its patches are made of, see {@link Strips}, and multiplies it by all of them.
 */
final class Convolution {
    /** Floats of packed image, about, in a band. */
    private static final int MOST = 1 << 19;
    /** Output channels whose weights, of one block of depths, stay in the second-level cache. */
    private static final int ROWS = 342;
    /** Bands for each worker, at least. */
    private static final int PIECES = 2;

    private static final int WEIGHTS_SLOT = 0;
    private static final int TILE_SLOT = 2;

    private final Window window;
    private final Weights weights;
    private final Weights.Depths depths;
    private final Tile tile;
    private final Strips strips;
    private final float[] left;

    private Convolution(Window window, Weights weights, Tile tile, float[] left) {
        this.window = window;
        this.weights = weights;
        this.depths = Weights.Depths.of(window);
        this.tile = tile;
        this.strips = new Strips(window, tile.columns());
        this.left = left;
    }

    /** {@code images} images at {@code x} to {@code y}. */
    static void run(Call call, Window window, int images, Weights weights, Floats x, Floats y) {
        if (window.isImage()) {
            product(call, window, images, weights, x, y);
            return;
        }
        Tile tile = tile(call, window);
        int height = (weights.outputs() + tile.rows() - 1) / tile.rows() * tile.rows();
        try (Scratch shared = Scratch.borrow()) {
            float[] left = shared.floats(WEIGHTS_SLOT, (long) height * window.i() * window.j() * window.c());
            Convolution all = new Convolution(window, weights, tile, left);
            boolean worthIt = window.isWorthSharing(images, weights.outputs());
            call.pool()
                    .splitIf(
                            worthIt,
                            height / tile.rows(),
                            (from, to) -> weights.pack(window, all.depths, tile.rows(), from, to, left));
            int step = all.step(images, call.pool().size());
            int bands = (all.strips.count() + step - 1) / step;
            call.pool().splitIf(worthIt, images * bands, (from, to) -> {
                try (Scratch own = Scratch.borrow()) {
                    for (int k = from; k < to; k++) {
                        int image = k / bands;
                        int n0 = k % bands * step;
                        int n1 = Math.min(all.strips.count(), n0 + step);
                        Floats source = new Floats(x.data(), x.at(image * window.image()));
                        Floats target = new Floats(y.data(), y.at((long) image * weights.outputs() * window.pixels()));
                        all.band(source, n0, n1, target, own);
                    }
                }
            });
        }
    }

    /** Panels in a band: as many as fit, in even parts, and enough parts for all workers. */
    private int step(int images, int workers) {
        int units = strips.count() / strips.unit();
        int most = Math.max(1, strips.fitting(MOST) / strips.unit());
        int least = (PIECES * workers + images - 1) / images;
        int bands = Math.clamp((units + most - 1) / most, Math.min(least, units), units);
        return (units + bands - 1) / bands * strips.unit();
    }

    /** Images in parallel, or the product where there are few. */
    private static void product(Call call, Window window, int images, Weights weights, Floats x, Floats y) {
        int pixels = window.pixels();
        Operand left = new Operand(weights.data(), weights.base(), weights.output(), weights.input());
        call.pool().splitIf(images >= call.pool().size(), images, (from, to) -> {
            for (int b = from; b < to; b++) {
                Operand right = Operand.ofColumns(x.data(), x.at(b * window.image()), pixels);
                Product target = Product.set(y.data(), y.at((long) b * weights.outputs() * pixels), pixels);
                call.choice().gemm().multiply(call.pool(), weights.outputs(), pixels, window.c(), left, right, target);
            }
        });
    }

    /** One whose columns make whole strips of a row, if there is. */
    private static Tile tile(Call call, Window window) {
        Tile usual = call.choice().gemm().tile();
        Tile other = call.choice().attention().packed();
        boolean suits = window.outCols() % usual.columns() == 0 || window.outCols() % other.columns() != 0;
        return suits ? usual : other;
    }

    private void band(Floats x, int n0, int n1, Floats y, Scratch own) {
        Strips.Band band = strips.new Band(x, n0, n1, own);
        int pixels = window.pixels();
        TileGrid tiles = TileGrid.of(tile, weights.outputs(), pixels, y.data(), y.base(), 4L * pixels, own, TILE_SLOT);
        int panels = (weights.outputs() + tile.rows() - 1) / tile.rows();
        int chunks = (weights.outputs() + ROWS - 1) / ROWS;
        for (int n = n0; n < n1; n++) {
            if (strips.firstTap(n) >= strips.endTap(n)) {
                zero(n, y);
            }
        }
        for (int chunk = 0; chunk < chunks; chunk++) {
            int m0 = panels * chunk / chunks;
            int m1 = panels * (chunk + 1) / chunks;
            for (int i = 0; i < window.i(); i++) {
                for (int part = 0; part < depths.parts(); part++) {
                    int d0 = depths.start(part);
                    int kb = depths.start(part + 1) - d0;
                    int ao = tile.rows() * (panels * (i * depths.length() + d0) + m0 * kb);
                    for (int n = n0; n < n1; n++) {
                        int first = strips.firstTap(n);
                        if (i >= first && i < strips.endTap(n)) {
                            long bo = band.at(n, i) + 4L * d0 * tile.columns();
                            tiles.column(m0, m1, n, kb, left, ao, band.data(), bo, i > first || part > 0);
                        }
                    }
                }
            }
        }
    }

    /** Pixels that see nothing of the image. */
    private void zero(int n, Floats y) {
        for (int o = 0; o < weights.outputs(); o++) {
            y.data()
                    .asSlice(y.at((long) o * window.pixels() + n * tile.columns()), 4L * tile.columns())
                    .fill((byte) 0);
        }
    }
}

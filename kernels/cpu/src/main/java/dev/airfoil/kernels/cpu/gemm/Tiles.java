package dev.airfoil.kernels.cpu.gemm;

import dev.airfoil.kernels.cpu.vector.Lanes;
import java.util.List;

/** The micro-kernels, and which of them this machine should run. */
public final class Tiles {
    private Tiles() {}

    /**
     * What attention multiplies with: columns should divide the width of a head, and the softmax leaves its weights in
     * rows, which the second tile reads as they stand.
     *
     * @param packed for a left side in panels of its rows
     * @param wide of the same shape, for a left side whose depths are {@code wide.step()} elements apart; the step is a
     *     whole number of rows and of columns
     */
    public record Pair(Tile packed, Tile wide) {
        public Pair {
            boolean whole = wide.step() % wide.rows() == 0 && wide.step() % wide.columns() == 0;
            if (packed.rows() != wide.rows() || packed.columns() != wide.columns() || !whole) {
                throw new IllegalArgumentException("tiles " + packed + " and " + wide + " do not go together");
            }
        }
    }

    /** Those for products; every one runs everywhere, if slowly where the machine's vectors are shorter. */
    static List<Tile> all() {
        return List.of(new Tile128x8x8(), new Tile256x6x16(), new Tile512x8x48());
    }

    /** For matrix products. */
    public static Tile forProducts() {
        return switch (Lanes.F.vectorBitSize()) {
            case 128 -> new Tile128x8x8();
            case 256 -> new Tile256x6x16();
            default -> new Tile512x8x48();
        };
    }

    /** For attention. */
    public static Pair forAttention() {
        return pairs().get(
                        switch (Lanes.F.vectorBitSize()) {
                            case 128 -> 0;
                            case 256 -> 1;
                            default -> 2;
                        });
    }

    /** The pairs for vectors of 128, 256 and 512 bits. */
    public static List<Pair> pairs() {
        return List.of(
                new Pair(new Tile128x8x8(), new Tile128x8x8Wide()),
                new Pair(new Tile256x6x16(), new Tile256x6x16Wide()),
                new Pair(new Tile512x12x32(), new Tile512x12x32Wide()));
    }
}

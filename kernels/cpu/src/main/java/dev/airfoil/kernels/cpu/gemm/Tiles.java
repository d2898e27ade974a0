package dev.airfoil.kernels.cpu.gemm;

import dev.airfoil.kernels.cpu.vector.Lanes;
import java.util.List;

/** The micro-kernels, and which of them this machine should run. */
public final class Tiles {
    private Tiles() {}

    /**
     * What attention multiplies with: columns should divide the width of a head, and blocks of scores stand in rows of
     * {@code width} elements, which the last two tiles read as they stand. All have the same shape.
     *
     * @param packed for a left side in panels
     * @param wide for a left side each of whose depths is a row in memory
     * @param rows for a left side each of whose rows is a row in memory
     */
    public record Attention(Tile packed, Tile wide, Tile rows) {
        /** How the set is called in settings and messages: as its first tile. */
        public String name() {
            return packed.name();
        }

        /** Elements in a row of scores: a whole number of rows and of columns of tiles. */
        public int width() {
            return wide.step();
        }
    }

    /** Those for products; every one runs everywhere, if slowly where the machine's vectors are shorter. */
    public static List<Tile> all() {
        return List.of(new Tile128x4x16(), new Tile256x6x16(), new Tile512x8x48());
    }

    /** How many of {@link #all} and {@link #allForAttention}, which start with the narrowest, suit this machine. */
    public static int usable() {
        return switch (Lanes.F.vectorBitSize()) {
            case 128 -> 1;
            case 256 -> 2;
            default -> 3;
        };
    }

    /** For matrix products. */
    public static Tile forProducts() {
        return all().get(usable() - 1);
    }

    /** For attention. */
    public static Attention forAttention() {
        return allForAttention().get(usable() - 1);
    }

    /** Those for attention with vectors of 128, 256 and 512 bits. */
    public static List<Attention> allForAttention() {
        return List.of(
                new Attention(new Tile128x4x16(), new Tile128x4x16Wide(), new Tile128x4x16Rows()),
                new Attention(new Tile256x6x16(), new Tile256x6x16Wide(), new Tile256x6x16Rows()),
                new Attention(new Tile512x8x32(), new Tile512x8x32Wide(), new Tile512x8x32Rows()));
    }
}

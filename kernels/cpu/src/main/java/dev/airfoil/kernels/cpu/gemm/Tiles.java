package dev.airfoil.kernels.cpu.gemm;

import dev.airfoil.kernels.cpu.vector.Lanes;
import java.util.List;

/** The micro-kernels, and which of them this machine should run. */
public final class Tiles {
    private Tiles() {}

    /** All of them; every one runs everywhere, if slowly where the machine's vectors are shorter. */
    public static List<Tile> all() {
        return List.of(new Tile128x8x8(), new Tile256x5x16(), new Tile512x8x48(), new Tile512x12x32());
    }

    /** For matrix products. */
    public static Tile forProducts() {
        return switch (Lanes.F.vectorBitSize()) {
            case 128 -> new Tile128x8x8();
            case 256 -> new Tile256x5x16();
            default -> new Tile512x8x48();
        };
    }

    /** For attention, where a tile should divide the width of a head. */
    public static Tile forAttention() {
        return Lanes.F.vectorBitSize() == 512 ? new Tile512x12x32() : forProducts();
    }
}

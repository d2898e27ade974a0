package dev.airfoil.kernels.cpu.gemm;

/**
 * Which {@link Gemm} products run on: that of the machine's vectors, or of the tile that the property {@code
 * airfoil.cpu.tile} names, for where the compiler gave the first one up. It is chosen once, before the first product; and
 * every tile adds the terms of a sum in the same order, so the choice changes no result.
 */
public final class GemmChoice {
    /** The property that names a tile. */
    public static final String PROPERTY = "airfoil.cpu.tile";

    private static final Gemm NOW = new Gemm(first(System.getProperty(PROPERTY, "")));

    private GemmChoice() {}

    /** What products run on. */
    public static Gemm now() {
        return NOW;
    }

    static Tile first(String wanted) {
        if (wanted.isEmpty()) {
            return Tiles.forProducts();
        }
        return Tiles.all().stream()
                .filter(tile -> name(tile).equals(wanted))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(PROPERTY + " is " + wanted + "; there are "
                        + Tiles.all().stream().map(GemmChoice::name).toList()));
    }

    /** The name of a tile in {@link #PROPERTY} and in messages. */
    static String name(Tile tile) {
        return tile.getClass().getSimpleName();
    }
}

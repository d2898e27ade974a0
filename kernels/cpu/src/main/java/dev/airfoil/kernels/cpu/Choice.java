package dev.airfoil.kernels.cpu;

import dev.airfoil.kernels.cpu.gemm.Gemm;
import dev.airfoil.kernels.cpu.gemm.Tile;
import dev.airfoil.kernels.cpu.gemm.Tiles;
import dev.airfoil.tensor.Op;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What a backend runs on where there is more than one way. Products give the same bits on every tile; attention cuts its
 * sums by the shape of its tiles, and a definition rounds in more places than a kernel.
 *
 * @param gemm for products
 * @param attention for attention
 * @param avoided ops that run by their definition or in the reference loops, although there is a kernel
 */
public record Choice(Gemm gemm, Tiles.Attention attention, Set<Class<? extends Op>> avoided) {
    /** The property that names a tile; products and attention run on it where they have one of that name. */
    static final String PROPERTY = "airfoil.cpu.tile";

    /** What suits the vectors of this machine, with the tile that {@link #PROPERTY} names. */
    public static final Choice DEFAULT = named(System.getProperty(PROPERTY, ""));

    public Choice {
        avoided = Set.copyOf(avoided);
    }

    static Choice named(String tile) {
        Choice best = new Choice(new Gemm(Tiles.forProducts()), Tiles.forAttention(), Set.of());
        if (tile.isEmpty()) {
            return best;
        }
        List<Tile> products = Tiles.all();
        List<Tiles.Attention> attention = Tiles.allForAttention();
        List<String> names = Stream.concat(
                        products.stream().map(Tile::name), attention.stream().map(Tiles.Attention::name))
                .distinct()
                .toList();
        if (!names.contains(tile)) {
            throw new IllegalArgumentException(PROPERTY + " is " + tile + "; there are " + names);
        }
        return new Choice(
                products.stream()
                        .filter(t -> t.name().equals(tile))
                        .findFirst()
                        .map(Gemm::new)
                        .orElse(best.gemm),
                attention.stream()
                        .filter(t -> t.name().equals(tile))
                        .findFirst()
                        .orElse(best.attention),
                Set.of());
    }
}

package dev.airfoil.kernels.cpu;

import dev.airfoil.kernels.cpu.gemm.Gemm;
import dev.airfoil.kernels.cpu.gemm.Tile;
import dev.airfoil.kernels.cpu.gemm.Tiles;
import dev.airfoil.tensor.Op;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a backend runs on where there is more than one way. Each may give other last bits: tiles of other widths add in
 * another order, attention cuts its sums by the shape of its tiles, and a definition rounds in more places than a kernel.
 *
 * @param gemm for products
 * @param attention for attention
 * @param avoided ops that run by their definition or in the reference loops, although there is a kernel
 */
public record Choice(Gemm gemm, Tiles.Attention attention, Set<Class<? extends Op>> avoided) {
    private static final System.Logger LOG = System.getLogger(Choice.class.getName());

    /** The property that names a tile; products and attention run on it where they have one of that name. */
    static final String PROPERTY = "airfoil.cpu.tile";

    /** What suits the vectors of this machine, with the tile that {@link #PROPERTY} names. */
    public static final Choice DEFAULT = named(System.getProperty(PROPERTY, ""));

    public Choice {
        avoided = Set.copyOf(avoided);
    }

    /** What {@code airfoil doctor} found to be better here, which is said in the log; else {@link #DEFAULT}. */
    static Choice ofUser() {
        if (System.getProperty(PROPERTY) != null) {
            return DEFAULT;
        }
        Optional<Choice> kept = ChoiceFile.ofUser().read();
        kept.ifPresent(choice -> LOG.log(
                Level.WARNING,
                "airfoil doctor found kernels far too slow with this machine and JVM, so: {0}; to look again, run it again",
                choice.differences()));
        return kept.orElse(DEFAULT);
    }

    /** The usual ways, with products or attention or both on {@code tile}, if one is called so. */
    static Choice named(String tile) {
        return new Choice(
                new Gemm(find(tile, Tiles.all(), Tile::name).orElseGet(Tiles::forProducts)),
                find(tile, Tiles.allForAttention(), Tiles.Attention::name).orElseGet(Tiles::forAttention),
                Set.of());
    }

    /** A sentence about {@code tile}, the property's value, where it is neither empty nor called so. */
    static Optional<String> complaint(String tile) {
        List<String> names = Stream.concat(
                        Tiles.all().stream().map(Tile::name),
                        Tiles.allForAttention().stream().map(Tiles.Attention::name))
                .distinct()
                .toList();
        return tile.isEmpty() || names.contains(tile)
                ? Optional.empty()
                : Optional.of(PROPERTY + " is " + tile + "; there are " + String.join(", ", names));
    }

    static <T> Optional<T> find(String name, List<T> all, Function<T, String> names) {
        return all.stream().filter(t -> names.apply(t).equals(name)).findFirst();
    }

    /** The ways that the vectors of this machine allow, the {@link #DEFAULT} first. */
    public static List<Choice> ways() {
        List<Choice> ways = new ArrayList<>(List.of(DEFAULT));
        for (int i = Tiles.usable() - 1; i >= 0; i--) {
            Choice way = new Choice(
                    new Gemm(Tiles.all().get(i)), Tiles.allForAttention().get(i), Set.of());
            if (!way.differences().isEmpty()) {
                ways.add(way);
            }
        }
        return ways;
    }

    /** The same, but for {@code ops}, which run by their definition. */
    public Choice avoiding(Set<Class<? extends Op>> ops) {
        return new Choice(gemm, attention, ops);
    }

    /** In words, what is otherwise than in {@link #DEFAULT}; empty if nothing is. */
    public String differences() {
        List<String> all = new ArrayList<>();
        if (!gemm.tile().name().equals(DEFAULT.gemm.tile().name())) {
            all.add("products on " + gemm.tile().name());
        }
        if (!attention.name().equals(DEFAULT.attention.name())) {
            all.add("attention on " + attention.name());
        }
        if (!avoided.isEmpty()) {
            all.add("no kernel for " + avoidedNames());
        }
        return String.join(", ", all);
    }

    String avoidedNames() {
        return avoided.stream().map(Class::getSimpleName).sorted().collect(Collectors.joining(" "));
    }
}

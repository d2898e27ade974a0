package dev.airfoil.kernels.cpu.vector;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Optional;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * The vector width of this machine, chosen once: constants of the compiler from then on. The property {@code
 * airfoil.cpu.bits} (128, 256, 512) sets another, which is slow but right, for tests.
 */
public final class Lanes {
    /** The property that sets another width. */
    public static final String PROPERTY = "airfoil.cpu.bits";

    public static final VectorSpecies<Float> F = choose(System.getProperty(PROPERTY, ""));

    /** Floats in a vector. */
    public static final int N = F.length();

    public static final ByteOrder LE = ByteOrder.LITTLE_ENDIAN;
    private static final Class<? extends MemorySegment> OFF_HEAP =
            Arena.global().allocate(1).getClass();
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(LE);

    /** Each lane of the lower half, twice. */
    public static final VectorShuffle<Float> FIRST_HALF = VectorShuffle.fromOp(F, i -> i / 2);

    /** Each lane of the upper half, twice. */
    public static final VectorShuffle<Float> SECOND_HALF = VectorShuffle.fromOp(F, i -> (N + i) / 2);

    private static final VectorShuffle<Float> PLUS_8 = VectorShuffle.fromOp(F, i -> (i + 8) % N);
    private static final VectorShuffle<Float> PLUS_4 = VectorShuffle.fromOp(F, i -> (i + 4) % N);
    private static final VectorShuffle<Float> PLUS_2 = VectorShuffle.fromOp(F, i -> (i + 2) % N);
    private static final VectorShuffle<Float> PLUS_1 = VectorShuffle.fromOp(F, i -> (i + 1) % N);

    private Lanes() {}

    private static VectorSpecies<Float> choose(String bits) {
        return switch (bits) {
            case "128" -> FloatVector.SPECIES_128;
            case "256" -> FloatVector.SPECIES_256;
            case "512" -> FloatVector.SPECIES_512;
            default -> {
                int preferred = FloatVector.SPECIES_PREFERRED.vectorBitSize();
                yield choose(Integer.toString(Math.clamp(preferred, 128, 512)));
            }
        };
    }

    /** A sentence about {@code bits}, the property's value, where it is neither empty nor a width. */
    public static Optional<String> complaint(String bits) {
        return List.of("", "128", "256", "512").contains(bits)
                ? Optional.empty()
                : Optional.of(PROPERTY + " is " + bits + "; 128, 256 and 512 are possible");
    }

    /**
     * {@code s}, known to the compiler to be off-heap. Before their loop is compiled, reinterpreted vectors pass through
     * heap segments inside the JDK; from then on every store to a segment of unknown kind checks bounds and liveness anew,
     * which costs a loop most of its speed. A loop that stores vectors begins with this.
     */
    public static MemorySegment offHeap(MemorySegment s) {
        return OFF_HEAP.cast(s);
    }

    /**
     * The sum of all lanes. In a fixed order, where {@code reduceLanes} has one before a loop is compiled and another
     * after: the same numbers give the same bits at any time.
     */
    public static float sum(FloatVector v) {
        FloatVector s = sumsOfTwo(v);
        return s.lane(0) + s.lane(1);
    }

    /**
     * The sum of the vector at {@code at}. Large methods pass their vectors this way: where the compiler inlines nothing
     * more, an array costs them a store, and a vector that is handed over an object.
     */
    public static float sum(float[] v, int at) {
        return sum(FloatVector.fromArray(F, v, at));
    }

    /** {@link #sum} in all lanes. */
    public static FloatVector sums(FloatVector v) {
        FloatVector s = sumsOfTwo(v);
        return s.add(s.rearrange(PLUS_1));
    }

    /** The sum of all lanes with even numbers in these, that of the others in the others. */
    private static FloatVector sumsOfTwo(FloatVector v) {
        FloatVector s = v;
        if (N == 16) {
            s = s.add(s.rearrange(PLUS_8));
        }
        if (N >= 8) {
            s = s.add(s.rearrange(PLUS_4));
        }
        return s.add(s.rearrange(PLUS_2));
    }

    public static float get(MemorySegment s, long offset) {
        return s.get(FLOAT, offset);
    }

    public static void set(MemorySegment s, long offset, float value) {
        s.set(FLOAT, offset, value);
    }

    /** Copies {@code n} floats into {@code s}. */
    public static void copy(float[] from, int at, MemorySegment s, long offset, int n) {
        MemorySegment.copy(from, at, s, FLOAT, offset, n);
    }
}

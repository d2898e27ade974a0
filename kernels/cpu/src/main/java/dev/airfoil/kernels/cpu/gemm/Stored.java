package dev.airfoil.kernels.cpu.gemm;

import static dev.airfoil.kernels.cpu.vector.Lanes.F;
import static dev.airfoil.kernels.cpu.vector.Lanes.LE;

import dev.airfoil.kernels.cpu.vector.Lanes;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * How a weight is stored. Narrow elements are read by words of 4 bytes: one word holds neighbours along k, the first in
 * its lowest bits. So a vector of words becomes one vector of F32 a place in the word, by shifts alone, in any vector width.
 */
public enum Stored {
    F32(1),
    BF16(2),
    I8(4);

    static final VectorSpecies<Integer> WORDS = F.vectorShape().withLanes(int.class);
    private static final ValueLayout.OfInt WORD = ValueLayout.JAVA_INT_UNALIGNED.withOrder(LE);

    private final int perWord;

    Stored(int perWord) {
        this.perWord = perWord;
    }

    /** Elements in a word. */
    public int perWord() {
        return perWord;
    }

    /** Place 0 or 1 of words of BF16. */
    static FloatVector bf16(IntVector words, int place) {
        return (place == 0 ? words.lanewise(VectorOperators.LSHL, 16) : words.and(0xffff0000)).viewAsFloatingLanes();
    }

    /** Place 0 to 3 of words of I8. */
    static FloatVector i8(IntVector words, int place) {
        IntVector high = place == 3 ? words : words.lanewise(VectorOperators.LSHL, 24 - 8 * place);
        return (FloatVector) high.lanewise(VectorOperators.ASHR, 24).convert(VectorOperators.I2F, 0);
    }

    /** The element at {@code place} of the word at byte {@code at}. */
    float element(MemorySegment data, long at, int place) {
        int word = data.get(WORD, at);
        return switch (this) {
            case F32 -> Float.intBitsToFloat(word);
            case BF16 -> Float.intBitsToFloat(place == 0 ? word << 16 : word & 0xffff0000);
            case I8 -> word << (24 - 8 * place) >> 24;
        };
    }

    /** A packed panel {@code [words][width]} at byte {@code from} to F32 {@code [words perWord][width]} in {@code to}. */
    void widen(MemorySegment panel, long from, int words, int width, MemorySegment to) {
        int j = 0;
        for (; j + Lanes.N <= width; j += Lanes.N) {
            if (this == BF16) {
                widenBf16(panel, from + 4L * j, words, 4L * width, to, 4L * j);
            } else {
                widenI8(panel, from + 4L * j, words, 4L * width, to, 4L * j);
            }
        }
        for (; j < width; j++) {
            for (int p = 0; p < words * perWord; p++) {
                float value = element(panel, from + 4L * (p / perWord * width + j), p % perWord);
                Lanes.set(to, 4L * (p * width + j), value);
            }
        }
    }

    private static void widenBf16(MemorySegment panel, long from, int words, long step, MemorySegment to, long at) {
        for (int q = 0; q < words; q++) {
            IntVector word = IntVector.fromMemorySegment(WORDS, panel, from + q * step, LE);
            long row = at + 2 * q * step;
            bf16(word, 0).intoMemorySegment(to, row, LE);
            bf16(word, 1).intoMemorySegment(to, row + step, LE);
        }
    }

    private static void widenI8(MemorySegment panel, long from, int words, long step, MemorySegment to, long at) {
        for (int q = 0; q < words; q++) {
            IntVector word = IntVector.fromMemorySegment(WORDS, panel, from + q * step, LE);
            long row = at + 4 * q * step;
            i8(word, 0).intoMemorySegment(to, row, LE);
            i8(word, 1).intoMemorySegment(to, row + step, LE);
            i8(word, 2).intoMemorySegment(to, row + 2 * step, LE);
            i8(word, 3).intoMemorySegment(to, row + 3 * step, LE);
        }
    }
}

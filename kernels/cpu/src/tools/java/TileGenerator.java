import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes the micro-kernels of package gemm: {@code java kernels/cpu/src/tools/java/TileGenerator.java OUTPUT_FOLDER}.
 * They are checked in; run this again only to change their shape.
 */
final class TileGenerator {
    /** How the left side lies: where element (row, depth) stands, if {@code wide} is the length of a row in memory. */
    private enum Left {
        /** Panels of the tile's rows. */
        PACKED(""),
        /** A depth is a row in memory. */
        WIDE("Wide"),
        /** A row is a row in memory. */
        ROWS("Rows");

        private final String suffix;

        Left(String suffix) {
            this.suffix = suffix;
        }
    }

    private record Spec(int bits, int rows, int vectors, Left left, int wide, String why) {
        int step() {
            return switch (left) {
                case PACKED -> rows;
                case WIDE -> wide;
                case ROWS -> 1;
            };
        }

        /** Depths in a turn of the loop: as many as leave methods short enough for both compilers (TileSizeTest). */
        int depths() {
            return bits == 256 ? 4 : 2;
        }

        /** Whether C is added to the sums at the end, for want of registers. */
        boolean addsLast() {
            return bits == 256;
        }

        int rowStep() {
            return left == Left.ROWS ? wide : 1;
        }

        int lanes() {
            return bits / 32;
        }

        int columns() {
            return vectors * lanes();
        }

        String name() {
            return "Tile" + bits + "x" + rows + "x" + columns() + left.suffix;
        }
    }

    private TileGenerator() {}

    public static void main(String[] args) throws IOException {
        String neon = "16 accumulators of the 32 registers of NEON";
        String avx2 = "12 accumulators of the 16 registers of AVX2";
        String avx512 = "24 accumulators of the 32 registers of AVX-512";
        List<Spec> specs = new ArrayList<>();
        specs.add(new Spec(512, 8, 3, Left.PACKED, 0, avx512 + "."));
        for (Left left : Left.values()) {
            specs.add(new Spec(128, 4, 4, left, 48, neon + ": C2 copies each scalar to all lanes, so few rows."));
            specs.add(new Spec(256, 6, 2, left, 48, avx2 + "."));
            specs.add(new Spec(512, 8, 2, left, 96, "16 accumulators of the 32 registers of AVX-512; columns divide a head's width."));
        }
        for (Spec spec : specs) {
            Files.writeString(Path.of(args[0], spec.name() + ".java"), source(spec));
        }
    }

    private static String source(Spec s) {
        StringBuilder o = new StringBuilder();
        o.append("package dev.airfoil.kernels.cpu.gemm;\n\n");
        o.append("import dev.airfoil.kernels.cpu.vector.Lanes;\nimport java.lang.foreign.MemorySegment;\nimport java.nio.ByteOrder;\n");
        o.append("import jdk.incubator.vector.FloatVector;\nimport jdk.incubator.vector.VectorSpecies;\n\n");
        o.append("/** ").append(s.why).append(" Written by TileGenerator. */\n");
        o.append("final class ").append(s.name()).append(" implements Tile {\n");
        o.append("    private static final VectorSpecies<Float> F = FloatVector.SPECIES_").append(s.bits).append(";\n");
        o.append("    private static final ByteOrder LE = ByteOrder.LITTLE_ENDIAN;\n\n");
        o.append("    @Override\n    public int rows() {\n        return ").append(s.rows).append(";\n    }\n\n");
        o.append("    @Override\n    public int columns() {\n        return ").append(s.columns()).append(";\n    }\n\n");
        o.append("    @Override\n    public int step() {\n        return ").append(s.step()).append(";\n    }\n\n");
        o.append("    @Override\n    public int rowStep() {\n        return ").append(s.rowStep()).append(";\n    }\n\n");
        method(o, s, "zeroWhole");
        o.append("\n");
        method(o, s, "addWhole");
        o.append("}\n");
        return o.toString();
    }

    private static void method(StringBuilder o, Spec s, String name) {
        boolean add = name.equals("addWhole");
        int depths = s.depths();
        o.append("    @Override\n    public void ").append(name).append("(\n            ");
        o.append("int tiles, int k, float[] a, int ao, int next, MemorySegment x, long bo, MemorySegment y, long co, long cs) {\n");
        // Of unknown kind, a segment is looked into before each of its loads, inside the loop.
        line(o, 2, "MemorySegment b = Lanes.offHeap(x);");
        line(o, 2, "MemorySegment c = Lanes.offHeap(y);");
        line(o, 2, "FloatVector zero = FloatVector.zero(F);");
        line(o, 2, "for (int t = 0; t < tiles; t++) {");
        line(o, 3, "int ap = ao + t * next;");
        line(o, 3, "long to0 = co + t * " + s.rows + " * cs;");
        for (int i = 1; i < s.rows; i++) {
            line(o, 3, "long to" + i + " = to0 + " + i + " * cs;");
        }
        for (int i = 0; i < s.rows; i++) {
            for (int j = 0; j < s.vectors; j++) {
                String load = "FloatVector.fromMemorySegment(F, c, " + at(s, i, j) + ", LE)";
                line(o, 3, "FloatVector c" + i + "_" + j + " = " + (add && !s.addsLast() ? load : "zero") + ";");
            }
        }
        line(o, 3, "long bp = bo;");
        // Not a counted loop: C2 would fetch early what it then has no registers for. Several depths a turn share what C2
        // adds to each turn: checks, moves of general registers, the safepoint. Where another thread shares the core, all
        // instructions count: four depths have a tenth fewer than twice two.
        line(o, 3, "int end = ap + k * " + s.step() + ";");
        line(o, 3, "while (ap != end) {");
        for (int p = 0; p < depths; p++) {
            for (int j = 0; j < s.vectors; j++) {
                String from = "bp" + plus(4 * p * s.columns() + j * s.bits / 8);
                line(o, 4, "FloatVector b" + p + j + " = FloatVector.fromMemorySegment(F, b, " + from + ", LE);");
            }
            // The static method broadcast(F, ..) is the same to C2, but C1 takes a third more of the registers that it has.
            for (int i = 0; i < s.rows; i++) {
                String a = "a" + p + i;
                line(o, 4, "FloatVector " + a + " = zero.broadcast(a[ap" + plus(p * s.step() + i * s.rowStep()) + "]);");
                for (int j = 0; j < s.vectors; j++) {
                    String c = "c" + i + "_" + j;
                    line(o, 4, c + " = b" + p + j + ".fma(" + a + ", " + c + ");");
                }
            }
        }
        line(o, 4, "ap += " + depths * s.step() + ";");
        line(o, 4, "bp += " + 4 * depths * s.columns() + ";");
        line(o, 3, "}");
        for (int i = 0; i < s.rows; i++) {
            for (int j = 0; j < s.vectors; j++) {
                // Accumulators that begin with C are moved to memory and back within the loop where registers are few.
                String old = ".add(FloatVector.fromMemorySegment(F, c, " + at(s, i, j) + ", LE))";
                String sum = "c" + i + "_" + j + (add && s.addsLast() ? old : "");
                line(o, 3, sum + ".intoMemorySegment(c, " + at(s, i, j) + ", LE);");
            }
        }
        line(o, 2, "}");
        o.append("    }\n");
    }

    private static String at(Spec s, int i, int j) {
        return "to" + i + plus(j * s.bits / 8);
    }

    private static String plus(int bytes) {
        return bytes == 0 ? "" : " + " + bytes;
    }

    private static void line(StringBuilder o, int depth, String text) {
        o.append("    ".repeat(depth)).append(text).append('\n');
    }
}

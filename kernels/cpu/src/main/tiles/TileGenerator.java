import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Writes the micro-kernels of package gemm, in each build: they are one loop for many shapes, and C2 wants vectors in
 * local variables and strides as constants. What comes out lies in {@code target/generated-sources/tiles}.
 *
 * <p>Of a tile of two rows and one vector of columns, one depth is
 *
 * <pre>{@code
 * FloatVector b00 = FloatVector.fromMemorySegment(F, b, bp, LE);
 * FloatVector a00 = zero.broadcast(a[ap]);
 * c0_0 = b00.fma(a00, c0_0);
 * FloatVector a01 = zero.broadcast(a[ap + 1]);
 * c1_0 = b00.fma(a01, c1_0);
 * }</pre>
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

        int rowStep() {
            return left == Left.ROWS ? wide : 1;
        }

        /**
         * Depths in a turn of the loop. They share what C2 adds to each turn: checks, moves of general registers, the
         * safepoint. Where another thread shares the core, all instructions count: four depths have a tenth fewer than
         * twice two. As many as leave methods short enough for both compilers (TileSizeTest).
         */
        int depths() {
            return bits == 256 ? 4 : 2;
        }

        /** Whether C is added at the end: sums that begin with it go to memory and back in the loop if registers are few. */
        boolean addsLast() {
            return bits == 256;
        }

        /** Whether even C is too much for the first compiler in the method of the loop. */
        boolean addsApart() {
            return rows * vectors > 16;
        }

        int columns() {
            return vectors * bits / 32;
        }

        String name() {
            return "Tile" + bits + "x" + rows + "x" + columns() + left.suffix;
        }
    }

    private TileGenerator() {}

    /** {@code args}: the folder for the sources. */
    public static void main(String[] args) throws IOException {
        Path folder = Path.of(args[0], "dev", "airfoil", "kernels", "cpu", "gemm");
        Files.createDirectories(folder);
        List<Path> written = new ArrayList<>();
        for (Spec spec : specs()) {
            Path file = folder.resolve(spec.name() + ".java");
            String source = source(spec);
            // Untouched where it is the same, so that the build sees nothing to compile again.
            if (!Files.exists(file) || !Files.readString(file).equals(source)) {
                Files.writeString(file, source);
            }
            written.add(file);
        }
        try (Stream<Path> files = Files.list(folder)) {
            for (Path old : files.filter(f -> !written.contains(f)).toList()) {
                Files.delete(old);
            }
        }
    }

    private static List<Spec> specs() {
        String neon = "16 accumulators of the 32 registers of NEON: C2 copies each scalar to all lanes, so few rows.";
        String avx2 = "12 accumulators of the 16 registers of AVX2.";
        String avx512 = "16 accumulators of the 32 registers of AVX-512; columns divide a head's width.";
        List<Spec> specs = new ArrayList<>();
        specs.add(new Spec(512, 8, 3, Left.PACKED, 0, "24 accumulators of the 32 registers of AVX-512."));
        for (Left left : Left.values()) {
            specs.add(new Spec(128, 4, 4, left, 48, neon));
            specs.add(new Spec(256, 6, 2, left, 48, avx2));
            specs.add(new Spec(512, 8, 2, left, 96, avx512));
        }
        return specs;
    }

    private static String source(Spec s) {
        return """
                package dev.airfoil.kernels.cpu.gemm;

                import dev.airfoil.kernels.cpu.vector.Lanes;
                import java.lang.foreign.MemorySegment;
                import java.nio.ByteOrder;
                import jdk.incubator.vector.FloatVector;
                import jdk.incubator.vector.VectorSpecies;

                /** %s Written by TileGenerator. */
                final class %s implements Tile {
                    private static final VectorSpecies<Float> F = FloatVector.SPECIES_%d;
                    private static final ByteOrder LE = ByteOrder.LITTLE_ENDIAN;

                    @Override
                    public int rows() {
                        return %d;
                    }

                    @Override
                    public int columns() {
                        return %d;
                    }

                    @Override
                    public int step() {
                        return %d;
                    }

                    @Override
                    public int rowStep() {
                        return %d;
                    }

                %s
                %s}
                """
                .formatted(
                        s.why, s.name(), s.bits, s.rows, s.columns(), s.step(), s.rowStep(), method(s, false), s.addsApart() ? apart() : method(s, true));
    }

    private static String apart() {
        return """
                    @Override
                    public void addWhole(
                            int tiles, int k, float[] a, int ao, int next, MemorySegment b, long bo, MemorySegment c, long co, long cs) {
                        addApart(tiles, k, a, ao, next, b, bo, c, co, cs);
                    }
                """;
    }

    /** {@code zeroWhole} or {@code addWhole}. A segment of unknown kind would be looked into before each of its loads. */
    private static String method(Spec s, boolean add) {
        Lines o = new Lines();
        o.line(1, "@Override");
        o.line(1, "public void %s(", add ? "addWhole" : "zeroWhole");
        o.line(3, "int tiles, int k, float[] a, int ao, int next, MemorySegment x, long bo, MemorySegment y, long co, long cs) {");
        o.line(2, "MemorySegment b = Lanes.offHeap(x);");
        o.line(2, "MemorySegment c = Lanes.offHeap(y);");
        o.line(2, "FloatVector zero = FloatVector.zero(F);");
        o.line(2, "for (int t = 0; t < tiles; t++) {");
        o.line(3, "int ap = ao + t * next;");
        o.line(3, "long to0 = co + t * %d * cs;", s.rows);
        for (int i = 1; i < s.rows; i++) {
            o.line(3, "long to%d = to0 + %d * cs;", i, i);
        }
        for (int i = 0; i < s.rows; i++) {
            for (int j = 0; j < s.vectors; j++) {
                o.line(3, "FloatVector c%d_%d = %s;", i, j, add && !s.addsLast() ? load("c", to(s, i, j)) : "zero");
            }
        }
        o.line(3, "long bp = bo;");
        // Not a counted loop: C2 would fetch early what it then has no registers for.
        o.line(3, "int end = ap + k * %d;", s.step());
        o.line(3, "while (ap != end) {");
        for (int p = 0; p < s.depths(); p++) {
            depth(o, s, p);
        }
        o.line(4, "ap += %d;", s.depths() * s.step());
        o.line(4, "bp += %d;", 4 * s.depths() * s.columns());
        o.line(3, "}");
        for (int i = 0; i < s.rows; i++) {
            for (int j = 0; j < s.vectors; j++) {
                String old = add && s.addsLast() ? ".add(" + load("c", to(s, i, j)) + ")" : "";
                o.line(3, "c%d_%d%s.intoMemorySegment(c, %s, LE);", i, j, old, to(s, i, j));
            }
        }
        o.line(2, "}");
        o.line(1, "}");
        return o.text.toString();
    }

    private static void depth(Lines o, Spec s, int p) {
        for (int j = 0; j < s.vectors; j++) {
            o.line(4, "FloatVector b%d%d = %s;", p, j, load("b", "bp" + plus(4 * p * s.columns() + j * s.bits / 8)));
        }
        for (int i = 0; i < s.rows; i++) {
            // The static broadcast(F, ..) is the same to C2, but C1 takes a third more of the registers that it has.
            o.line(4, "FloatVector a%d%d = zero.broadcast(a[ap%s]);", p, i, plus(p * s.step() + i * s.rowStep()));
            for (int j = 0; j < s.vectors; j++) {
                o.line(4, "c%d_%d = b%d%d.fma(a%d%d, c%d_%d);", i, j, p, j, p, i, i, j);
            }
        }
    }

    private static String load(String segment, String at) {
        return "FloatVector.fromMemorySegment(F, " + segment + ", " + at + ", LE)";
    }

    private static String to(Spec s, int i, int j) {
        return "to" + i + plus(j * s.bits / 8);
    }

    private static String plus(int offset) {
        return offset == 0 ? "" : " + " + offset;
    }

    private static final class Lines {
        private final StringBuilder text = new StringBuilder();

        void line(int depth, String format, Object... values) {
            text.append("    ".repeat(depth)).append(format.formatted(values)).append('\n');
        }
    }
}

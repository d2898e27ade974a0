import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Writes the micro-kernels of package gemm: {@code java kernels/cpu/src/tools/java/TileGenerator.java OUTPUT_FOLDER}.
 * They are checked in; run this again only to change their shape.
 */
final class TileGenerator {
    private record Spec(int bits, int rows, int vectors, String why) {
        int lanes() {
            return bits / 32;
        }

        int columns() {
            return vectors * lanes();
        }

        String name() {
            return "Tile" + bits + "x" + rows + "x" + columns();
        }
    }

    private TileGenerator() {}

    public static void main(String[] args) throws IOException {
        Spec[] specs = {
            new Spec(128, 8, 2, "16 accumulators of the 32 registers of NEON."),
            new Spec(256, 5, 2, "10 accumulators of the 16 registers of AVX2: with 12 the register allocator of C2 spills."),
            new Spec(512, 8, 3, "24 accumulators of the 32 registers of AVX-512; for matrix products."),
            new Spec(512, 12, 2, "24 accumulators of the 32 registers of AVX-512; for attention heads of 32, 64, 96, 128."),
        };
        for (Spec spec : specs) {
            Files.writeString(Path.of(args[0], spec.name() + ".java"), source(spec));
        }
    }

    private static String source(Spec s) {
        StringBuilder o = new StringBuilder();
        o.append("package dev.airfoil.kernels.cpu.gemm;\n\n");
        o.append("import java.lang.foreign.MemorySegment;\nimport java.nio.ByteOrder;\n");
        o.append("import jdk.incubator.vector.FloatVector;\nimport jdk.incubator.vector.VectorSpecies;\n\n");
        o.append("/** ").append(s.why).append(" Written by TileGenerator. */\n");
        o.append("final class ").append(s.name()).append(" implements Tile {\n");
        o.append("    private static final VectorSpecies<Float> F = FloatVector.SPECIES_").append(s.bits).append(";\n");
        o.append("    private static final ByteOrder LE = ByteOrder.LITTLE_ENDIAN;\n\n");
        o.append("    @Override\n    public int rows() {\n        return ").append(s.rows).append(";\n    }\n\n");
        o.append("    @Override\n    public int columns() {\n        return ").append(s.columns()).append(";\n    }\n\n");
        method(o, s, "zero");
        o.append("\n");
        method(o, s, "add");
        o.append("}\n");
        return o.toString();
    }

    private static void method(StringBuilder o, Spec s, String name) {
        boolean add = name.equals("add");
        o.append("    @Override\n    public void ").append(name).append("(\n            ");
        o.append("int k, float[] a, int ao, int as, MemorySegment b, long bo, long bs,");
        o.append(" MemorySegment c, long co, long cs) {\n");
        for (int i = 0; i < s.rows; i++) {
            for (int j = 0; j < s.vectors; j++) {
                String load = "FloatVector.fromMemorySegment(F, c, " + at(s, i, j) + ", LE)";
                line(o, 2, "FloatVector c" + i + "_" + j + " = " + (add ? load : "FloatVector.zero(F)") + ";");
            }
        }
        line(o, 2, "int ap = ao;");
        line(o, 2, "long bp = bo;");
        // Not a counted loop on purpose: C2 would unroll it and run out of registers.
        line(o, 2, "int end = ao + k * as;");
        line(o, 2, "while (ap != end) {");
        for (int j = 0; j < s.vectors; j++) {
            line(o, 3, "FloatVector b" + j + " = FloatVector.fromMemorySegment(F, b, bp" + plus(j * s.bits / 8) + ", LE);");
        }
        for (int i = 0; i < s.rows; i++) {
            line(o, 3, "FloatVector a" + i + " = FloatVector.broadcast(F, a[ap" + (i == 0 ? "" : " + " + i) + "]);");
            for (int j = 0; j < s.vectors; j++) {
                String c = "c" + i + "_" + j;
                line(o, 3, c + " = b" + j + ".fma(a" + i + ", " + c + ");");
            }
        }
        line(o, 3, "ap += as;");
        line(o, 3, "bp += bs;");
        line(o, 2, "}");
        for (int i = 0; i < s.rows; i++) {
            for (int j = 0; j < s.vectors; j++) {
                line(o, 2, "c" + i + "_" + j + ".intoMemorySegment(c, " + at(s, i, j) + ", LE);");
            }
        }
        o.append("    }\n");
    }

    private static String at(Spec s, int i, int j) {
        String row = i == 0 ? "co" : i == 1 ? "co + cs" : "co + " + i + " * cs";
        return row + plus(j * s.bits / 8);
    }

    private static String plus(int bytes) {
        return bytes == 0 ? "" : " + " + bytes;
    }

    private static void line(StringBuilder o, int depth, String text) {
        o.append("    ".repeat(depth)).append(text).append('\n');
    }
}

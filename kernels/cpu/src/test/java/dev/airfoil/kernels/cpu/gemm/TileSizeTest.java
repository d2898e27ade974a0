package dev.airfoil.kernels.cpu.gemm;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.MethodModel;
import java.lang.classfile.attribute.CodeAttribute;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class TileSizeTest {
    static List<Tile> tiles() {
        return Stream.concat(
                        Tiles.all().stream(),
                        Tiles.allForAttention().stream().flatMap(t -> Stream.of(t.packed(), t.wide(), t.rows())))
                .distinct()
                .toList();
    }

    /**
     * The first compiler runs out of virtual registers in methods that are too long (seen from 1,801 bytes on), and the
     * second is late or never gets to them: such a tile runs at a fiftieth of its speed, on machines with its vector width
     * alone.
     */
    @ParameterizedTest
    @MethodSource("tiles")
    void methodsAreShortEnoughForBothCompilers(Tile tile) throws IOException {
        try (InputStream in =
                tile.getClass().getResourceAsStream(tile.getClass().getSimpleName() + ".class")) {
            for (MethodModel method : ClassFile.of().parse(in.readAllBytes()).methods()) {
                int length = method.code()
                        .map(code -> ((CodeAttribute) code).codeLength())
                        .orElse(0);
                assertThat(length).as(method.methodName().stringValue()).isLessThan(1_700);
            }
        }
    }
}

package dev.airfoil.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.airfoil.tensor.BackendProvider.Options;
import dev.airfoil.tensor.ops.Narrow;
import java.util.List;
import org.junit.jupiter.api.Test;

class LayoutTest {
    @Test
    void reshapesAViewOnlyWhereNoCopyIsNeeded() {
        Layout x = Layout.contiguous(Shape.of(2, 3, 4));
        assertThat(x.reshape(Shape.of(6, 4)))
                .hasValueSatisfying(l -> assertThat(l.strides()).containsExactly(4, 1));
        Layout turned = x.permute(1, 0, 2);
        assertThat(turned.reshape(Shape.of(6, 4))).isEmpty();
        assertThat(turned.reshape(Shape.of(3, 2, 2, 2)))
                .hasValueSatisfying(l -> assertThat(l.strides()).containsExactly(4, 12, 2, 1));
        Layout part = x.narrow(2, 1, 2);
        assertThat(part.reshape(Shape.of(6, 2))).hasValueSatisfying(l -> {
            assertThat(l.strides()).containsExactly(4, 1);
            assertThat(l.offset()).isEqualTo(1);
        });
        assertThat(part.reshape(Shape.of(12))).isEmpty();
    }

    @Test
    void sizeOneAxesNeverMatter() {
        Layout x = Layout.contiguous(Shape.of(3, 1, 4)).permute(1, 0, 2);
        assertThat(x.isContiguous()).isTrue();
        assertThat(Layout.contiguous(Shape.of(3, 4)).narrow(0, 1, 1).reshape(Shape.of(4, 1, 1)))
                .isPresent();
    }

    @Test
    void sizesThatWouldOverflowAreRefused() {
        assertThatThrownBy(() -> Shape.of(1 << 16, 1 << 16, 1 << 16, 1 << 16))
                .hasMessageContaining("more elements than can be numbered");
        assertThat(Shape.of(1 << 30, 1 << 26).size()).isEqualTo(1L << 56);
        assertThatThrownBy(() -> new Narrow(0, Integer.MAX_VALUE, 1).view(Layout.contiguous(Shape.of(3))))
                .hasMessageContaining("outside axis 0");
    }

    @Test
    void viewsAndCopiesHoldTheSameElements() {
        try (Backend backend = Backends.open("reference", Options.DEFAULT)) {
            new Eager(backend)
                    .run(() -> Scope.run("test", () -> {
                        Tensor x = Tensor.of(new float[] {0, 1, 2, 3, 4, 5}, 2, 3);
                        assertThat(x.transpose().toFloats()).containsExactly(0, 3, 1, 4, 2, 5);
                        assertThat(x.transpose().reshape(6).toFloats()).containsExactly(0, 3, 1, 4, 2, 5);
                        assertThat(x.narrow(1, 1, 2).transpose().toFloats()).containsExactly(1, 4, 2, 5);
                        assertThat(x.select(1, 2).toFloats()).containsExactly(2, 5);
                        assertThat(x.narrow(0, 1, 1).expand(2, 3).toFloats()).containsExactly(3, 4, 5, 3, 4, 5);
                        assertThat(x.reshape(3, -1).shape()).isEqualTo(Shape.of(3, 2));
                        assertThatThrownBy(() -> x.reshape(4, 2))
                                .hasMessageContaining("[2 3] has 6 elements, [4 2] has 8");
                        assertThatThrownBy(() -> x.narrow(1, 2, 2)).hasMessageContaining("outside axis 1");
                        assertThatThrownBy(() -> x.add(F.zeros(2, 2))).hasMessageContaining("do not broadcast");
                    }));
        }
    }

    @Test
    void dimsWordsTheMessage() {
        TensorSpec x = TensorSpec.f32(2, 333, 1152);
        assertThatThrownBy(() -> Dims.of("adaLnModulate")
                        .bind("x", x, "b n d")
                        .bind("shift", TensorSpec.f32(2, 2, 1024), "b s d"))
                .hasMessage(
                        "adaLnModulate: shift has d=1024 where d=1152 is wanted: x F32[2 333 1152], shift F32[2 2 1024]");
        assertThatThrownBy(() -> Dims.of("gather").bind("ids", x, DType.I32, ".."))
                .hasMessageContaining("ids is F32 where I32 is wanted");
    }

    @Test
    void axesThatAllLayoutsHaveDenselyBehindEachOtherAreOne() {
        Layout dense = Layout.contiguous(Shape.of(2, 3, 1, 5));
        Layout rows = new Layout(Shape.of(2, 3, 1, 5), new long[] {60, 20, 7, 1}, 4);

        assertThat(Layout.merged(List.of(dense, rows)))
                .containsExactly(Layout.contiguous(Shape.of(6, 5)), new Layout(Shape.of(6, 5), new long[] {20, 1}, 4));
        assertThat(Layout.merged(List.of(dense))).containsExactly(Layout.contiguous(Shape.of(30)));
        assertThat(Layout.merged(List.of(Layout.contiguous(Shape.of(1, 1)))))
                .containsExactly(Layout.contiguous(Shape.SCALAR));
    }
}

package dev.airfoil.kernels.opencl;

import static org.assertj.core.api.Assertions.assertThat;

import dev.airfoil.tensor.Layout;
import dev.airfoil.tensor.Shape;
import java.util.List;
import org.junit.jupiter.api.Test;

class StridedTest {
    @Test
    void axesThatLieDenselyBecomeOne() {
        Strided s = Strided.of(List.of(Layout.contiguous(Shape.of(2, 3, 1, 5))));
        assertThat(s.rank()).isEqualTo(1);
        assertThat(s.dims()).containsExactly(1, 1, 1, 1, 1, 1, 1, 30);
        assertThat(s.size()).isEqualTo(30);
    }

    @Test
    void axesMergeOnlyWhereAllLayoutsAllowIt() {
        Layout dense = Layout.contiguous(Shape.of(2, 3, 5));
        Layout repeated = Layout.contiguous(Shape.of(2, 1, 5)).expand(Shape.of(2, 3, 5));
        Strided s = Strided.of(List.of(dense, repeated));
        assertThat(s.rank()).isEqualTo(3);
        assertThat(s.strides().get(1)).containsExactly(0, 0, 0, 0, 0, 5, 0, 1);
        assertThat(Strided.of(List.of(dense, dense)).rank()).isEqualTo(1);
    }

    @Test
    void axesThatTogetherHaveMoreThanAnIntStayApart() {
        Strided s = Strided.of(List.of(Layout.contiguous(Shape.of(1 << 16, 1 << 16))));
        assertThat(s.rank()).isEqualTo(2);
        assertThat(s.size()).isEqualTo(1L << 32);
    }

    @Test
    void oneElementHasOneAxis() {
        Strided scalar = Strided.of(List.of(Layout.contiguous(Shape.SCALAR)));
        assertThat(scalar.rank()).isEqualTo(1);
        assertThat(scalar.size()).isEqualTo(1);
    }
}

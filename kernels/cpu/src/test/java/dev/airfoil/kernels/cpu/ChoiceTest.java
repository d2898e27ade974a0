package dev.airfoil.kernels.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.airfoil.kernels.cpu.gemm.Tile;
import dev.airfoil.kernels.cpu.gemm.Tiles;
import org.junit.jupiter.api.Test;

class ChoiceTest {
    @Test
    void aPropertyNamesTheTileOfProductsAndOfAttention() {
        for (Tile tile : Tiles.all()) {
            assertThat(Choice.named(tile.name()).gemm().tile()).hasSameClassAs(tile);
        }
        for (Tiles.Attention tiles : Tiles.allForAttention()) {
            assertThat(Choice.named(tiles.name()).attention().rows()).hasSameClassAs(tiles.rows());
        }
        Choice best = Choice.named("");
        assertThat(best.gemm().tile()).hasSameClassAs(Tiles.forProducts());
        assertThat(Choice.named("Tile512x8x32").gemm().tile()).hasSameClassAs(Tiles.forProducts());
        assertThat(Choice.complaint("")).isEmpty();
        assertThat(Choice.complaint("Tile512x8x32")).isEmpty();
        assertThat(Choice.complaint("Tile9").orElseThrow())
                .startsWith("airfoil.cpu.tile is Tile9; there are Tile128x4x16, Tile256x6x16, ");
    }
}

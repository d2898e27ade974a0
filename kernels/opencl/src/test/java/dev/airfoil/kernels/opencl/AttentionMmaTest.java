package dev.airfoil.kernels.opencl;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What attention_mma.cl takes for granted: its tiles, and where a tile's numbers lie, by its formulas and by NVIDIA's. */
class AttentionMmaTest {
    /** Bytes of local memory that a work-group may declare on NVIDIA's Hopper, and from compute capability 8.0 on. */
    private static final int LOCAL_ON_HOPPER = 227 << 10;

    private static final int LOCAL = 99 << 10;

    /** Registers of a unit. */
    private static final int REGISTERS = 65536;

    @ParameterizedTest
    @CsvSource({"32, true", "64, true", "128, true", "32, false", "64, false", "128, false"})
    void tilesFitADevice(int e, boolean hopper) {
        for (AttentionMma.Pass pass : AttentionMma.Pass.values()) {
            AttentionMma.Tile tile = AttentionMma.tile(e, pass, hopper);
            int ownTiles = pass == AttentionMma.Pass.FORWARD ? 1 : 2;
            assertThat(tile.rows()).isIn(32, 48, 64, 80, 96, 112, 128); // the sums that wgmma.cl has names for
            assertThat(tile.warps() % 4).isZero();
            assertThat(tile.warps() * 32 * tile.registers()).isLessThanOrEqualTo(REGISTERS);
            assertThat(2 * e * (ownTiles * 16 * tile.warps() + 4 * tile.rows()) + 2 * 1024)
                    .isLessThanOrEqualTo(hopper ? LOCAL_ON_HOPPER : LOCAL);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {32, 64, 128})
    void everyGroupOfATileHasItsPlaceAndEightRowsMeetNoBankTwice(int e) {
        int rows = 112;
        Set<Integer> places = new HashSet<>();
        for (int c = 0; c < e / 8; c++) {
            for (int r0 = 0; r0 < rows; r0 += 8) {
                Set<Integer> banks = new HashSet<>();
                for (int r = r0; r < r0 + 8; r++) {
                    int at = spot(e, rows, r, c);
                    assertThat(at % 16).isZero();
                    places.add(at);
                    banks.add(at / 16 % 8);
                }
                assertThat(banks).hasSize(8);
            }
        }
        assertThat(places).hasSize(rows * e / 8).allMatch(at -> at < 2 * e * rows);
    }

    /** A tile read along its rows, 16 columns at a time from `column` on: the scores' factors. */
    @ParameterizedTest
    @ValueSource(ints = {32, 64, 128})
    void hopperFindsColumnsWhereTheyWerePut(int e) {
        int rows = 112;
        int pitch = pitch(e);
        for (int c = 0; c < e / 16; c++) {
            int start = c / (pitch / 32) * rows * pitch + c % (pitch / 32) * 32; // column(rows, c)
            for (int r = 0; r < rows; r++) {
                for (int k = 0; k < 16; k++) {
                    int at = start + r / 8 * (8 * pitch) + r % 8 * pitch + 2 * k;
                    assertThat(turned(pitch, at)).isEqualTo(byteOf(e, rows, r, 16 * c + k));
                }
            }
        }
    }

    /** A tile read across its rows, 16 rows at a time: the right factor of a product with weights. */
    @ParameterizedTest
    @ValueSource(ints = {32, 64, 128})
    void hopperFindsRowsWhereTheyWerePut(int e) {
        int rows = 112;
        int pitch = pitch(e);
        for (int j = 0; j < rows / 16; j++) {
            for (int k = 0; k < 16; k++) {
                for (int x = 0; x < e; x++) {
                    int panel = x / (pitch / 2);
                    int at = 16 * pitch * j
                            + panel * rows * pitch
                            + 2 * (x % (pitch / 2))
                            + k / 8 * (8 * pitch)
                            + k % 8 * pitch;
                    assertThat(turned(pitch, at)).isEqualTo(byteOf(e, rows, 16 * j + k, x));
                }
            }
        }
    }

    private static int pitch(int e) {
        return 2 * Math.min(e, 64);
    }

    /** As in attention_mma.cl. */
    private static int spot(int e, int rows, int row, int c) {
        int pitch = pitch(e);
        int groups = pitch / 16;
        return (c / groups * rows + row) * pitch + (c % groups ^ row * pitch / 128 % groups) * 16;
    }

    private static int byteOf(int e, int rows, int row, int column) {
        return spot(e, rows, row, column / 8) + column % 8 * 2;
    }

    /** NVIDIA's swizzle of rows of 128 or 64 bytes: address bits 4 to 6 (or 5), exclusive or those from bit 7 on. */
    private static int turned(int pitch, int at) {
        return at ^ (at >> 7 & (pitch == 128 ? 7 : 3)) << 4;
    }
}

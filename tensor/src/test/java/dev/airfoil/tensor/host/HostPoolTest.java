package dev.airfoil.tensor.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.airfoil.tensor.TensorException;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class HostPoolTest {
    private static final long MIB = 1 << 20;

    @Test
    void blocksAreAlignedAndAtLeastAsLongAsAskedFor() {
        try (HostPool pool = new HostPool(64 * MIB)) {
            for (long bytes : new long[] {0, 1, 63, 64, 65, 1_000_003, 9 * MIB}) {
                HostPool.Block block = pool.take(bytes);
                assertThat(block.segment().byteSize()).isBetween(bytes, bytes + 64);
                assertThat(block.start() % 64).isZero();
            }
        }
    }

    @Test
    void whatWasGivenBackMakesRoomForAnotherSize() {
        try (HostPool pool = new HostPool(64 * MIB)) {
            List<HostPool.Block> small = new ArrayList<>();
            for (int i = 0; i < 40; i++) {
                small.add(pool.take(100_000));
            }
            long held = pool.use().live() + pool.use().pooled();
            small.forEach(pool::give);
            HostPool.Block large = pool.take(3_900_000);
            assertThat(pool.use().live() + pool.use().pooled()).isEqualTo(held);
            pool.give(large);
            assertThat(pool.use().live()).isZero();
            assertThat(pool.use().blocks()).isZero();
            pool.trim();
            assertThat(pool.use().pooled()).isZero();
        }
    }

    @Test
    void blocksThatAreInUseNeverOverlap() {
        Random random = new Random(1);
        Map<HostPool.Block, Byte> inUse = new HashMap<>();
        boolean differ = false;
        try (HostPool pool = new HostPool(256 * MIB)) {
            for (int i = 0; i < 3_000; i++) {
                if (inUse.size() > 20 && random.nextBoolean()) {
                    HostPool.Block block = inUse.keySet().iterator().next();
                    byte mark = inUse.remove(block);
                    for (byte b : block.segment().toArray(ValueLayout.JAVA_BYTE)) {
                        differ |= b != mark;
                    }
                    pool.give(block);
                } else {
                    HostPool.Block block = pool.take(1 + random.nextInt(i % 10 == 0 ? 3_000_000 : 9_000));
                    byte mark = (byte) i;
                    block.segment().fill(mark);
                    inUse.put(block, mark);
                }
            }
            assertThat(differ).as("a byte changed while its block was in use").isFalse();
            assertThat(pool.use().blocks()).isEqualTo(inUse.size());
            inUse.keySet().forEach(pool::give);
            pool.trim();
            assertThat(pool.use().pooled()).isZero();
        }
    }

    @Test
    void theLimitHoldsForWhatIsLiveAndPooledTogether() {
        try (HostPool pool = new HostPool(MIB)) {
            HostPool.Block most = pool.take(900_000);
            assertThatThrownBy(() -> pool.take(200_000))
                    .isInstanceOf(TensorException.class)
                    .hasMessageContaining("0.2 MiB wanted, 0.9 MiB in use by tensors, 1.0 MiB allowed");
            pool.give(most);
            pool.give(pool.take(MIB));
            assertThat(pool.use().pooled()).isLessThanOrEqualTo(MIB);
        }
    }

    @Test
    void nothingIsLostBetweenBlocksWhereTheLimitIsNear() {
        try (HostPool pool = new HostPool(40 * MIB)) {
            List<HostPool.Block> blocks = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                blocks.add(pool.take(MIB));
            }
            pool.take(20 * MIB);
            pool.give(blocks.get(3));
            pool.give(blocks.get(7));
            pool.take(2 * MIB);
        }
    }

    @Test
    void aPieceThatIsPartlyFreeIsSaidToBe() {
        try (HostPool pool = new HostPool(40 * MIB)) {
            pool.give(pool.take(30 * MIB));
            pool.take(MIB);
            assertThatThrownBy(() -> pool.take(30 * MIB))
                    .hasMessageContaining(
                            "30.0 MiB wanted, 1.0 MiB in use by tensors, 29.0 MiB free in pieces too small,"
                                    + " 40.0 MiB allowed");
        }
    }

    @Test
    void whatIsKeptTakesRoomButIsNotLive() {
        try (HostPool pool = new HostPool(MIB)) {
            HostPool.Kept kept = pool.keep(900_000).orElseThrow();
            assertThat(pool.use().live()).isZero();
            assertThat(pool.use().blocks()).isZero();
            assertThat(pool.keep(200_000)).isEmpty();
            assertThatThrownBy(() -> pool.take(200_000)).hasMessageContaining("too little memory");
            pool.drop(kept);
            pool.give(pool.take(MIB));
        }
    }

    @Test
    void aBlockMayOutliveThePool() {
        HostPool pool = new HostPool(MIB);
        HostPool.Block block = pool.take(10);
        pool.close();
        assertThatThrownBy(() -> pool.take(10)).hasMessageContaining("closed");
        pool.give(block);
        assertThat(pool.use().pooled()).isZero();
    }
}

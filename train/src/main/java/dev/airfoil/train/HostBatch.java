package dev.airfoil.train;

import dev.airfoil.pipeline.LatentCodec;
import dev.airfoil.tensor.DType;
import dev.airfoil.tensor.F;
import dev.airfoil.tensor.Shape;
import dev.airfoil.tensor.Tensor;
import dev.airfoil.train.data.ImageTextSet;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Memory of one micro-batch on the host, filled again and again: one thread fills it, then another uploads it. */
final class HostBatch {
    private static final float[] LEVELS = levels();

    private final ImageTextSet set;
    private final TextCache texts;
    private final int size;
    private final byte[] rgb;
    private final float[] sigma;
    private final MemorySegment images;
    private final MemorySegment tokens;
    private final MemorySegment mask;
    private final MemorySegment pooled;
    private long stream;

    HostBatch(ImageTextSet set, TextCache texts, int size) {
        this.set = set;
        this.texts = texts;
        this.size = size;
        int side = set.imageSize();
        this.rgb = new byte[3 * side * side];
        this.sigma = new float[size];
        Arena arena = Arena.ofAuto();
        this.images = arena.allocate((long) size * rgb.length * Float.BYTES, Long.BYTES);
        long rows = (long) size * texts.length();
        this.tokens = arena.allocate(rows * texts.width() * DType.BF16.bytes(), Long.BYTES);
        this.mask = arena.allocate(rows * Integer.BYTES, Long.BYTES);
        this.pooled = arena.allocate((long) size * texts.width() * DType.BF16.bytes(), Long.BYTES);
    }

    /** Bytes 0 to 255 as F32 in [-1, 1]. */
    private static float[] levels() {
        float[] levels = new float[256];
        for (int i = 0; i < levels.length; i++) {
            levels[i] = i / 127.5f - 1;
        }
        return levels;
    }

    int size() {
        return size;
    }

    /** Names the Philox stream of the batch's noise. */
    void noise(long stream) {
        this.stream = stream;
    }

    /**
     * Fills one item.
     *
     * @param row picture of the set
     * @param caption entry of the text cache
     */
    void put(int item, int row, int caption, float sigma) {
        set.image(row, rgb, 0);
        int pixels = rgb.length / 3;
        for (int c = 0; c < 3; c++) {
            long at = (long) item * rgb.length + (long) c * pixels;
            for (int i = 0; i < pixels; i++) {
                images.setAtIndex(ValueLayout.JAVA_FLOAT, at + i, LEVELS[rgb[3 * i + c] & 0xff]);
            }
        }
        texts.copy(caption, item, tokens, mask, pooled);
        this.sigma[item] = sigma;
    }

    /** Copies everything to the current backend; afterwards this may be filled again. */
    Batch upload(LatentCodec codec, long seed) {
        int side = set.imageSize();
        Tensor latent = codec.encode(Tensor.of(DType.F32, images, Shape.of(size, 3, side, side)));
        return new Batch(
                latent,
                text(),
                Tensor.of(DType.I32, mask, Shape.of(size, texts.length())),
                F.cast(Tensor.of(DType.BF16, pooled, Shape.of(size, texts.width())), DType.F32),
                Tensor.of(sigma, size),
                F.normal(seed, stream, latent.shape().toArray()));
    }

    private Tensor text() {
        Shape shape = Shape.of(size, texts.length(), texts.width());
        return F.cast(Tensor.of(DType.BF16, tokens, shape), DType.F32);
    }
}

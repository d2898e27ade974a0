package dev.airfoil.train;

import dev.airfoil.dit.DitAir;
import dev.airfoil.pipeline.LatentCodec;
import dev.airfoil.samplers.Guidance;
import dev.airfoil.samplers.Heun;
import dev.airfoil.samplers.Sampler;
import dev.airfoil.samplers.SeededNoise;
import dev.airfoil.samplers.SigmaSchedule;
import dev.airfoil.samplers.StepListener;
import dev.airfoil.samplers.VelocityField;
import dev.airfoil.tensor.F;
import dev.airfoil.tensor.Scope;
import dev.airfoil.tensor.Shape;
import dev.airfoil.tensor.Tensor;
import dev.airfoil.train.data.ImageTextSet;
import dev.airfoil.train.data.Split;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;

/** A sheet of pictures from the averaged weights: upper half for captions of the training side, lower half held out. */
final class SampleSheet {
    private static final int COLUMNS = 8;
    private static final int ROWS_EACH = 2;
    private static final int STEPS = 25;
    private static final double GUIDANCE = 4;

    private SampleSheet() {}

    /** Draws the sheet and writes it as PNG. */
    static Path draw(TrainConfig config, DitAir model, ImageTextSet set, TextCache texts, LatentCodec codec, Path path) {
        int each = COLUMNS * ROWS_EACH;
        int[] rows = IntStream.concat(
                        IntStream.of(Validation.spread(set.rows(Split.TRAIN), each)),
                        IntStream.of(Validation.spread(set.rows(Split.HELD_OUT), each)))
                .toArray();
        float[] pixels = Scope.call("samples", () -> sample(config, model, set, texts, codec, rows).toFloats());
        try {
            ImageIO.write(sheet(pixels, rows.length, set.imageSize()), "png", path.toFile());
        } catch (IOException e) {
            throw new TrainException("cannot write " + path + ": " + e.getMessage(), e);
        }
        return path;
    }

    private static Tensor sample(
            TrainConfig config, DitAir model, ImageTextSet set, TextCache texts, LatentCodec codec, int[] rows) {
        HostBatch host = new HostBatch(set, texts, 2 * rows.length);
        for (int i = 0; i < rows.length; i++) {
            host.put(i, rows[i], texts.entry(""), 0);
            host.put(rows.length + i, rows[i], texts.entry(set.pair(rows[i]).caption()), 0);
        }
        Batch batch = host.upload(codec, config.seed());
        VelocityField doubled = (x, sigma) ->
                model.forward(x, batch.text(), batch.pooled(), sigma, Optional.of(batch.mask()));
        Shape latent = batch.latent().shape().remove(0);
        SeededNoise noise = SeededNoise.from(config.seed(), rows.length, latent);
        Sampler heun = new Heun();
        Tensor z = heun.sample(
                new Guidance(GUIDANCE).over(doubled),
                noise.start(),
                SigmaSchedule.uniform(STEPS),
                noise,
                StepListener.NONE);
        return F.contiguous(codec.decode(z));
    }

    private static BufferedImage sheet(float[] pixels, int count, int side) {
        int rows = Math.ceilDiv(count, COLUMNS);
        BufferedImage sheet = new BufferedImage(COLUMNS * side, rows * side, BufferedImage.TYPE_INT_RGB);
        int area = side * side;
        for (int i = 0; i < count; i++) {
            for (int p = 0; p < area; p++) {
                int at = i * 3 * area + p;
                int rgb = level(pixels[at]) << 16 | level(pixels[at + area]) << 8 | level(pixels[at + 2 * area]);
                sheet.setRGB(i % COLUMNS * side + p % side, i / COLUMNS * side + p / side, rgb);
            }
        }
        return sheet;
    }

    private static int level(float value) {
        return Math.clamp(Math.round((value + 1) * 127.5), 0, 255);
    }
}

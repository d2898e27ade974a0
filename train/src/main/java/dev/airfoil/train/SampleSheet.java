package dev.airfoil.train;

import dev.airfoil.dit.DitAir;
import dev.airfoil.pipeline.ContactSheet;
import dev.airfoil.pipeline.ImageSize;
import dev.airfoil.pipeline.Painter;
import dev.airfoil.pipeline.RgbImage;
import dev.airfoil.samplers.Guidance;
import dev.airfoil.samplers.Heun;
import dev.airfoil.samplers.SigmaSchedule;
import dev.airfoil.samplers.StepListener;
import dev.airfoil.tensor.Scope;
import dev.airfoil.text.TextFeatures;
import dev.airfoil.train.data.Split;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * What the averaged weights paint: two rows of pictures for captions of the training side, two for held-out ones;
 * always the same captions and the same noise, so that sheets of different steps can be compared.
 */
final class SampleSheet {
    private static final int COLUMNS = 8;
    private static final int ROWS_EACH = 2;
    private static final int STEPS = 25;

    private SampleSheet() {}

    /** Paints the sheet. */
    static RgbImage draw(DitAir model, TrainData data, TrainConfig config, double guidance) {
        int each = COLUMNS * ROWS_EACH;
        int[] rows = IntStream.concat(
                        IntStream.of(Validation.spread(data.set().rows(Split.TRAIN), each)),
                        IntStream.of(Validation.spread(data.set().rows(Split.HELD_OUT), each)))
                .toArray();
        var walk = new Painter.Walk(new Heun(), SigmaSchedule.uniform(STEPS), new Guidance(guidance));
        List<RgbImage> pictures = Scope.call("samples", () -> {
            TextFeatures texts = texts(data, config, rows, walk.guidance().isUsed());
            List<Long> seeds = LongStream.range(0, rows.length).boxed().toList();
            ImageSize size = ImageSize.square(data.set().imageSize());
            return RgbImage.of(new Painter(model, data.codec()).paint(texts, walk, seeds, size, StepListener.NONE));
        });
        return new ContactSheet(COLUMNS, 1)
                .draw(pictures.stream().map(p -> new ContactSheet.Cell(p, "")).toList());
    }

    /** The rows' captions; with guidance, the empty prompt for each before them. */
    private static TextFeatures texts(TrainData data, TrainConfig config, int[] rows, boolean guided) {
        int skipped = guided ? rows.length : 0;
        HostBatch host = data.hostBatch(skipped + rows.length);
        for (int i = 0; i < host.size(); i++) {
            boolean empty = i < skipped;
            int row = rows[empty ? i : i - skipped];
            host.put(i, row, empty ? data.texts().entry("") : data.canonical(row), 0);
        }
        Batch batch = host.upload(data.codec(), config.seed());
        return new TextFeatures(batch.text(), batch.mask(), batch.pooled(), Collections.nCopies(host.size(), ""));
    }
}

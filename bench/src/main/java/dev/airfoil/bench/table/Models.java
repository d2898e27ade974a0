package dev.airfoil.bench.table;

import dev.airfoil.bench.peers.Contender;
import dev.airfoil.bench.peers.Torch;
import dev.airfoil.bench.peers.TorchDit;
import dev.airfoil.dit.DitConfig;
import java.util.List;

/** Whole models at 256 x 256, batch 1: forward, and a training step (forward, backward, Adafactor). */
final class Models {
    private static final String WATCHED = "blocks.0.mlp.fc1.weight";

    /** Backward has two products for each of forward's. */
    private static final int STEP = 3;

    private Models() {}

    static List<Contest.Entry> entries() {
        return List.of(
                new Contest.Entry("dit-air/s forward 256x256", lab -> forward(lab, "air-s")),
                new Contest.Entry("dit-air/s training step 256x256", lab -> step(lab, "air-s")),
                new Contest.Entry("dit-air/b forward 256x256", lab -> forward(lab, "air-b")));
    }

    private static Contest forward(Lab lab, String preset) {
        DitModel model = DitModel.on(lab.device(), DitConfig.preset(preset));
        return new Contest(
                Unit.MILLISECONDS,
                model.operations(),
                1e-4,
                lab.ours(() -> List.of(model.velocity())),
                lab.pytorch(torch -> pytorch(lab, torch, model).forward()));
    }

    private static Contest step(Lab lab, String preset) {
        DitModel model = DitModel.on(lab.device(), DitConfig.preset(preset));
        DitModel.Training training = model.training(lab.device());
        float[] old = model.params().all().get(WATCHED).value().toFloats();
        int watched = List.copyOf(model.params().all().keySet()).indexOf(WATCHED);
        return new Contest(
                Unit.MILLISECONDS,
                STEP * model.operations(),
                1e-3,
                change(
                        lab.ours(() -> List.of(
                                training.step(),
                                model.params().all().get(WATCHED).value())),
                        old),
                lab.pytorch(torch -> change(pytorch(lab, torch, model).step(DitModel.RATE, watched), old)));
    }

    private static TorchDit pytorch(Lab lab, Torch torch, DitModel model) {
        return lab.keep(() -> new TorchDit(torch, model.config(), model.params(), model.question()));
    }

    /** The answer as the loss and how far the watched parameter has moved, in learning rates: that is what must agree. */
    private static Contender change(Contender step, float[] old) {
        return new Contender() {
            @Override
            public void run() {
                step.run();
            }

            @Override
            public float[] answer() {
                float[] answer = step.answer();
                for (int i = 0; i < old.length; i++) {
                    answer[i + 1] = (float) ((answer[i + 1] - old[i]) / DitModel.RATE);
                }
                return answer;
            }
        };
    }
}

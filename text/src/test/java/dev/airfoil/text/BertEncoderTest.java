package dev.airfoil.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.airfoil.nn.ParameterSource;
import dev.airfoil.nn.Params;
import dev.airfoil.tensor.Backend;
import dev.airfoil.tensor.Interpreter;
import dev.airfoil.tensor.Op;
import dev.airfoil.tensor.Scope;
import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.TensorException;
import dev.airfoil.tensor.io.Safetensors;
import dev.airfoil.tensor.io.SafetensorsFile;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Against the hidden states that Hugging Face's BertModel gave for random weights. */
class BertEncoderTest {
    private static final double TOLERANCE = 1e-5;

    /** What a test sees of the golden case. */
    private record Golden(SafetensorsFile file, BertConfig config, BertEncoder encoder) {
        Tensor ints(String name) {
            return Tensor.of(file.ints(name), file.entry(name).spec().shape().toArray());
        }
    }

    private interface Body {
        void run(Golden golden);
    }

    private static void withGolden(Body body) {
        try (SafetensorsFile file = Safetensors.open(golden());
                Scope weights = Scope.open("golden")) {
            BertConfig config = BertConfig.parse(file.metadata().get("config"));
            BertEncoder encoder = new BertEncoder(config, Params.load(weights, ParameterSource.of(file, "param.")));
            Scope.run("test", () -> body.run(new Golden(file, config, encoder)));
        }
    }

    private static Path golden() {
        try {
            return Path.of(BertEncoderTest.class
                    .getResource("/goldens/bert.safetensors")
                    .toURI());
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void everyHiddenStateIsHuggingFaces() {
        withGolden(g -> {
            List<Tensor> states = g.encoder().forward(g.ints("in.ids"), g.ints("in.mask"));
            assertThat(states).hasSize(g.config().layers() + 1);
            for (int i = 0; i < states.size(); i++) {
                String name = "out.hidden." + i;
                assertThat(states.get(i).shape())
                        .isEqualTo(g.file().entry(name).spec().shape());
                RelativeError.assertWithin(
                        name, TOLERANCE, states.get(i).toFloats(), g.file().floats(name));
            }
            RelativeError.assertWithin(
                    "out.main", TOLERANCE, states.getLast().toFloats(), g.file().floats("out.main"));
        });
    }

    @Test
    void thePooledVectorIsTheMeanOfTheTokensThatAreNotPadding() {
        Scope.run("test", () -> {
            Tensor tokens = Tensor.of(new float[] {1, 2, 3, 4, 90, 90, 5, 6, 90, 90, 90, 90}, 2, 3, 2);
            Tensor mask = Tensor.of(new int[] {1, 1, 0, 1, 0, 0}, 2, 3);
            Tensor pooled = BertTextEncoder.mean(tokens, mask);
            assertThat(pooled.shape().toArray()).containsExactly(2, 2);
            assertThat(pooled.toFloats()).containsExactly(2, 3, 5, 6);
        });
    }

    @Test
    void noOpPassesTheCallersInterpreterAndNoBlockIsLeft() {
        withGolden(g -> {
            Tensor ids = g.ints("in.ids");
            Tensor mask = g.ints("in.mask");
            Backend backend = ids.storage().backend();
            int before = backend.memory().blocks();
            for (int i = 0; i < 3; i++) {
                Scope.run(
                        "pass",
                        () -> new Deaf(backend).run(() -> {
                            List<Tensor> states = g.encoder().forward(ids, mask);
                            assertThat(backend.memory().blocks() - before).isEqualTo(states.size());
                        }));
            }
            assertThat(backend.memory().blocks()).isEqualTo(before);
        });
    }

    /** A tape that wants to see nothing. */
    private record Deaf(Backend backend) implements Interpreter {
        @Override
        public List<Tensor> apply(Op op, List<Tensor> inputs) {
            throw new AssertionError(op.name() + " was seen");
        }
    }

    @Test
    void moreTokensThanPositionsAreRefused() {
        withGolden(g -> {
            int n = g.config().positions() + 1;
            Tensor ids = Tensor.of(new int[n], 1, n);
            assertThatThrownBy(() -> g.encoder().forward(ids, ids))
                    .isInstanceOf(TensorException.class)
                    .hasMessageStartingWith("bert: n=33 tokens where at most 32 fit");
        });
    }

    @Test
    void aMissingWeightIsNamed() {
        try (SafetensorsFile file = Safetensors.open(golden());
                Scope weights = Scope.open("golden")) {
            BertConfig more = BertConfig.parse(
                    file.metadata().get("config").replace("\"num_hidden_layers\": 3", "\"num_hidden_layers\": 4"));
            assertThatThrownBy(() -> new BertEncoder(more, Params.load(weights, ParameterSource.of(file, "param."))))
                    .isInstanceOf(TensorException.class)
                    .hasMessageContaining("encoder.layer.3.attention.self.query.weight [48 48] is missing");
        }
    }
}

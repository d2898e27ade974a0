package dev.airfoil.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.airfoil.tensor.Interpreter;
import dev.airfoil.tensor.Scope;
import dev.airfoil.tensor.TensorException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.LongBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The real weights, against ONNX Runtime on the same file. */
class E5SmallV2Test {
    private static final double TOLERANCE = 1e-4;
    private static final int D = 384;

    @TempDir
    static Path temp;

    private static TextEncoder encoder;

    @BeforeAll
    static void open() {
        encoder = E5SmallV2.open(32, Padding.TO_LONGEST, new WeightCache(temp));
    }

    @AfterAll
    static void close() {
        encoder.close();
    }

    private static final List<String> SENTENCES = List.of(
            "a red apple, Noto style",
            "",
            "A woman mage: medium-light skin",
            "Two cats asleep on a sofa",
            "crème brûlée",
            "flag: Côte d’Ivoire",
            "grinning face with big eyes 😀",
            "keycap: 10",
            "a blue cube left of a green sphere",
            "中文 text",
            "no people, no text!",
            "the quick brown fox jumps over a dog");

    @Test
    void featuresAreThoseOfOnnxRuntime() throws IOException, OrtException {
        Path onnx = temp.resolve("e5.onnx");
        try (InputStream in = E5SmallV2Test.class.getResourceAsStream("/e5-small-v2.onnx")) {
            Files.copy(in, onnx);
        }
        TokenBatch batch = E5SmallV2.tokenizer().encode(SENTENCES, 32, Padding.TO_LONGEST);
        float[][][] theirs = run(onnx, batch);
        Scope.run("test", () -> {
            TextFeatures features = encoder.encode(SENTENCES);
            int n = batch.length();
            assertThat(features.tokens().shape().toArray()).containsExactly(12, n, D);
            assertThat(features.pooled().shape().toArray()).containsExactly(12, D);
            assertThat(features.mask().toInts()).isEqualTo(batch.mask());
            assertThat(features.cut()).containsOnly("");
            float[] tokens = features.tokens().toFloats();
            float[] pooled = features.pooled().toFloats();
            for (int b = 0; b < SENTENCES.size(); b++) {
                int length = batch.rows().get(b).length();
                RelativeError.assertWithin(
                        "tokens of " + SENTENCES.get(b),
                        TOLERANCE,
                        Arrays.copyOfRange(tokens, b * n * D, (b * n + length) * D),
                        flat(theirs[b], length));
                RelativeError.assertWithin(
                        "pooled " + SENTENCES.get(b),
                        TOLERANCE,
                        Arrays.copyOfRange(pooled, b * D, (b + 1) * D),
                        mean(theirs[b], length));
            }
        });
    }

    private static float[][][] run(Path onnx, TokenBatch batch) throws OrtException {
        long[] shape = {batch.rows().size(), batch.length()};
        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        try (OrtSession session = environment.createSession(onnx.toString());
                OnnxTensor ids = longs(environment, batch.ids(), shape);
                OnnxTensor mask = longs(environment, batch.mask(), shape);
                OnnxTensor types = longs(environment, new int[batch.ids().length], shape);
                OrtSession.Result result =
                        session.run(Map.of("input_ids", ids, "attention_mask", mask, "token_type_ids", types))) {
            return (float[][][]) result.get(0).getValue();
        }
    }

    private static OnnxTensor longs(OrtEnvironment environment, int[] values, long[] shape) throws OrtException {
        long[] longs = Arrays.stream(values).asLongStream().toArray();
        return OnnxTensor.createTensor(environment, LongBuffer.wrap(longs), shape);
    }

    private static float[] flat(float[][] rows, int n) {
        float[] flat = new float[n * D];
        for (int i = 0; i < n; i++) {
            System.arraycopy(rows[i], 0, flat, i * D, D);
        }
        return flat;
    }

    private static float[] mean(float[][] rows, int n) {
        float[] mean = new float[D];
        for (int j = 0; j < D; j++) {
            double sum = 0;
            for (int i = 0; i < n; i++) {
                sum += rows[i][j];
            }
            mean[j] = (float) (sum / n);
        }
        return mean;
    }

    @Test
    void aRowDependsOnItsOwnTextOnly() {
        Scope.run("test", () -> {
            float[] alone = encoder.encode(List.of("a red apple")).pooled().toFloats();
            float[] among = encoder.encode(List.of("a red apple", "two cats asleep on a sofa"))
                    .pooled()
                    .toFloats();
            RelativeError.assertWithin("pooled", 1e-5, Arrays.copyOf(among, D), alone);
        });
    }

    @Test
    void tellsWhatItCutAndIsAsLongAsAsked() {
        try (TextEncoder padded = E5SmallV2.open(6, Padding.TO_LIMIT, new WeightCache(temp))) {
            assertThat(padded.limit()).isEqualTo(6);
            assertThat(padded.width()).isEqualTo(D);
            Scope.run("test", () -> {
                TextFeatures features = padded.encode(List.of("a red apple, Noto style", "hi"));
                assertThat(features.cut()).containsExactly("Noto style", "");
                assertThat(features.tokens().shape().toArray()).containsExactly(2, 6, D);
                assertThat(features.mask().toInts()).containsExactly(1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0);
            });
        }
    }

    @Test
    void encodingLeavesNothingBehind() {
        int before = blocks();
        for (int i = 0; i < 3; i++) {
            Scope.run("test", () -> {
                int outside = blocks();
                assertThat(encoder.encode(List.of("")).tensors()).hasSize(3);
                assertThat(blocks() - outside).isEqualTo(3);
            });
        }
        assertThat(blocks()).isEqualTo(before);
    }

    @Test
    void closingFreesTheWeights() {
        int before = blocks();
        TextEncoder other = E5SmallV2.open(8, Padding.TO_LONGEST, new WeightCache(temp));
        assertThat(blocks() - before).isEqualTo(5 + 12 * 16);
        other.close();
        assertThat(blocks()).isEqualTo(before);
        Scope.run(
                "test",
                () -> assertThatThrownBy(() -> other.encode(List.of("a")))
                        .isInstanceOf(TensorException.class)
                        .hasMessageContaining("e5-small-v2"));
    }

    private static int blocks() {
        return Interpreter.current().backend().memory().blocks();
    }

    @Test
    void noTextAndImpossibleLimitsAreRefused() {
        assertThatThrownBy(() -> encoder.encode(List.of()))
                .isInstanceOf(TensorException.class)
                .hasMessage("the text encoder was given no text; for no prompt give the empty one");
        for (int limit : new int[] {0, 1, 513}) {
            assertThatThrownBy(() -> E5SmallV2.open(limit, Padding.TO_LONGEST, new WeightCache(temp)))
                    .isInstanceOf(TensorException.class)
                    .hasMessage("the text encoder e5-small-v2 cannot read " + limit + " tokens: choose 2 to 512");
        }
    }
}

package dev.airfoil.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.airfoil.dit.DitAir;
import dev.airfoil.dit.DitConfig;
import dev.airfoil.dit.Sharing;
import dev.airfoil.tensor.Backend;
import dev.airfoil.tensor.DType;
import dev.airfoil.tensor.Eager;
import dev.airfoil.tensor.F;
import dev.airfoil.tensor.Scope;
import dev.airfoil.tensor.Shape;
import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.TensorException;
import dev.airfoil.tensor.io.SafetensorsWriter;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class ModelFileTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @EnumSource(names = {"F32", "BF16", "F16"})
    void whatIsWrittenIsRead(DType dtype) throws IOException {
        Path path = folder.resolve("tiny.safetensors");
        Tiny.save(path, Tiny.INFO, dtype);
        assertThat(Files.size(path)).isBetween(dtype.bytes() * 11_000L, dtype.bytes() * 11_500L + 8192);
        float[] original = velocity(folder.resolve("original.safetensors"), DType.F32);
        double off = switch (dtype) {
            case F32 -> 0;
            case F16 -> 5e-3;
            default -> 5e-2;
        };
        assertThat(velocity(path, dtype)).containsExactly(original, within((float) off));
        try (ModelFile file = ModelFile.open(path)) {
            assertThat(file.info()).isEqualTo(Tiny.INFO);
        }
    }

    private static float[] velocity(Path path, DType dtype) {
        Tiny.save(path, Tiny.INFO, dtype);
        return withModel(path, model -> {
            Tensor x = F.normal(1, 0, 1, 3, 4, 4);
            Tensor text = F.normal(2, 0, 1, 2, Tiny.WIDTH);
            Tensor pooled = F.normal(3, 0, 1, Tiny.WIDTH);
            return model.forward(x, text, pooled, F.fill(Shape.of(1), 0.5), Optional.empty())
                    .toFloats();
        });
    }

    @Test
    void aMissingParameterIsNamed() {
        Path path = folder.resolve("missing.safetensors");
        write(path, Tiny.INFO, all -> all.remove("final_proj.bias"));
        assertThatThrownBy(() -> withModel(path, DitAir::config))
                .isInstanceOf(TensorException.class)
                .hasMessageContaining("missing.safetensors")
                .hasMessageContaining("parameter final_proj.bias [12] is missing");
    }

    @Test
    void parametersOfAnotherConfigurationAreRefused() {
        Path wide = folder.resolve("wide.safetensors");
        write(wide, info(new DitConfig(Sharing.FULL, 2, 32, 2, 3, 2, 8, 8)), all -> {});
        assertThatThrownBy(() -> withModel(wide, DitAir::config))
                .hasMessageContaining("parameter patch_embed.weight is [16 12] where this configuration wants [32 12]");
        Path more = folder.resolve("more.safetensors");
        write(more, Tiny.INFO, all -> all.put("blocks.7.extra", Tensor.of(new float[] {1}, 1)));
        assertThatThrownBy(() -> withModel(more, DitAir::config)).hasMessageContaining("blocks.7.extra");
    }

    @Test
    void aParameterOfAnotherTypeIsNamed() {
        Path path = folder.resolve("ints.safetensors");
        try (Backend backend = Tiny.backend();
                Scope weights = Scope.open("tiny")) {
            new Eager(backend)
                    .run(() -> weights.run(() -> {
                        SafetensorsWriter writer = new SafetensorsWriter().metadata("airfoil", Tiny.INFO.toJson());
                        Tiny.parameters(weights).forEach((name, value) -> {
                            Tensor stored = name.equals("text_embed.bias") ? F.cast(value, DType.I32) : value;
                            byte[] bytes = new byte[(int) stored.spec().bytes()];
                            stored.download(MemorySegment.ofArray(bytes));
                            writer.tensor(name, stored.spec(), () -> MemorySegment.ofArray(bytes));
                        });
                        writer.write(path);
                    }));
        }
        assertThatThrownBy(() -> withModel(path, DitAir::config))
                .hasMessageContaining("parameter text_embed.bias is I32[16] where a float type is wanted");
    }

    @Test
    void aFileThatIsNoModelIsRefused() throws IOException {
        Path other = folder.resolve("other.safetensors");
        new SafetensorsWriter().metadata("format", "pt").write(other);
        assertThatThrownBy(() -> ModelFile.open(other))
                .hasMessageContaining("other.safetensors holds no Airfoil model");
        Path newer = folder.resolve("newer.safetensors");
        new SafetensorsWriter().metadata("airfoil", "{\"format\": 99}").write(newer);
        assertThatThrownBy(() -> ModelFile.open(newer)).hasMessageContaining("its format is 99");
        Path damaged = folder.resolve("damaged.safetensors");
        new SafetensorsWriter().metadata("airfoil", "{\"format\":").write(damaged);
        assertThatThrownBy(() -> ModelFile.open(damaged)).hasMessageContaining("its description cannot be read");
        Path partial = folder.resolve("partial.safetensors");
        new SafetensorsWriter().metadata("airfoil", "{\"format\": 1}").write(partial);
        assertThatThrownBy(() -> ModelFile.open(partial)).hasMessageContaining("its description lacks 'name'");
        Path cut = folder.resolve("cut.safetensors");
        Tiny.save(cut, Tiny.INFO, DType.F32);
        byte[] bytes = Files.readAllBytes(cut);
        Files.write(cut, Arrays.copyOf(bytes, bytes.length / 2));
        assertThatThrownBy(() -> ModelFile.open(cut))
                .isInstanceOf(TensorException.class)
                .hasMessageContaining("cut.safetensors");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
                    "format":1             | "format":"one"      | format = "one" where a whole number is wanted
                    "name":"tiny"          | "name":7            | name = 7 where text is wanted
                    "text_tokens":5        | "text_tokens":null  | lacks 'text_tokens'
                    "text_tokens":5        | "text_tokens":5.5   | text_tokens = 5.5 where a whole number is wanted
                    "image_size":8         | "image_size":1e30   | image_size = 1.0E30 where a whole number is wanted
                    "guidance":3.5         | "guidance":"much"   | guidance = "much" where a number is wanted
                    "dit":{"variant"       | "dit":3,"x":{"y"    | dit = 3 where an object is wanted
                    "layers":2,            |                     | dit config: layers is missing
                    "layers":2             | "layers":"two"      | dit config: layers is 'two' where a whole number
                    """)
    void aFieldThatIsAbsentOrOfAnotherTypeIsNamed(String good, String bad, String message) {
        String json = Tiny.INFO.toJson();
        assertThat(json).contains(good);
        assertThatThrownBy(() -> ModelInfo.parse(json.replace(good, bad == null ? "" : bad)))
                .isInstanceOf(TensorException.class)
                .hasMessageContaining(message);
    }

    private static ModelInfo info(DitConfig config) {
        ModelInfo i = Tiny.INFO;
        return new ModelInfo(
                i.name(),
                config,
                i.textEncoder(),
                i.textTokens(),
                i.codec(),
                i.imageSize(),
                i.guidance(),
                i.training());
    }

    private static void write(Path path, ModelInfo info, Consumer<Map<String, Tensor>> change) {
        try (Backend backend = Tiny.backend();
                Scope weights = Scope.open("tiny")) {
            new Eager(backend)
                    .run(() -> weights.run(() -> {
                        Map<String, Tensor> all = new LinkedHashMap<>(Tiny.parameters(weights));
                        change.accept(all);
                        ModelFile.write(path, info, all, DType.F32);
                    }));
        }
    }

    private static <T> T withModel(Path path, Function<DitAir, T> body) {
        try (Backend backend = Tiny.backend();
                Scope weights = Scope.open("model");
                ModelFile file = ModelFile.open(path)) {
            return new Eager(backend).call(() -> {
                DitAir model = file.load(weights);
                return Scope.call("test", () -> body.apply(model));
            });
        }
    }
}

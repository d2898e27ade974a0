package dev.airfoil.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.airfoil.tensor.Backend;
import dev.airfoil.tensor.Eager;
import dev.airfoil.tensor.Scope;
import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.TensorException;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RgbImageTest {
    @Test
    void channelsBecomePixelsAndWhatLiesOutsideIsClipped() {
        try (Backend backend = Tiny.backend()) {
            List<RgbImage> images = new Eager(backend)
                    .call(() -> Scope.call(
                            "test",
                            () -> RgbImage.of(Tensor.of(
                                    new float[] {-1, 1, 0, -9, 9, 0.5f, -0.5f, Float.NaN, 0, 0, 0, 0}, 2, 3, 1, 2))));
            assertThat(images).hasSize(2);
            assertThat(images.get(0).pixel(0, 0)).isEqualTo(0x0080ff);
            assertThat(images.get(0).pixel(1, 0)).isEqualTo(0xff00bf);
            assertThat(images.get(1).pixel(0, 0)).isEqualTo(0x408080);
            assertThat(images.get(1).pixel(1, 0)).isEqualTo(0x008080);
        }
    }

    @Test
    void aPngHoldsThePixels(@TempDir Path folder) throws IOException {
        RgbImage image = RgbImage.of(2, 1, new byte[] {1, 2, 3, (byte) 255, 0, (byte) 128});
        Path png = folder.resolve("a.png");
        image.writePng(png, Map.of());
        BufferedImage read = ImageIO.read(png.toFile());
        assertThat(read.getRGB(0, 0)).isEqualTo(0xff010203);
        assertThat(read.getRGB(1, 0)).isEqualTo(0xffff0080);
        assertThat(image.toBufferedImage().getRGB(1, 0)).isEqualTo(0xffff0080);
        assertThat(Png.texts(png)).isEmpty();
    }

    @Test
    void aFileThatCannotBeWrittenOrReadIsSaid(@TempDir Path folder) throws IOException {
        RgbImage image = RgbImage.of(1, 1, new byte[3]);
        assertThatThrownBy(() -> image.writePng(folder.resolve("no/such/a.png"), Map.of()))
                .isInstanceOf(TensorException.class)
                .hasMessageContaining("there is no folder");
        Path text = Files.writeString(folder.resolve("text.png"), "no picture");
        assertThatThrownBy(() -> Png.texts(text)).hasMessageContaining("cannot be read as a PNG");
    }

    @Test
    void aDamagedPngIsSaid(@TempDir Path folder) throws IOException {
        Path png = folder.resolve("a.png");
        RgbImage.of(1, 1, new byte[3]).writePng(png, Map.of("seed", "7"));
        byte[] whole = Files.readAllBytes(png);
        for (int bit = 0; bit < 8 * whole.length; bit++) {
            byte[] damaged = whole.clone();
            damaged[bit / 8] ^= (byte) (1 << bit % 8);
            Files.write(png, damaged);
            assertThat(Optional.ofNullable(catchThrowable(() -> Png.texts(png))).stream())
                    .as("bit %d", bit)
                    .allSatisfy(e -> assertThat(e).isInstanceOf(TensorException.class));
        }
    }

    @Test
    void whatStandsBehindAPngIsPassedOver(@TempDir Path folder) throws IOException {
        Path png = folder.resolve("a.png");
        RgbImage.of(1, 1, new byte[3]).writePng(png, Map.of("seed", "7"));
        byte[] whole = Files.readAllBytes(png);
        Files.write(png, new byte[] {1, 2, 3}, StandardOpenOption.APPEND);
        assertThat(Png.texts(png)).containsEntry("seed", "7");
        assertThat(ImageIO.read(png.toFile())).isNotNull();
        for (int length = 0; length < whole.length; length++) {
            Files.write(png, Arrays.copyOf(whole, length));
            assertThatThrownBy(() -> Png.texts(png)).hasMessageContaining("it ends before its last chunk does");
        }
    }

    @Test
    void whatLiesOutsideIsNoPixel() {
        assertThatThrownBy(() -> RgbImage.of(2, 2, new byte[12]).pixel(2, 0))
                .isInstanceOf(TensorException.class)
                .hasMessage("there is no pixel 2, 0 in a picture of 2x2");
    }

    @Test
    void bytesThatDoNotFitAreRefused() {
        assertThatThrownBy(() -> RgbImage.of(2, 2, new byte[11]))
                .hasMessage("a picture of 2x2 cannot be made of 11 bytes");
    }
}

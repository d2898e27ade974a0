package dev.airfoil.train.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.airfoil.tensor.TensorException;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CancellationException;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FolderSourceTest {
    @TempDir
    private Path folder;

    private Path images;
    private Path out;

    @BeforeEach
    void folders() throws IOException {
        images = Files.createDirectories(folder.resolve("images"));
        out = folder.resolve("set");
    }

    private void picture(String name, int width, int height, Color... stripes) throws IOException {
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_ARGB);
        Graphics2D graphics = image.createGraphics();
        for (int i = 0; i < stripes.length; i++) {
            graphics.setColor(stripes[i]);
            graphics.fillRect(i * width / stripes.length, 0, width / stripes.length, height);
        }
        graphics.dispose();
        Path file = images.resolve(name);
        Files.createDirectories(file.getParent());
        ImageIO.write(image, "png", file.toFile());
    }

    private void caption(String name, String text) throws IOException {
        Files.writeString(images.resolve(name), text);
    }

    @Test
    void oneBrokenPictureAndOneWithoutCaptionAreSkippedByName() throws IOException {
        picture("a.png", 10, 10, Color.RED);
        caption("a.txt", "a red square\n\n  something red \n");
        picture("cats/b.PNG", 7, 7, Color.BLUE);
        caption("cats/b.txt", "a blue square");
        picture("silent.png", 8, 8, Color.GREEN);
        Files.writeString(images.resolve("broken.jpg"), "not a picture");
        caption("broken.txt", "nothing");
        byte[] whole = Files.readAllBytes(images.resolve("a.png"));
        Files.write(images.resolve("cut.png"), Arrays.copyOf(whole, 40));
        caption("cut.txt", "half a picture");
        picture("latin.png", 8, 8, Color.GREEN);
        Files.write(images.resolve("latin.txt"), new byte[] {'g', 'r', (byte) 0xfc, 'n'});
        List<Long> heard = new ArrayList<>();

        BuildReport report = FolderSource.build(images, out, 4, (done, total, _) -> heard.add(done * 100 + total));

        assertThat(report.pairs()).isEqualTo(2);
        assertThat(Files.readAllLines(out.resolve("pairs.jsonl")).getFirst())
                .isEqualTo("{\"id\":\"a.png\",\"concept\":\"a.png\",\"group\":\"images\",\"style\":\"\","
                        + "\"licence\":\"NOASSERTION\",\"split\":\"" + Split.of("a.png") + "\","
                        + "\"captions\":[\"a red square\",\"something red\"]}");
        assertThat(report.skipped()).hasSize(4);
        assertThat(report.skipped())
                .anyMatch(s -> s.equals("silent.png: no caption: silent.txt is missing"))
                .anyMatch(s -> s.startsWith("latin.png: no caption: ") && s.endsWith("latin.txt is not UTF-8 text"))
                .anyMatch(s -> s.equals("broken.jpg: is in no format that Java reads"))
                .anyMatch(s -> s.startsWith("cut.png: does not decode"));
        assertThat(heard).startsWith(4L).endsWith(404L);
        ImageTextSet set = ImageTextSet.open(out);
        assertThat(set.size()).isEqualTo(2);
        assertThat(set.imageSize()).isEqualTo(4);
        assertThat(set.pair(0).captions()).containsExactly("a red square", "something red");
        assertThat(set.pair(0).group()).isEqualTo("images");
        assertThat(set.pair(1).id()).isEqualTo("cats/b.PNG");
        assertThat(set.pair(1).group()).isEqualTo("cats");
        assertThat(set.pair(1).licence()).isEqualTo(Licence.UNSTATED);
        assertThat(set.image(0)).hasSize(48).startsWith(-1, 0, 0, -1, 0, 0);
        byte[] batch = new byte[100];
        set.image(1, batch, 50);
        assertThat(batch).startsWith(0, 0, 0);
        assertThat(Arrays.copyOfRange(batch, 50, 56)).containsExactly(0, 0, -1, 0, 0, -1);
    }

    @Test
    void theMiddleIsKeptAreasAreAveragedAndTransparentIsWhite() throws IOException {
        // 12 wide and 4 high: the middle third is black and half transparent white, averaged to grey.
        Color clear = new Color(0, 0, 0, 0);
        picture("wide.png", 12, 4, Color.RED, Color.RED, Color.BLACK, clear, Color.BLUE, Color.BLUE);
        caption("wide.txt", "stripes");

        FolderSource.build(images, out, 1, Progress.NONE);

        assertThat(ImageTextSet.open(out).image(0)).containsOnly(128);
    }

    @Test
    void jsonLinesNameFilesAndCaptions() throws IOException {
        picture("x/one.png", 4, 4, Color.RED);
        picture("two.png", 4, 4, Color.BLUE);
        picture("three.png", 4, 4, Color.BLUE);
        caption("metadata.jsonl", """
                \uFEFF{"file": "x/one.png", "caption": "first", "group": "shapes", "concept": "one"}

                {"file_name": "two.png", "text": "second", "captions": ["another", "second", ""]}
                {"image": "three.png"}
                {"file": "absent.png", "caption": "nothing there"}
                {"caption": "no file"}
                """);

        BuildReport report = FolderSource.build(images, out, 4, Progress.NONE);

        ImageTextSet set = ImageTextSet.open(out);
        assertThat(set.pair(0).concept()).isEqualTo("one");
        assertThat(set.pair(0).group()).isEqualTo("shapes");
        assertThat(set.pair(1).captions()).containsExactly("second", "another");
        assertThat(report.skipped())
                .containsExactly(
                        "three.png: no caption in line 4",
                        "metadata.jsonl line 6: no field \"file\"",
                        "absent.png: there is no such file");
    }

    @Test
    void whatCannotBeUsedAtAllIsASentence() throws IOException {
        assertThatThrownBy(() -> FolderSource.build(folder.resolve("nowhere"), out, 4, Progress.NONE))
                .isInstanceOf(TensorException.class)
                .hasMessageContaining("there is no ");
        assertThatThrownBy(() -> FolderSource.build(images, out, 4, Progress.NONE))
                .isInstanceOf(TensorException.class)
                .hasMessageContaining("could be used");
        caption("bad.jsonl", "{\"file\": ");
        assertThatThrownBy(() -> FolderSource.build(images, out, 4, Progress.NONE))
                .isInstanceOf(TensorException.class)
                .hasMessageContaining("line 1 of ");
        Files.write(images.resolve("bad.jsonl"), new byte[] {(byte) 0xff});
        assertThatThrownBy(() -> FolderSource.build(images, out, 4, Progress.NONE))
                .isInstanceOf(TensorException.class)
                .hasMessageContaining("bad.jsonl is not UTF-8 text");
        caption("second.jsonl", "");
        assertThatThrownBy(() -> FolderSource.build(images, out, 4, Progress.NONE))
                .isInstanceOf(TensorException.class)
                .hasMessageContaining("2 .jsonl files");
        assertThat(folder.toFile().list()).containsExactly("images");
    }

    @Test
    void whatAKilledBuildOfAnotherSetLeftIsSwept() throws IOException {
        picture("a.png", 4, 4, Color.RED);
        caption("a.txt", "red");
        Path killed = partial(".killed.partial", ImageTextSet.PIXELS, 2);
        Path atWork = partial(".at-work.partial", ImageTextSet.PIXELS, 0);
        Path strange = partial(".strange.partial", "pixels", 2);
        Path seen = partial("seen.partial", ImageTextSet.PIXELS, 2);
        FolderSource.build(images, out, 4, Progress.NONE);
        assertThat(killed).doesNotExist();
        assertThat(List.of(atWork, strange, seen)).allMatch(Files::exists);
    }

    @Test
    void twoBuildsOfOneSetDoNotMeet() throws IOException {
        picture("a.png", 4, 4, Color.RED);
        caption("a.txt", "red");
        FolderSource.build(
                images,
                out,
                4,
                (_, _, _) -> assertThatThrownBy(() -> FolderSource.build(images, out, 4, Progress.NONE))
                        .isInstanceOf(TensorException.class)
                        .hasMessageContaining("is being made by another build"));
        assertThat(ImageTextSet.open(out).size()).isEqualTo(1);
        assertThat(folder.toFile().list())
                .containsExactlyInAnyOrder("images", out.getFileName().toString());
    }

    /** As Ctrl-C does. */
    @Test
    void aBuildThatIsStoppedLeavesNothing() throws IOException {
        picture("a.png", 4, 4, Color.RED);
        caption("a.txt", "red");
        assertThatThrownBy(() -> FolderSource.build(images, out, 4, (_, _, _) -> {
                    throw new CancellationException("stopped");
                }))
                .isInstanceOf(CancellationException.class);
        assertThat(folder.toFile().list()).containsExactly("images");
    }

    private Path partial(String name, String pixels, int days) throws IOException {
        Path partial = Files.createDirectory(folder.resolve(name));
        Path file = Files.createFile(partial.resolve(pixels));
        Files.setLastModifiedTime(file, FileTime.from(Instant.now().minus(days, ChronoUnit.DAYS)));
        return partial;
    }

    @Test
    void onlyASetIsReplaced() throws IOException {
        picture("a.png", 4, 4, Color.RED);
        caption("a.txt", "red");
        FolderSource.build(images, out, 4, Progress.NONE);
        Files.createFile(out.resolve("text-encoder-24.safetensors"));
        Path backup = Files.createDirectory(out.resolveSibling(out.getFileName() + ".old"));
        FolderSource.build(images, out, 8, Progress.NONE);
        assertThat(ImageTextSet.open(out).imageSize()).isEqualTo(8);
        assertThat(out.toFile().list()).containsExactlyInAnyOrder("info.json", "pairs.jsonl", "pixels.u8");
        assertThat(backup).exists();

        Path run = Files.createDirectory(out.resolve("run"));
        assertThatThrownBy(() -> FolderSource.build(images, out, 4, Progress.NONE))
                .isInstanceOf(TensorException.class)
                .hasMessageContaining("besides the image set it holds run; move that away");
        assertThat(run).exists();
        assertThatThrownBy(() -> FolderSource.build(images, images, 8, Progress.NONE))
                .isInstanceOf(TensorException.class)
                .hasMessageContaining("exists and is not an image set");
        assertThat(images.resolve("a.png")).exists();
    }

    @Test
    void aDamagedSetSaysSo() throws IOException {
        assertThatThrownBy(() -> ImageTextSet.open(images)).hasMessageContaining("holds no image set");
        picture("a.png", 4, 4, Color.RED);
        caption("a.txt", "red");
        FolderSource.build(images, out, 4, Progress.NONE);

        Files.write(out.resolve("pixels.u8"), new byte[47]);
        assertThatThrownBy(() -> ImageTextSet.open(out))
                .isInstanceOf(TensorException.class)
                .hasMessageContaining("47 bytes of pixels instead of 48");
        String pairs = Files.readString(out.resolve("pairs.jsonl"));
        Files.writeString(out.resolve("pairs.jsonl"), "{\"id\": \"a\"}\n");
        assertThatThrownBy(() -> ImageTextSet.open(out))
                .isInstanceOf(TensorException.class)
                .hasMessageContaining("damaged line 1");
        Files.writeString(out.resolve("pairs.jsonl"), "{\"id\": \"a");
        assertThatThrownBy(() -> ImageTextSet.open(out))
                .isInstanceOf(TensorException.class)
                .hasMessageContaining("damaged line 1 (")
                .hasMessageNotContaining("\n");
        Files.writeString(out.resolve("pairs.jsonl"), pairs.replaceFirst("\"split\" *: *\"\\w+\"", "\"split\":null"));
        assertThatThrownBy(() -> ImageTextSet.open(out))
                .isInstanceOf(TensorException.class)
                .hasMessageContaining("a pair: split is null");
        Files.writeString(out.resolve("info.json"), "{\"format\"");
        assertThatThrownBy(() -> ImageTextSet.open(out))
                .isInstanceOf(TensorException.class)
                .hasMessageNotContaining("\n");
        Files.writeString(out.resolve("info.json"), "{\"format\": \"airfoil-image-text\", \"version\": 2}");
        assertThatThrownBy(() -> ImageTextSet.open(out))
                .isInstanceOf(TensorException.class)
                .hasMessageContaining("version 2");
    }
}

package dev.airfoil.bench.peers;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * A TorchScript archive with one function, written by hand: what {@code torch.jit.save} writes for a module without
 * parameters is a zip file of the function's text and three small pickles.
 */
final class TorchArchive {
    /** Pickle, protocol 2: an object of class {@code __torch__.M} whose dictionary says {@code training: False}. */
    private static final byte[] MODULE = latin1("\u0080\2c__torch__\nM\n)\u0081}X\b\0\0\0training\u0089sb.");

    /** Pickle, protocol 2: the empty tuple. */
    private static final byte[] NO_CONSTANTS = latin1("\u0080\2).");

    private TorchArchive() {}

    /**
     * The archive of {@code def forward(parameters) -> List[Tensor]}.
     *
     * @param parameters with their types, such as {@code x: Tensor}
     * @param lines the body; the last one returns a list of tensors
     */
    static byte[] of(List<String> parameters, List<String> lines) {
        String code = """
                class M(Module):
                  __parameters__ = []
                  __buffers__ = []
                  training : bool
                  def forward(self: __torch__.M,
                    %s) -> List[Tensor]:
                """.formatted(String.join(",\n    ", parameters))
                + String.join("\n", lines).indent(4);
        ByteArrayOutputStream archive = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(archive)) {
            store(zip, "m/data.pkl", MODULE);
            store(zip, "m/code/__torch__.py", latin1(code));
            store(zip, "m/constants.pkl", NO_CONSTANTS);
            store(zip, "m/version", latin1("10\n"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return archive.toByteArray();
    }

    private static byte[] latin1(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    /** PyTorch reads only entries that are not compressed. */
    private static void store(ZipOutputStream zip, String name, byte[] bytes) throws IOException {
        CRC32 sum = new CRC32();
        sum.update(bytes);
        ZipEntry entry = new ZipEntry(name);
        entry.setMethod(ZipEntry.STORED);
        entry.setSize(bytes.length);
        entry.setCrc(sum.getValue());
        zip.putNextEntry(entry);
        zip.write(bytes);
        zip.closeEntry();
    }
}

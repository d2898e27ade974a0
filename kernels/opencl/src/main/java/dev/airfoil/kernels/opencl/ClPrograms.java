package dev.airfoil.kernels.opencl;

import static org.jocl.CL.*;

import dev.airfoil.tensor.TensorException;
import dev.airfoil.tensor.io.UserCache;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jocl.CL;
import org.jocl.CLException;
import org.jocl.Pointer;
import org.jocl.Sizeof;
import org.jocl.cl_context;
import org.jocl.cl_device_id;
import org.jocl.cl_kernel;
import org.jocl.cl_program;

/**
 * Kernels by file, name and options. A program is built once a process and kept on disk, in {@code opencl} of the {@link
 * UserCache}, keyed by device, driver, source and options; a cache that cannot be read or written only costs time.
 */
final class ClPrograms implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(ClPrograms.class.getName());

    /** The option that asks for Hopper's instructions in a file that has a way with and one without. */
    static final String HOPPER = " -DHOPPER";

    /** From this version on tensormap.replace takes strides in bytes. */
    private static final double LEAST_PTX = 8.5;

    private static final long LARGEST_CACHE = 512L << 20;

    private static final Pattern PTX_VERSION = Pattern.compile("(?m)^\\.version (\\d+\\.\\d+)");

    private final cl_context context;
    private final ClDevice device;
    private final ProgramFiles files = new ProgramFiles(UserCache.folder().resolve("opencl"), LARGEST_CACHE);
    private final Map<Key, cl_kernel> kernels = new HashMap<>();
    private final Map<Key, cl_program> programs = new HashMap<>();

    private record Key(String file, String kernel, String options) {}

    ClPrograms(cl_context context, ClDevice device) {
        this.context = context;
        this.device = device;
    }

    /** Kernel {@code kernel} of {@code file.cl} built with {@code options}. */
    cl_kernel kernel(String file, String kernel, String options) {
        return kernels.computeIfAbsent(new Key(file, kernel, options), k -> {
            cl_program program = programs.computeIfAbsent(new Key(file, "", options), p -> build(p.file, p.options));
            try {
                return clCreateKernel(program, k.kernel, null);
            } catch (CLException e) {
                throw new TensorException(k.file + ".cl has no usable kernel '" + k.kernel + "': " + e.getMessage(), e);
            }
        });
    }

    private cl_program build(String file, String given) {
        String options = target() + (given.isEmpty() ? "" : " " + given);
        boolean hopper = file.endsWith("_wgmma") || given.contains(HOPPER);
        String source = parts(file, hopper)
                .map(part -> "\n#line 1\n" + read(part + ".cl"))
                .collect(Collectors.joining());
        String name = file + "-" + hash(device.name(), device.driver(), options, source) + ".program";
        return files.read(name).flatMap(binary -> cached(name, binary, options)).orElseGet(() -> {
            cl_program program = clCreateProgramWithSource(context, 1, new String[] {source}, null, null);
            build(program, file, options);
            if (hopper) {
                program = aimAtHopper(program, file, options);
            }
            store(name, program);
            return program;
        });
    }

    /** The files that a program is made of, one after the other. */
    private static Stream<String> parts(String file, boolean hopper) {
        if (file.equals("gemm_patches")) {
            return Stream.of("common", "patches", "gemm");
        }
        return hopper
                ? Stream.of("common", "mma", "wgmma", file)
                : file.endsWith("_mma") ? Stream.of("common", "mma", file) : Stream.of("common", file);
    }

    /** Builds, or lets go of the program and says why it could not be built. */
    private void build(cl_program program, String file, String options) {
        try {
            clBuildProgram(program, 1, devices(), options, null, null);
        } catch (CLException e) {
            String log = log(program);
            clReleaseProgram(program);
            throw new TensorException(
                    file + ".cl does not build on " + device.name() + " with '" + options + "' ("
                            + stringFor_errorCode(e.getStatus()) + "):\n" + log
                            + (device.isPocl() && !log.contains("error:") ? "; " + ClDevice.POCL_CACHE : ""),
                    e);
        }
    }

    /**
     * The compiler of OpenCL C aims at sm_90. What only sm_90a has is a comment in the source, which the compiler passes
     * on to the PTX with its operands filled in; here it becomes an instruction.
     */
    private cl_program aimAtHopper(cl_program plain, String file, String options) {
        String ptx = new String(binary(plain), StandardCharsets.ISO_8859_1);
        clReleaseProgram(plain);
        if (ptx.indexOf('\0') >= 0) {
            ptx = ptx.substring(0, ptx.indexOf('\0'));
        }
        Matcher version = PTX_VERSION.matcher(ptx);
        if (!version.find() || Double.parseDouble(version.group(1)) < LEAST_PTX) {
            throw new TensorException(file + ".cl needs PTX " + LEAST_PTX + " or later, which " + device.name()
                    + " does not speak with " + device.driver() + "; install driver 555 or later");
        }
        ptx = ptx.replace("//@ ", "").replace(".target sm_90,", ".target sm_90a,");
        cl_program aimed = load((ptx + "\0").getBytes(StandardCharsets.ISO_8859_1));
        build(aimed, file, options);
        return aimed;
    }

    /** A CPU has the cpu backend for speed; here it serves to test kernels, and builds five times sooner unoptimised. */
    private String target() {
        return "-cl-std=CL1.2"
                + (device.isNvidia() ? " -DNVIDIA" : "")
                + (device.hasTensorCores() ? " -DAMPERE" : "")
                + (device.kind() == ClDevice.Kind.CPU ? " -cl-opt-disable" : "");
    }

    /** A program from the cache, unless the driver does not like it any more. */
    private Optional<cl_program> cached(String name, byte[] binary, String options) {
        try {
            cl_program program = load(binary);
            build(program, name, options);
            return Optional.of(program);
        } catch (CLException | TensorException e) {
            LOG.log(System.Logger.Level.DEBUG, "cached program {0} is not usable: {1}", name, e.getMessage());
            return Optional.empty();
        }
    }

    private void store(String name, cl_program program) {
        try {
            files.write(name, binary(program));
        } catch (CLException e) {
            LOG.log(System.Logger.Level.DEBUG, "program {0} cannot be kept: {1}", name, e.getMessage());
        }
    }

    private cl_program load(byte[] binary) {
        return clCreateProgramWithBinary(
                context, 1, devices(), new long[] {binary.length}, new byte[][] {binary}, null, null);
    }

    private static byte[] binary(cl_program program) {
        long[] size = new long[1];
        clGetProgramInfo(program, CL_PROGRAM_BINARY_SIZES, Sizeof.size_t, Pointer.to(size), null);
        byte[] bytes = new byte[Math.toIntExact(size[0])];
        clGetProgramInfo(program, CL_PROGRAM_BINARIES, Sizeof.POINTER, Pointer.to(Pointer.to(bytes)), null);
        return bytes;
    }

    private cl_device_id[] devices() {
        return new cl_device_id[] {device.id()};
    }

    private String log(cl_program program) {
        long[] size = new long[1];
        clGetProgramBuildInfo(program, device.id(), CL_PROGRAM_BUILD_LOG, 0, null, size);
        byte[] bytes = new byte[Math.toIntExact(size[0])];
        clGetProgramBuildInfo(program, device.id(), CL_PROGRAM_BUILD_LOG, bytes.length, Pointer.to(bytes), null);
        return new String(bytes, StandardCharsets.UTF_8).replace("\0", "").strip();
    }

    private static String read(String name) {
        try (InputStream in = ClPrograms.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new TensorException("the kernel source " + name + " is missing from the opencl module");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("kernel source " + name + " cannot be read", e);
        }
    }

    private static String hash(String... parts) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (String part : parts) {
                digest.update(part.getBytes(StandardCharsets.UTF_8));
                digest.update((byte) 0);
            }
            return HexFormat.of().formatHex(digest.digest(), 0, 12);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    @Override
    public void close() {
        kernels.values().forEach(CL::clReleaseKernel);
        programs.values().forEach(CL::clReleaseProgram);
        kernels.clear();
        programs.clear();
    }
}

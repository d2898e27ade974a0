package dev.airfoil.kernels.opencl;

import static org.jocl.CL.*;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.jocl.CL;
import org.jocl.CLException;
import org.jocl.Pointer;
import org.jocl.Sizeof;
import org.jocl.cl_device_id;
import org.jocl.cl_platform_id;

/**
 * An OpenCL device and what kernels need to know of it.
 *
 * @param vendor whose driver it is: another's may drive the same device
 * @param driver platform and driver version: part of the key of cached programs
 * @param units compute units (streaming multiprocessors)
 * @param memory bytes of device memory
 * @param largestBuffer bytes that one buffer may take
 * @param localMemory bytes of memory that a work-group shares, as reported
 */
record ClDevice(
        cl_platform_id platform,
        cl_device_id id,
        String vendor,
        String name,
        String driver,
        Kind kind,
        int units,
        long memory,
        long largestBuffer,
        long localMemory) {
    /** From cl_nv_device_attribute_query. */
    private static final int COMPUTE_CAPABILITY_MAJOR_NV = 0x4000;

    /** What PoCL needs, and does not say where it lacks it: it offers no device then, or builds no program. */
    static final String POCL_CACHE = "set POCL_CACHE_DIR to a folder with room that it can write into";

    /** What sort of device it is; the order is the order of preference. */
    enum Kind {
        GPU,
        ACCELERATOR,
        CPU
    }

    /** NVIDIA's own OpenCL: it compiles inline PTX, and 32 neighbouring work-items run in step. */
    boolean isNvidia() {
        return vendor.toUpperCase(Locale.ROOT).contains("NVIDIA");
    }

    /** The OpenCL of any processor. */
    boolean isPocl() {
        return vendor.toLowerCase(Locale.ROOT).contains("pocl");
    }

    /** NVIDIA from compute capability 8.0 on: warps multiply BF16 matrices. */
    boolean hasTensorCores() {
        return isNvidia() && number(id, COMPUTE_CAPABILITY_MAJOR_NV) >= 8;
    }

    /**
     * NVIDIA's compute capability 9.0: teams of four warps multiply matrices in local memory, asynchronously, which later
     * ones have no more; and work-groups wait for each other ({@link HeldGroups}), which was tried on no other.
     */
    boolean isHopper() {
        return isNvidia() && number(id, COMPUTE_CAPABILITY_MAJOR_NV) == 9;
    }

    /**
     * NVIDIA reports 48 KiB but from compute capability 8.0 on grants statically declared arrays of 99 KiB or more, on an
     * H100 of 227, where two work-groups should fit.
     */
    long usableLocalMemory() {
        return hasTensorCores() ? 96 << 10 : localMemory;
    }

    /** All devices, GPUs first. Throws {@link LinkageError} or {@link CLException} where there is no OpenCL. */
    static List<ClDevice> all() {
        CL.setExceptionsEnabled(true);
        int[] count = new int[1];
        clGetPlatformIDs(0, null, count);
        cl_platform_id[] platforms = new cl_platform_id[count[0]];
        clGetPlatformIDs(platforms.length, platforms, null);
        List<ClDevice> devices = new ArrayList<>();
        for (cl_platform_id p : platforms) {
            devices.addAll(of(p));
        }
        devices.sort(Comparator.comparing(ClDevice::kind));
        return devices;
    }

    private static List<ClDevice> of(cl_platform_id platform) {
        int[] count = new int[1];
        try {
            clGetDeviceIDs(platform, CL_DEVICE_TYPE_ALL, 0, null, count);
        } catch (CLException e) {
            if (e.getStatus() == CL_DEVICE_NOT_FOUND) {
                return List.of(); // a platform without devices is no error
            }
            throw e;
        }
        cl_device_id[] ids = new cl_device_id[count[0]];
        clGetDeviceIDs(platform, CL_DEVICE_TYPE_ALL, ids.length, ids, null);
        String vendor = text((length, to, size) -> clGetPlatformInfo(platform, CL_PLATFORM_VENDOR, length, to, size));
        List<ClDevice> devices = new ArrayList<>();
        for (cl_device_id id : ids) {
            long type = number(id, CL_DEVICE_TYPE);
            Kind kind = (type & CL_DEVICE_TYPE_GPU) != 0
                    ? Kind.GPU
                    : (type & CL_DEVICE_TYPE_CPU) != 0 ? Kind.CPU : Kind.ACCELERATOR;
            devices.add(new ClDevice(
                    platform,
                    id,
                    vendor,
                    text(id, CL_DEVICE_NAME),
                    text(id, CL_DEVICE_VERSION) + ", driver " + text(id, CL_DRIVER_VERSION),
                    kind,
                    (int) number(id, CL_DEVICE_MAX_COMPUTE_UNITS),
                    number(id, CL_DEVICE_GLOBAL_MEM_SIZE),
                    number(id, CL_DEVICE_MAX_MEM_ALLOC_SIZE),
                    number(id, CL_DEVICE_LOCAL_MEM_SIZE)));
        }
        return devices;
    }

    private static String text(cl_device_id id, int what) {
        return text((length, to, size) -> clGetDeviceInfo(id, what, length, to, size));
    }

    /** How OpenCL tells a text, or its size. */
    private interface Info {
        int get(long length, Pointer to, long[] size);
    }

    private static String text(Info info) {
        long[] size = new long[1];
        info.get(0, null, size);
        byte[] bytes = new byte[Math.toIntExact(size[0])];
        info.get(bytes.length, Pointer.to(bytes), null);
        return new String(bytes, 0, Math.max(bytes.length - 1, 0), StandardCharsets.UTF_8).strip();
    }

    /** A number of 4 or 8 bytes; both read right into a little-endian long. */
    private static long number(cl_device_id id, int what) {
        long[] value = new long[1];
        clGetDeviceInfo(id, what, Sizeof.cl_ulong, Pointer.to(value), null);
        return value[0];
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%s (%s, %d units, %.1f GiB, %s)",
                name,
                kind.name().toLowerCase(Locale.ROOT),
                units,
                memory / (double) (1 << 30),
                driver);
    }
}

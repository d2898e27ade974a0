/**
 * The {@code opencl} backend. Read {@link dev.airfoil.kernels.opencl.ClBackend} first, then {@code ClKernels}, the list of
 * what runs which op, then one kernel: {@code SoftmaxKernel} and the {@code softmax.cl} that lies beside it in the
 * resources. A kernel, a class or where kernels share a file a method, says which inputs it accepts and how it is
 * launched; the {@code .cl} file is the arithmetic. Programs are specialised through {@code -D} options, how numbers
 * are stored among them ({@link dev.airfoil.kernels.opencl.Stored}), built once and kept on disk. {@code mma.cl} and
 * {@code wgmma.cl} wrap NVIDIA's tensor cores; a device that refuses such a program gets the portable kernel.
 *
 * <p>Everything is enqueued on one in-order queue, so memory that a scope has freed may be handed out again at once:
 * whoever gets it runs later. Sums have a fixed order (no atomics), so the same device gives the same bits every time.
 * Where work-groups of a launch wait for each other ({@link dev.airfoil.kernels.opencl.Places}), the kernel says why none
 * waits forever.
 *
 * <p>Deliberately absent: sharing memory with graphics, several devices in one backend, and images.
 */
package dev.airfoil.kernels.opencl;

/** Kernels for the CPU, written with the Vector API on off-heap memory. Found through the tensor module's SPI. */
module dev.airfoil.kernels.cpu {
    requires dev.airfoil.tensor;
    requires jdk.incubator.vector;

    exports dev.airfoil.kernels.cpu;

    provides dev.airfoil.tensor.BackendProvider with
            dev.airfoil.kernels.cpu.CpuProvider;
}

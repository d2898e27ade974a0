/** Kernels for the CPU, written with the Vector API. Exports nothing: it is found through the tensor module's SPI. */
module dev.airfoil.kernels.cpu {
    requires dev.airfoil.tensor;
    requires jdk.incubator.vector;
    requires jdk.management;

    provides dev.airfoil.tensor.BackendProvider with
            dev.airfoil.kernels.cpu.CpuProvider;
}

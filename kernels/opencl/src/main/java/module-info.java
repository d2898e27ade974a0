/** Kernels in OpenCL C, run through JOCL on any OpenCL 1.2 device. */
module dev.airfoil.kernels.opencl {
    requires transitive dev.airfoil.tensor;
    requires jocl;

    exports dev.airfoil.kernels.opencl;

    provides dev.airfoil.tensor.BackendProvider with
            dev.airfoil.kernels.opencl.ClProvider;
}

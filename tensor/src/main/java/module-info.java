/** Tensors, ops, interpreters, scopes, the backend SPI and the reference backend. Depends on nothing. */
module dev.airfoil.tensor {
    requires jdk.management;

    exports dev.airfoil.tensor;
    exports dev.airfoil.tensor.host;
    exports dev.airfoil.tensor.io;
    exports dev.airfoil.tensor.ops;
    exports dev.airfoil.tensor.random;

    uses dev.airfoil.tensor.BackendProvider;

    provides dev.airfoil.tensor.BackendProvider with
            dev.airfoil.tensor.host.ReferenceProvider;
}

package dev.airfoil.nn;

import dev.airfoil.tensor.DType;
import dev.airfoil.tensor.F;
import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.TensorException;
import dev.airfoil.tensor.TensorSpec;
import dev.airfoil.tensor.io.SafetensorsFile;
import java.util.LinkedHashMap;
import java.util.Map;

/** Where the values of parameters come from: a checkpoint. */
public interface ParameterSource {
    /** What is there, by parameter name. */
    Map<String, TensorSpec> specs();

    /** The value of a parameter that is there, as F32 on the current backend. */
    Tensor read(String name);

    /** For messages: the file. */
    String description();

    /**
     * The float tensors of a safetensors file whose names start with {@code prefix}, which is taken off; F16 and BF16 are
     * widened. The file must stay open until the parameters have been read.
     */
    static ParameterSource of(SafetensorsFile file, String prefix) {
        Map<String, TensorSpec> specs = new LinkedHashMap<>();
        file.entries().forEach((name, entry) -> {
            if (name.startsWith(prefix)) {
                specs.put(name.substring(prefix.length()), entry.spec());
            }
        });
        return new ParameterSource() {
            @Override
            public Map<String, TensorSpec> specs() {
                return specs;
            }

            @Override
            public Tensor read(String name) {
                TensorSpec spec = specs.get(name);
                if (!spec.dtype().isFloat()) {
                    throw new TensorException(
                            description() + ": parameter " + name + " is " + spec + " where a float type is wanted");
                }
                Tensor stored = Tensor.of(spec.dtype(), file.data(prefix + name), spec.shape());
                return F.cast(stored, DType.F32);
            }

            @Override
            public String description() {
                return file.toString();
            }
        };
    }
}

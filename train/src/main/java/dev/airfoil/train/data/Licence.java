package dev.airfoil.train.data;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import dev.airfoil.tensor.Named;
import dev.airfoil.tensor.TensorException;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** The licence of a picture, kept with every pair of a set. */
public enum Licence {
    MIT("MIT"),
    APACHE_2_0("Apache-2.0"),
    /** Attribution: name the artists wherever the pictures, or weights trained on them, are passed on. */
    CC_BY_4_0("CC-BY-4.0"),
    /** Attribution, and derived works under the same licence. */
    CC_BY_SA_4_0("CC-BY-SA-4.0"),
    /** A user's own folder, which says nothing about licences. */
    UNSTATED("NOASSERTION");

    /** Art that may be redistributed, with weights or test data too, without further conditions: the default. */
    public static final Set<Licence> PERMISSIVE = Collections.unmodifiableSet(EnumSet.of(MIT, APACHE_2_0));

    private final String spdx;

    Licence(String spdx) {
        this.spdx = spdx;
    }

    /** The SPDX identifier. */
    @JsonValue
    public String spdx() {
        return spdx;
    }

    /** The licence with this SPDX identifier; {@link TensorException} where it is none of ours. */
    @JsonCreator
    public static Licence ofSpdx(String spdx) {
        return Named.find("licence", List.of(values()), Licence::spdx, spdx);
    }
}

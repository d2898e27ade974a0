package dev.airfoil.cli.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.airfoil.tensor.TensorException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FormulaTest {
    @ParameterizedTest
    @CsvSource({
        "sigma, 0.25",
        "0, 0",
        ".5, 0.5",
        "2e-1 sigma, 0.05",
        "sin^2(pi sigma), 0.5",
        "sin(pi sigma)^2, 0.5",
        "sin(pi * sigma) ^ 2, 0.5",
        "2 sigma (1 - sigma), 0.375",
        "1 - sigma / 2, 0.875",
        "-sigma^2 + 1, 0.9375",
        "sqrt(sigma), 0.5",
        "sigma - 0.1 - 0.1, 0.05",
        "sin²(πσ), 0.5",
        "2σ(1-σ), 0.375",
        "exp(0) cos(0) sigma, 0.25"
    })
    void isReadAsPeopleWriteIt(String text, double atAQuarter) {
        assertThat(Formula.parse(text).applyAsDouble(0.25)).isCloseTo(atAQuarter, within(1e-12));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "w", "sigma sigma)", "(sigma", "1 +", "sigma ^", "tan(sigma)", "sigma, 2"})
    void whatIsNoFunctionOfSigmaIsRefused(String text) {
        assertThatThrownBy(() -> Formula.parse(text))
                .isInstanceOf(TensorException.class)
                .hasMessageContaining("is no function of sigma");
    }

    @Test
    void theMessageSaysWhere() {
        assertThatThrownBy(() -> Formula.parse("sigma ? 2")).hasMessageContaining("at character 5");
    }
}

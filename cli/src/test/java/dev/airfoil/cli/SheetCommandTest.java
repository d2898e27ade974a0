package dev.airfoil.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.airfoil.cli.SheetCommand.Group;
import java.util.List;
import org.junit.jupiter.api.Test;

class SheetCommandTest {
    @Test
    void titlesGroupThePromptsBelowThem() {
        assertThat(SheetCommand.groups(List.of("a cat", "", "# Held out", " a dog ", "a cow", "#Empty")))
                .containsExactly(new Group("", List.of("a cat")), new Group("Held out", List.of("a dog", "a cow")));
        assertThatThrownBy(() -> SheetCommand.groups(List.of("# Title", ""))).hasMessageContaining("no prompt");
    }
}

package dev.airfoil.tensor.io;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ConnectException;
import java.nio.charset.MalformedInputException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import org.junit.jupiter.api.Test;

class ReasonTest {
    @Test
    void aPathAloneIsNoReason() {
        assertThat(Reason.of(new NoSuchFileException("a"))).isEqualTo("it does not exist");
        assertThat(Reason.of(new AccessDeniedException("a"))).isEqualTo("its permissions forbid it");
        assertThat(Reason.of(new FileAlreadyExistsException("a"))).isEqualTo("something of that name is there");
        assertThat(Reason.of(new FileSystemException("a", null, "Not a directory")))
                .isEqualTo("Not a directory");
        assertThat(Reason.of(new MalformedInputException(1))).isEqualTo("it is no UTF-8 text");
        assertThat(Reason.of(new ConnectException())).isEqualTo("the server cannot be reached");
        assertThat(Reason.of(new IOException("broken pipe"))).isEqualTo("broken pipe");
        assertThat(Reason.of(new IOException())).isEqualTo("java.io.IOException");
    }

    @Test
    void thePlaceIsNamedWhereThereIsOne() {
        assertThat(Reason.andPlace(new AccessDeniedException("a/b"))).isEqualTo("a/b: its permissions forbid it");
        assertThat(Reason.andPlace(new IOException("broken pipe"))).isEqualTo("broken pipe");
    }
}

package dev.airfoil.tensor.io;

import java.io.IOException;
import java.net.ConnectException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.Optional;

/** The cause of a failed access in words: many of Java's exceptions carry no more than the path. */
public final class Reason {
    private Reason() {}

    /** What is wrong, of a file that the sentence names. */
    public static String of(IOException e) {
        return switch (e) {
            case NoSuchFileException _ -> "it does not exist";
            case FileAlreadyExistsException _ -> "something of that name is there";
            case AccessDeniedException _ -> "its permissions forbid it";
            case ClosedByInterruptException _ -> "it was interrupted";
            case CharacterCodingException _ -> "it is no UTF-8 text";
            case ConnectException _ -> "the server cannot be reached";
            case FileSystemException f -> Optional.ofNullable(f.getReason()).orElseGet(f::toString);
            default -> Optional.ofNullable(e.getMessage()).orElseGet(e::toString);
        };
    }

    /** What is wrong, and with which file, where a sentence names another. */
    public static String andPlace(IOException e) {
        return e instanceof FileSystemException f && f.getFile() != null ? f.getFile() + ": " + of(e) : of(e);
    }
}

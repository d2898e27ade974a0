package dev.airfoil.train.data;

import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/**
 * What jsvg says of a document that it cannot read: it gives no exception, but logs one, which would come to the console
 * with its stack trace. Here it becomes the reason.
 */
final class SvgLog extends Handler {
    /** Held here: a logger that nobody holds may go, and what was set with it. */
    private static final Logger JSVG = Logger.getLogger("com.github.weisj.jsvg");

    private static final ThreadLocal<String> LAST = ThreadLocal.withInitial(() -> "");

    static {
        JSVG.setUseParentHandlers(false);
        JSVG.addHandler(new SvgLog());
    }

    private SvgLog() {}

    /** Forgets what was said on this thread. */
    static void clear() {
        LAST.remove();
    }

    /** The last error of this thread in one line; empty where there was none. */
    static String last() {
        return LAST.get();
    }

    @Override
    public void publish(LogRecord entry) {
        if (entry.getThrown() != null) {
            LAST.set(String.valueOf(entry.getThrown().getMessage()).replaceAll("\\s+", " "));
        }
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
}

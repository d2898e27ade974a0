package dev.airfoil.cli.check;

import dev.airfoil.tensor.TensorException;
import java.util.Map;
import java.util.Optional;
import java.util.function.DoubleUnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A function of sigma as people write it: {@code sigma}, {@code 0.5}, {@code sin^2(pi sigma)}, {@code 2 sigma (1 -
 * sigma)}. Understands + - * / ^ (also ** and ²), brackets, sigma and pi (also as Greek letters), sin, cos, sqrt and exp;
 * two factors side by side are multiplied.
 */
final class Formula {
    private static final Pattern TOKEN = Pattern.compile("\\s*([0-9]*\\.?[0-9]+(?:[eE]-?[0-9]+)?|[a-z]+|[-+*/^()])");
    private static final Map<String, DoubleUnaryOperator> FUNCTIONS =
            Map.of("sin", Math::sin, "cos", Math::cos, "sqrt", Math::sqrt, "exp", Math::exp);

    private final String text;
    private int at;

    private Formula(String text) {
        this.text = text;
    }

    /** @throws TensorException if {@code text} is not such a function */
    static DoubleUnaryOperator parse(String text) {
        Formula formula = new Formula(text.replace("**", "^")
                .replace("²", "^2")
                .replace("σ", " sigma ")
                .replace("π", " pi ")
                .trim());
        DoubleUnaryOperator function = formula.sum();
        if (formula.at < formula.text.length()) {
            throw formula.error();
        }
        return function;
    }

    private DoubleUnaryOperator sum() {
        DoubleUnaryOperator left = product();
        while (true) {
            DoubleUnaryOperator a = left;
            if (take("+")) {
                DoubleUnaryOperator b = product();
                left = s -> a.applyAsDouble(s) + b.applyAsDouble(s);
            } else if (take("-")) {
                DoubleUnaryOperator b = product();
                left = s -> a.applyAsDouble(s) - b.applyAsDouble(s);
            } else {
                return left;
            }
        }
    }

    private DoubleUnaryOperator product() {
        DoubleUnaryOperator left = power();
        while (true) {
            DoubleUnaryOperator a = left;
            if (take("/")) {
                DoubleUnaryOperator b = power();
                left = s -> a.applyAsDouble(s) / b.applyAsDouble(s);
            } else if (take("*") || peek().filter(t -> !"+-)^".contains(t)).isPresent()) {
                DoubleUnaryOperator b = power();
                left = s -> a.applyAsDouble(s) * b.applyAsDouble(s);
            } else {
                return left;
            }
        }
    }

    private DoubleUnaryOperator power() {
        DoubleUnaryOperator base = factor();
        return take("^") ? raised(base, factor()) : base;
    }

    private DoubleUnaryOperator factor() {
        String token = peek().orElseThrow(this::error);
        take(token);
        if (FUNCTIONS.containsKey(token)) {
            Optional<DoubleUnaryOperator> exponent = take("^") ? Optional.of(factor()) : Optional.empty();
            DoubleUnaryOperator value = factor().andThen(FUNCTIONS.get(token));
            return exponent.map(e -> raised(value, e)).orElse(value);
        }
        return switch (token) {
            case "(" -> {
                DoubleUnaryOperator inner = sum();
                if (!take(")")) {
                    throw error();
                }
                yield inner;
            }
            case "-" -> {
                DoubleUnaryOperator inner = power();
                yield s -> -inner.applyAsDouble(s);
            }
            case "sigma" -> DoubleUnaryOperator.identity();
            case "pi" -> _ -> Math.PI;
            default -> {
                if (!Character.isDigit(token.charAt(token.length() - 1))) {
                    throw error();
                }
                double number = Double.parseDouble(token);
                yield _ -> number;
            }
        };
    }

    private static DoubleUnaryOperator raised(DoubleUnaryOperator base, DoubleUnaryOperator exponent) {
        return s -> Math.pow(base.applyAsDouble(s), exponent.applyAsDouble(s));
    }

    private Optional<String> peek() {
        Matcher matcher = TOKEN.matcher(text).region(at, text.length());
        return matcher.lookingAt() ? Optional.of(matcher.group(1)) : Optional.empty();
    }

    private boolean take(String wanted) {
        Matcher matcher = TOKEN.matcher(text).region(at, text.length());
        boolean found = matcher.lookingAt() && matcher.group(1).equals(wanted);
        at = found ? matcher.end() : at;
        return found;
    }

    private TensorException error() {
        return new TensorException("'" + text + "' is no function of sigma that can be read: it stops making sense at"
                + " character " + at);
    }
}

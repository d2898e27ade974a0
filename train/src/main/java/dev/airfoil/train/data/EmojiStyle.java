package dev.airfoil.train.data;

/** The art styles that can be had, with the pinned package of each, its licence and its name in a prompt. */
public enum EmojiStyle {
    NOTO(
            "noto",
            "1.2.9",
            "DQiuXENbun41ch+XPSV55H9FaWKpHTyz46YIKtSaKYD4fIDDzL1tR6H4np/T38jfrTAeI3rcKF0mqHYeZVAuaw==",
            Licence.APACHE_2_0,
            "Noto style"),
    NOTO_BLOB(
            "noto-v1",
            "1.2.5",
            "/DsVMius69Q0fRS53z7QK1TROSuar606jiIx+laXtdsYGMXpf6LtHBx6CGfoo3UHHb/XpBsw+1L1x3eyPqMuVA==",
            Licence.APACHE_2_0,
            "Noto blob style"),
    FLUENT_FLAT(
            "fluent-emoji-flat",
            "1.2.6",
            "RY47RgPb47fYUiyrA64sIOL0+UU02s29sXpNBbIQRBUlPlfNFTKUmZDERGuxDs/7yNGWqQYvuaSYM1M4fRXlUw==",
            Licence.MIT,
            "Fluent flat style"),
    FLUENT(
            "fluent-emoji",
            "1.2.7",
            "D8G6bKAyIsyxP1rzZtIWr/gg/fO4Rg1+DyCWlfqKK4h8W+4Em/Y0P6QYgJUQTlUcagzJvSyg+9OBv4hz4Hc/QA==",
            Licence.MIT,
            "Fluent style"),
    FXEMOJI(
            "fxemoji",
            "1.2.2",
            "UAasRaxzFUKfIGSmLwnoarsssA4LX0VLLuEmplIqM6ZNQqIQRtav8tZ4H1neTlBreXuMQyAifr5jP4kn78DpiQ==",
            Licence.APACHE_2_0,
            "FxEmoji style"),
    TWEMOJI(
            "twemoji",
            "1.2.5",
            "uKpuIEV0v6K5BW3Mjdyl+XKFVAbbcPxAgifKvEMtZoUZB5+YiY5zaMm2uNNCxyXzAWU9yNLlj41WU6/mvgALsw==",
            Licence.CC_BY_4_0,
            "Twemoji style"),
    OPENMOJI(
            "openmoji",
            "1.2.29",
            "vXdhkqcXVSO6suy+m9LbcUM3OdVyuNOtpV8/als/WqfkQIRxevL5Geb/g+6GH/Qwnq1OqksEmaDGTCmZ5nFKJQ==",
            Licence.CC_BY_SA_4_0,
            "OpenMoji outlined style"),
    EMOJIONE(
            "emojione",
            "1.2.3",
            "T9+T3HIbJNLKKsmxYKlaYhvnHYkz/HNYTV7SHCXVZPfeUi4FqskY70YeN8yYAZT8cCv7w5vJxS4Q1m8zb9CMMg==",
            Licence.CC_BY_4_0,
            "EmojiOne style"),
    EMOJIONE_CLASSIC(
            "emojione-v1",
            "1.2.3",
            "UjI2VQEXVtGlPBvQuxEizro7QCgBcJDOYwKUupquvvZ8UV4xOlvm45IU82JYWegiAWLerY79gFLMZ26U6Ms+ww==",
            Licence.CC_BY_SA_4_0,
            "EmojiOne classic style");

    private final NpmPackage npm;
    private final String key;
    private final Licence licence;
    private final String prompt;

    EmojiStyle(String key, String version, String sha512, Licence licence, String prompt) {
        this.npm = new NpmPackage("@iconify-json/" + key, version, "sha512-" + sha512);
        this.key = key;
        this.licence = licence;
        this.prompt = prompt;
    }

    /** The licence of the art. */
    public Licence licence() {
        return licence;
    }

    /** How a prompt names it, such as {@code Noto style}. */
    public String prompt() {
        return prompt;
    }

    NpmPackage npm() {
        return npm;
    }

    /** Its name in the ids of pairs. */
    String key() {
        return key;
    }
}

# Read by mvnw and airfoil. find_jdk sets JAVA_HOME to a JDK that can build and run Airfoil, whatever `java` means
# on this machine; where there is none it says where it looked, and fails.

jdk_wanted=25

# Where the locale names no encoding, Java takes prompts and names of files for ASCII: accents are lost without a word, and
# in a folder with an accent Maven finds no module.
case ${LC_ALL:-${LC_CTYPE:-${LANG:-C}}} in
    C | POSIX) export LC_ALL=C.UTF-8 ;;
esac

# is_jdk DIR: does a JDK of that version or a newer one lie here? Reads its release file: starting it costs 40 ms.
is_jdk() {
    [ -n "$1" ] && [ -x "$1/bin/javac" ] || return 1
    version=
    if [ -r "$1/release" ]; then
        while IFS='=' read -r key value; do
            [ "$key" = JAVA_VERSION ] && version=${value#\"} && break
        done < "$1/release"
    else
        version=$("$1/bin/javac" -version 2>&1) && version=${version#javac }
    fi
    version=${version%%[!0-9]*}
    [ "${version:-0}" -ge "$jdk_wanted" ]
}

find_jdk() {
    if [ -n "${JAVA_HOME:-}" ] && is_jdk "$JAVA_HOME"; then return 0; fi

    home=${HOME:-} # services and containers have none
    toolchains=$home/.m2/toolchains.xml
    if [ -r "$toolchains" ]; then
        while IFS= read -r JAVA_HOME; do
            if is_jdk "$JAVA_HOME"; then return 0; fi
        done <<EOF
$(sed -n 's|.*<jdkHome>[[:space:]]*\([^<]*[^<[:space:]]\)[[:space:]]*</jdkHome>.*|\1|p' "$toolchains")
EOF
    fi

    if JAVA_HOME=$(command -v java); then
        JAVA_HOME=$(readlink -f "$JAVA_HOME" || echo "$JAVA_HOME")
        JAVA_HOME=${JAVA_HOME%/bin/java}
        if is_jdk "$JAVA_HOME"; then return 0; fi
    fi

    for JAVA_HOME in /usr/lib/jvm/* /opt/* "$home"/.sdkman/candidates/java/* "$home"/.jdks/* \
        /Library/Java/JavaVirtualMachines/*/Contents/Home; do
        if is_jdk "$JAVA_HOME"; then return 0; fi
    done

    echo "No JDK $jdk_wanted or newer was found in JAVA_HOME, $toolchains, the PATH, /usr/lib/jvm, /opt," \
        "~/.sdkman/candidates/java, ~/.jdks or /Library/Java/JavaVirtualMachines: install Temurin $jdk_wanted" \
        "(https://adoptium.net) or point JAVA_HOME at such a JDK." >&2
    return 1
}

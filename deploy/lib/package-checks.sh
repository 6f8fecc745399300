# Sourced by deploy/test-packages: what an installed package must have brought.

# What lintian calls an error; a package of one's own need not answer the rest.
lint() { lintian --fail-on error "$1"; }

# The largest score that 'systemd-analyze security' may give, in tenths; 100 is the worst.
largest_exposure=15

owned() { # MACHINE PATH MODE OWNER
  [ "$(machine_run "$1" stat -c '%a %U:%G' "$2" | tail -n 1 | tr -d '\r')" = "$3 $4" ] \
    || { machine_run "$1" ls -ld "$2"; return 1; }
}

no_missing_library() { # MACHINE EXECUTABLE
  local needs
  needs=$(machine_run "$1" ldd "$2") || { echo "$needs"; return 1; }
  ! grep -E 'not found|libswift|libFoundation|libdispatch' <<<"$needs"
}

manual_is_real() { # MACHINE PACKAGE
  local page="$machines/$1/usr/share/man/man1/$2.1.gz" problems
  problems=$(MANROFFSEQ='' LC_ALL=C.UTF-8 MANWIDTH=100 man --warnings=w -l "$page" 2>&1 >/dev/null)
  [ -z "$problems" ] || { echo "$problems" | head -5; return 1; }
  LC_ALL=C.UTF-8 man -l "$page" | col -b | grep -c SYNOPSIS >/dev/null
}

completes() { # MACHINE PACKAGE
  local file="$machines/$1/usr/share/bash-completion/completions/$2"
  bash -n "$file" && (. "$file" && complete -p "$2" >/dev/null)
}

refuses_before_setup() { # MACHINE PACKAGE CONFIG
  local said
  if said=$(machine_run "$1" "/usr/bin/$2" --config "$3"); then return 1; fi
  grep -q "$3" <<<"$said" || { echo "$said"; return 1; }
}

exposure() { # MACHINE UNIT: says the score, too
  machine_run "$1" systemd-analyze security --offline=true --threshold=$largest_exposure \
    --no-pager "$2" >"$machines/exposure.log" || { tail -n 3 "$machines/exposure.log"; return 1; }
}

# check_installed MACHINE PACKAGE USER NAME
check_installed() {
  local machine=$1 package=$2 user=$3 name=$4
  check "$package: nothing is missing, and no Swift runtime is needed" \
    no_missing_library "$machine" "/usr/bin/$package"
  check "$package: --version" machine_run "$machine" "/usr/bin/$package" --version
  check "$package: the user is there, and may not log in" \
    bash -c "grep -q '^$user:.*nologin' '$machines/$machine/etc/passwd'"
  check "$package: secrets are its user's alone" \
    owned "$machine" "/etc/accord/$name" 700 "$user:$user"
  check "$package: state is its user's alone" \
    owned "$machine" "/var/lib/accord/$name" 700 "$user:$user"
  [ "$name" = router ] || check "$package: its group drops and takes files" \
    owned "$machine" "/var/spool/accord/$name/in" 2770 "$user:$user"
  check "$package: the configuration is there, and says that it is not set up" \
    grep -q '^# Not set up yet' "$machines/$machine/etc/accord/$name.yaml"
  check "$package: not set up, it refuses and names the file" \
    refuses_before_setup "$machine" "$package" "/etc/accord/$name.yaml"
  check "$package: the unit is good" \
    machine_run "$machine" systemd-analyze verify --man=no "$package.service"
  check "$package: the unit is hardened" exposure "$machine" "$package.service"
  grep -E 'Overall exposure' "$machines/exposure.log" | sed 's/^/      /'
  check "$package: a manual page that reads without a warning" manual_is_real "$machine" "$package"
  check "$package: the shell completes it" completes "$machine" "$package"
}

check_timers() {
  local unit
  for unit in accord-backup-ledger accord-backup-keys; do
    check "$unit: the timer and its service are good" \
      machine_run "$1" systemd-analyze verify --man=no "$unit.timer" "$unit.service"
    check "$unit: the service is hardened" exposure "$1" "$unit.service"
  done
}

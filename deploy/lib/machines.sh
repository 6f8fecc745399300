# Sourced by deploy/test-packages: bare Debian machines as containers, on a network of their own.

bare=.build/machines/debian-12.tar

machines_begin() {
  machines=$(mktemp -d "${TMPDIR:-/tmp}/accord-machines.XXXXXX")
  machine_net=accord-$$
  if [ ! -f "$bare" ]; then
    mkdir -p "$(dirname "$bare")"
    say "Fetching a bare Debian 12 (once) …"
    mmdebstrap --quiet --format=tar --variant=apt --include=ca-certificates bookworm "$bare.part" \
      >"$machines/mmdebstrap.log" 2>&1 \
      || { tail -5 "$machines/mmdebstrap.log" >&2; die "no Debian"; }
    mv "$bare.part" "$bare"
  fi
}

# In files, because a check runs in a shell of its own.
pid_of() { cat "$machines/$1.pid" 2>/dev/null; }
running_machines() {
  local file
  for file in "$machines"/*.pid; do [ -e "$file" ] && basename "$file" .pid; done
}

machines_end() {
  local name
  if [ "$keep" = yes ]; then
    say "The machines go on. Enter one by: nsenter -t PID -a bash"
    for name in $(running_machines); do say "  $name: PID $(pid_of "$name")"; done
    say "  network: ip netns exec $machine_net …; folders: $machines"
    return
  fi
  for name in $(running_machines); do machine_stop "$name"; done
  ip netns delete "$machine_net" 2>/dev/null
  rm -rf --one-file-system "$machines"
}

# machine_make NAME
machine_make() {
  mkdir -p "$machines/$1" && tar -xf "$bare" -C "$machines/$1" || return 1
  printf '127.0.0.1 localhost\n' >"$machines/$1/etc/hosts"
  printf '%s\n' "$1" >"$machines/$1/etc/hostname"
}

# machine_run NAME COMMAND…: in a machine that is not booted; with this machine's network.
machine_run() {
  local name=$1
  shift
  # What nspawn says of its own folders when it ends is not the command's word.
  systemd-nspawn --quiet --register=no --keep-unit --resolv-conf=replace-host --timezone=off \
    --pipe -D "$machines/$name" -M "accord-$$-$name" -E DEBIAN_FRONTEND=noninteractive \
    -E SYSTEMD_COLORS=0 -E SYSTEMD_URLIFY=0 "$@" 2>&1 </dev/null \
    | sed '/^Attempted to remove disk file system/d'
}

# machine_install NAME PACKAGE…: as an operator would, from files.
machine_install() {
  local name=$1 files=() package from=${previous:-$packages}
  shift
  mkdir -p "$machines/$name/opt/accord"
  for package in "$@"; do
    cp "$from/${package}"_*.deb "$machines/$name/opt/accord/"
    files+=("/opt/accord/$(basename "$from/${package}"_*.deb)")
  done
  # age for the backups; systemd and dbus are what a Debian has that was not only unpacked.
  machine_run "$name" sh -c \
    "apt-get update -qq && apt-get install -y -qq systemd dbus age openssl" \
    >"$machines/$name.base.log" 2>&1 || { tail -5 "$machines/$name.base.log"; return 1; }
  machine_run "$name" apt-get install -y --no-install-recommends "${files[@]}" \
    >"$machines/$name.install.log" 2>&1 || { tail -15 "$machines/$name.install.log"; return 1; }
}

# machine_boot NAME ADDRESS: under its own systemd, where the others are.
machine_boot() {
  local name=$1 init
  if ! ip netns list | grep -q "^$machine_net\b"; then
    ip netns add "$machine_net" && ip -n "$machine_net" link set lo up || return 1
  fi
  ip -n "$machine_net" address add "$2/32" dev lo || return 1
  systemd-nspawn --quiet --register=no --keep-unit --timezone=off --console=pipe -D "$machines/$name" \
    -M "accord-$$-$name" --network-namespace-path="/run/netns/$machine_net" \
    /lib/systemd/systemd >"$machines/$name.boot.log" 2>&1 </dev/null &
  local nspawn=$! until=$((SECONDS + 60))
  while [ $SECONDS -lt $until ]; do
    init=$(pgrep -P "$nspawn" | head -n 1)
    if [ -n "$init" ]; then
      echo "$init" >"$machines/$name.pid"
      case $(in_machine "$name" systemctl is-system-running 2>/dev/null) in
        running | degraded) return 0 ;;
      esac
    fi
    kill -0 "$nspawn" 2>/dev/null || break
    sleep 0.3
  done
  tail -n 5 "$machines/$name.boot.log"
  return 1
}

# in_machine NAME COMMAND…: in a machine that runs.
in_machine() {
  local name=$1
  shift
  nsenter -t "$(pid_of "$name")" -a env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin \
    LANG=C.UTF-8 "$@"
}

machine_stop() {
  local pid until=$((SECONDS + 20))
  pid=$(pid_of "$1") || return 0
  in_machine "$1" systemctl --no-block poweroff 2>/dev/null
  while kill -0 "$pid" 2>/dev/null && [ $SECONDS -lt $until ]; do sleep 0.2; done
  kill -9 "$pid" 2>/dev/null
  rm -f "$machines/$1.pid"
}

# Sourced by deploy/demo and deploy/test: installs what is missing and finds the toolchain.
# Knows Debian and Ubuntu; elsewhere it names what to install.

say() { printf '%s\n' "$*"; }
die() { printf '%s\n' "$*" >&2; exit 1; }

# need_packages NAME…: installs those that are not there yet.
need_packages() {
  local missing=() name
  command -v dpkg-query >/dev/null || die "Install these with your package manager: $*"
  for name in "$@"; do
    dpkg-query -W -f='${Status}' "$name" 2>/dev/null | grep -q 'ok installed' || missing+=("$name")
  done
  [ ${#missing[@]} -eq 0 ] && return 0
  say "Installing: ${missing[*]}"
  local as_root=()
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || die "Run as root, or install first: ${missing[*]}"
    as_root=(sudo)
  fi
  "${as_root[@]}" apt-get update -qq >/dev/null
  DEBIAN_FRONTEND=noninteractive "${as_root[@]}" apt-get install -y -qq "${missing[@]}" >/dev/null \
    || die "Could not install: ${missing[*]}"
}

# need_python NAME==VERSION…: Python packages that Debian has not, beside the build.
need_python() {
  local home=.build/python
  [ -x "$home/bin/python3" ] || /usr/bin/python3 -m venv "$home" \
    || die "Could not make $home: install python3-venv."
  "$home/bin/python3" -m pip install --quiet --disable-pip-version-check "$@" \
    || die "Could not install: $*"
}

need_swift() {
  command -v swift >/dev/null || die "Install a Swift 6 toolchain first (swift.org/install)."
}

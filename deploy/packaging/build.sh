# Sourced by deploy/package: what is released, from what it is built, and the build.

executables=(accord accord-router accord-sheriff accord-prosecutor accord-public-defender
  accord-behavioral-health)

# Version and day of the top entry of the changelog: "## 0.1.0 (2026-11-21)".
read_release() {
  local line
  line=$(grep -m1 -E '^## [0-9]+\.[0-9]+\.[0-9]+ \([0-9]{4}-[0-9]{2}-[0-9]{2}\)$' \
    deploy/CHANGELOG.md) || die "deploy/CHANGELOG.md has no entry '## VERSION (YYYY-MM-DD)'."
  version=$(cut -d' ' -f2 <<<"$line")
  local day=${line##*(}
  grep -q "text = \"$version\"" Sources/Operations/Process/Version.swift \
    || die "deploy/CHANGELOG.md says $version, Sources/Operations/Process/Version.swift does not."
  # Packages of one version are the same whoever builds them, and whenever.
  export SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(date -u -d "${day%)}" +%s)}
  export TZ=UTC LC_ALL=C.UTF-8
}

resolved() { python3 deploy/packaging/resolved.py Package.resolved; }

write_lock() {
  swift package resolve >/dev/null || die "Dependencies could not be resolved."
  {
    say "# Every Swift package that the executables are built from, exactly; written by"
    say "# 'deploy/package --lock', checked by every 'deploy/package'. Name, version, where from."
    resolved
  } >deploy/dependencies.lock
}

# Refuses to build from anything but what the lock lists, and says what differs.
check_lock() {
  swift package resolve >/dev/null || die "Dependencies could not be resolved."
  local differs
  differs=$(diff <(grep -v '^#' deploy/dependencies.lock) <(resolved)) && return 0
  say "What would be built is not what deploy/dependencies.lock lists:" >&2
  grep '^<' <<<"$differs" | sed 's/^</  locked: /' >&2
  grep '^>' <<<"$differs" | sed 's/^>/  now:    /' >&2
  say "To build what is locked: swift package resolve NAME --version VERSION, for each." >&2
  say "To take what is there now, after a look at its changes: deploy/package --lock" >&2
  return 1
}

# build_executables SCRATCH FOLDER: compiles into SCRATCH and puts stripped executables in FOLDER.
# Swift, Foundation and Dispatch are linked in; the C libraries are the distribution's.
build_executables() {
  local options=(-c release --static-swift-stdlib --scratch-path "$1"
    --disable-automatic-resolution -Xlinker -z -Xlinker now)
  local name
  mkdir -p "$1" "$2"
  # The same versions as were checked, in another scratch folder.
  for name in "${executables[@]}"; do
    say "Compiling $name …"
    swift build "${options[@]}" --product "$name" >"$2/$name.log" 2>&1 \
      || { grep -E 'error:' "$2/$name.log" | head -20 >&2; tail -5 "$2/$name.log" >&2; return 1; }
    # Notes of compiler and linker about how a build went: of no use to whoever runs it, and all
    # in which two clean builds differ.
    strip --strip-unneeded --remove-section=.swift_modhash \
      --remove-section=.note.gnu.build-id -o "$2/$name" "$1/release/$name" || return 1
  done
}

# compare ONE OTHER WHAT: every package of two folders is the same, byte for byte.
compare() {
  local file good=yes
  for file in "$1"/*.deb; do
    cmp -s "$file" "$2/$(basename "$file")" && continue
    good=no
    say "NOT REPRODUCED: $(basename "$file")" >&2
    differing_files "$file" "$2/$(basename "$file")" >&2
  done
  [ "$good" = yes ] && say "Reproduced: $3 twice gives the same packages, byte for byte."
  [ "$good" = yes ]
}

differing_files() {
  local left right
  left=$(mktemp -d) right=$(mktemp -d)
  dpkg-deb -R "$1" "$left" && dpkg-deb -R "$2" "$right" && diff -rq "$left" "$right" | sed 's/^/  /'
  rm -rf "$left" "$right"
}

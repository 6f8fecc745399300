# Sourced by deploy/package: turns executables into packages.

# words_of PACKAGE: whose adapter it is.
words_of() {
  case $1 in
    accord-sheriff) echo "sheriff" ;;
    accord-prosecutor) echo "prosecutor" ;;
    accord-public-defender) echo "public defender" ;;
    accord-behavioral-health) echo "behavioral-health provider" ;;
  esac
}

abstract_of() {
  case $1 in
    accord) echo "command line of the Accord integration hub" ;;
    accord-router) echo "consent-enforcing router of the Accord integration hub" ;;
    *) echo "Accord adapter of the $(words_of "$1")" ;;
  esac
}

# assemble BIN OUT: every package, and the bill of materials.
assemble() {
  local bin=$1 out=$2 name
  mkdir -p "$out"
  for name in "${executables[@]}"; do
    assemble_one "$bin" "$name" "$out" || die "$name: not packed"
  done
  python3 deploy/packaging/sbom.py "$version" deploy/dependencies.lock "$out" \
    "$(swift_version "$bin")" >"$out/accord_${version}.cdx.json" || die "no bill of materials"
}

# The runtime that is linked in, as the compiler said when it built; kept beside the executables.
swift_version() {
  [ -f "$1/swift-version" ] || swift --version 2>/dev/null | grep -oE 'Swift version [0-9.]+' \
    | head -1 | cut -d' ' -f3 >"$1/swift-version"
  cat "$1/swift-version"
}

# put MODE SOURCE TARGET: a file of the package.
put() { install -D -m "$1" "$2" "$root$3"; }
# fill SOURCE: a template with this package's words.
fill() {
  sed -e "s/@package@/$name/g" -e "s/@role@/$role/g" -e "s/@words@/$(words_of "$name")/g" \
    -e '/^@hardening@$/{r deploy/packaging/systemd/hardening.conf
d}' -e "s/@enabled@/$enabled/g" -e "s/@restarted@/$restarted/g" -e "s#@left@#$left#g" "$1"
}

assemble_one() {
  local bin=$1 name=$2 out=$3
  local role=${name#accord-} root=$out/root/$name enabled= restarted= left=
  rm -rf "$root" && mkdir -p "$root/DEBIAN"
  put 755 "$bin/$name" "/usr/bin/$name"
  documents
  case $name in
    accord) ;;
    accord-router) router_files ;;
    *) adapter_files ;;
  esac
  control
  find "$root" -type d -exec chmod 755 {} +
  dpkg-deb --root-owner-group -Zxz -z2 --build "$root" \
    "$out/${name}_${version}_$(dpkg --print-architecture).deb" >/dev/null
}

documents() {
  local doc=/usr/share/doc/$name shell page
  mkdir -p "$root$doc" "$root/usr/share/man/man1"
  "$bin/$name" --experimental-dump-help \
    | python3 deploy/packaging/manual.py "$version" "$SOURCE_DATE_EPOCH" \
    | gzip -9n >"$root/usr/share/man/man1/$name.1.gz"
  mkdir -p "$root"/usr/share/{bash-completion/completions,zsh/vendor-completions} \
    "$root/usr/share/fish/vendor_completions.d"
  "$bin/$name" --generate-completion-script bash | sed '1{/^#!/d}' \
    >"$root/usr/share/bash-completion/completions/$name"
  "$bin/$name" --generate-completion-script zsh >"$root/usr/share/zsh/vendor-completions/_$name"
  "$bin/$name" --generate-completion-script fish \
    >"$root/usr/share/fish/vendor_completions.d/$name.fish"
  python3 deploy/packaging/changelog.py "$name" deploy/CHANGELOG.md | gzip -9n \
    >"$root$doc/changelog.gz"
  while read -r page version_of _; do echo " $page $version_of"; done \
    < <(grep -v '^#' deploy/dependencies.lock) >"$out/components"
  sed -e "/^@components@$/{r $out/components
d}" deploy/packaging/debian/copyright >"$root$doc/copyright"
  rm "$out/components"
  mkdir -p "$root/usr/share/lintian/overrides"
  printf '# Yams brings its own libyaml; the bill of materials lists it with its version.\n%s\n' \
    "$name: embedded-library libyaml *" >"$root/usr/share/lintian/overrides/$name"
  case $name in
    accord)
      for page in deploy/*.md; do gzip -9nc "$page" >"$root$doc/$(basename "$page").gz"; done ;;
    accord-router) : ;;
    *) gzip -9nc "$(readme_of_adapter)" >"$root$doc/README.md.gz" ;;
  esac
}

readme_of_adapter() {
  case $name in
    accord-sheriff) echo Adapters/Sheriff/README.md ;;
    accord-prosecutor) echo Adapters/Prosecutor/README.md ;;
    accord-public-defender) echo Adapters/PublicDefender/README.md ;;
    accord-behavioral-health) echo Adapters/BehavioralHealth/README.md ;;
  esac
}

router_files() {
  enabled="accord-router.service accord-backup-ledger.timer accord-backup-keys.timer"
  restarted="accord-router.service"
  left="/etc/accord /var/lib/accord/router /var/backups/accord"
  local unit
  mkdir -p "$root/usr/lib/systemd/system"
  for unit in accord-router.service accord-backup-ledger.service accord-backup-keys.service \
    accord-backup-ledger.timer accord-backup-keys.timer; do
    fill "deploy/packaging/systemd/$unit" >"$root/usr/lib/systemd/system/$unit"
  done
  mkdir -p "$root"/usr/lib/{sysusers.d,tmpfiles.d}
  printf '%s\n' 'u accord-router - "Accord router" /var/lib/accord/router' \
    'g accord-operators -' >"$root/usr/lib/sysusers.d/$name.conf"
  cat >"$root/usr/lib/tmpfiles.d/$name.conf" <<'TMPFILES'
d /etc/accord 0755 root root
d /etc/accord/router 0700 accord-router accord-router
d /var/lib/accord 0755 root root
d /var/lib/accord/router 0700 accord-router accord-router
d /var/backups/accord 0755 root root
d /var/backups/accord/ledger 0700 accord-router accord-router
d /var/backups/accord/keys 0700 accord-router accord-router
d /run/accord 0711 accord-router accord-router
TMPFILES
  put 644 deploy/packaging/accord-backup.default /etc/default/accord-backup
  configuration router
  printf '/etc/default/accord-backup\n' >>"$root/DEBIAN/conffiles"
  scripts
}

adapter_files() {
  enabled="$name.service" restarted="$name.service"
  left="/etc/accord /var/lib/accord/$role /var/spool/accord/$role"
  mkdir -p "$root"/usr/lib/{systemd/system,sysusers.d,tmpfiles.d}
  fill deploy/packaging/systemd/adapter.service >"$root/usr/lib/systemd/system/$name.service"
  echo "u $name - \"Accord adapter of the $(words_of "$name")\" /var/lib/accord/$role" \
    >"$root/usr/lib/sysusers.d/$name.conf"
  cat >"$root/usr/lib/tmpfiles.d/$name.conf" <<TMPFILES
d /etc/accord 0755 root root
d /etc/accord/$role 0700 $name $name
d /var/lib/accord 0755 root root
d /var/lib/accord/$role 0700 $name $name
d /var/spool/accord 0755 root root
d /var/spool/accord/$role 2770 $name $name
TMPFILES
  local folder
  for folder in in out done rejected; do
    echo "d /var/spool/accord/$role/$folder 2770 $name $name" \
      >>"$root/usr/lib/tmpfiles.d/$name.conf"
  done
  configuration "$role"
  scripts
}

# The commented configuration; 'accord init' or 'accord join' fills it in.
configuration() {
  mkdir -p "$root/etc/accord"
  "$bin/accord" template "$1" >"$root/etc/accord/$1.yaml"
  chmod 644 "$root/etc/accord/$1.yaml"
  printf '/etc/accord/%s.yaml\n' "$1" >>"$root/DEBIAN/conffiles"
}

scripts() {
  local script
  for script in postinst prerm postrm; do
    fill "deploy/packaging/debian/$script" >"$root/DEBIAN/$script"
    chmod 755 "$root/DEBIAN/$script"
  done
}

# libraries FILE: the packages whose C libraries it needs, found by dpkg.
libraries() {
  local folder
  folder=$(mktemp -d)
  mkdir "$folder/debian"
  printf 'Source: accord\n\nPackage: accord\nArchitecture: any\n' >"$folder/debian/control"
  (cd "$folder" && dpkg-shlibdeps -O "$1") 2>"$folder/problems" | sed -n 's/^shlibs:Depends=//p'
  grep -E 'error' "$folder/problems" >&2
  rm -rf "$folder"
}

control() {
  local depends recommends=
  depends=$(libraries "$(realpath "$root/usr/bin/$name")")
  [ -n "$depends" ] || die "$name: its libraries were not found"
  # Time zones are files, and so are the roots that a connector to another server trusts.
  depends="$depends, tzdata"
  case $name in
    accord) recommends="age" ;;
    accord-router)
      depends="$depends, accord (= $version), systemd"
      recommends="age" ;;
    *)
      depends="$depends, accord (>= $version), systemd, ca-certificates"
      recommends="openssl, fonts-dejavu-core" ;;
  esac
  {
    echo "Package: $name"
    echo "Version: $version"
    echo "Architecture: $(dpkg --print-architecture)"
    echo "Maintainer: Accord maintainers <maintainers@accord.invalid>"
    echo "Installed-Size: $(du -sk --apparent-size "$root" | cut -f1)"
    echo "Depends: $depends"
    echo "Recommends: $recommends"
    echo "Section: net"
    echo "Priority: optional"
    echo "Description: $(abstract_of "$name")"
    echo " Accord carries what agencies of a diversion program must tell one another,"
    echo " and nothing about a participant moves unless a signed release covers it at"
    echo " that very moment."
    case $name in
      accord) echo " This is the command line, which sets a hub up and looks after it." ;;
      accord-router) echo " This is the router in the middle: it runs once for a program." ;;
      *) echo " This daemon runs at its agency, beside the records system." ;;
    esac
  } >"$root/DEBIAN/control"
}

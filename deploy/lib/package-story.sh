# Sourced by deploy/test-packages: from installed packages to a first notice, under a real systemd,
# and what an operator does after.

router_address=10.99.7.1
agency_address=10.99.7.2

# types MACHINE COMMAND…: what an operator types, counted.
types() {
  echo "$@" >>"$machines/typed"
  in_machine "$@"
}

active() { [ "$(in_machine "$1" systemctl is-active "$2")" = active ]; }

# join AGENCY:ROLE: invitation, reply, fingerprint by telephone, welcome, start.
join() {
  local role=${1#*:} code joining welcome
  code=$(types router accord agency invite "$1" --host $router_address --json | of_json code) \
    || return 1
  joining=$(types agency accord join "$code" --json) || { echo "$joining"; return 1; }
  welcome=$(types router accord agency accept "$(of_json reply <<<"$joining")" \
    --fingerprint "$(of_json fingerprint <<<"$joining")" --json | of_json welcome) || return 1
  printf '%s\n' "$welcome" | types agency accord join --welcome - || return 1
  types agency systemctl start "accord-$role" && within 20 active agency "accord-$role"
}

drop_referral() {
  referral first 1 | in_machine agency sh -c \
    'cd /var/spool/accord/sheriff/in/referrals && cat >.f && mv .f first.json'
}

notice=/var/spool/accord/prosecutor/out/notices/lr-first-hold-requested.txt

not_started() { [ ! -e "$machines/router/var/lib/accord/router/ledger.sqlite" ]; }

package_story() {
  say "── Two machines under systemd"
  check "the router's machine boots" machine_boot router $router_address
  check "the agencies' machine boots" machine_boot agency $agency_address
  if [ "$(running_machines | wc -l)" -lt 2 ]; then
    say "NOT BOOTED: nothing was started. With --no-boot the rest alone is checked."
    return
  fi
  say "── From nothing to a first notice"
  local began=$SECONDS
  check "not set up, the router was not started" not_started
  check "accord init" types router accord init --program lakewood --county "Lakewood County" \
    --duty-line 555-0142 --time-zone America/Los_Angeles --listen $router_address
  check "the router starts" types router systemctl start accord-router
  check "the router is up" active router accord-router
  check "the sheriff joins" join lakewood-sheriff:sheriff
  check "the provider joins" join harbor-behavioral:behavioral-health
  check "the prosecutor joins" join lakewood-prosecutor:prosecutor
  check "an officer's form goes in" drop_referral
  check "the prosecutor has the notice" within 20 in_machine agency grep -q "HOLD ON FILING" $notice
  say "      $(wc -l <"$machines/typed") commands, $((SECONDS - began)) s of this machine's time, no secret on the way"
  check "the notice is the group's to read, and nobody else's" bash -c \
    "[ \"\$(stat -c '%a' '$machines/agency$notice')\" = 660 ]"
  check "no daemon has a child of root's, or a file of root's in its state" no_root_files
  package_operations
}

no_root_files() {
  local found
  found=$(find "$machines"/{router,agency}/var/lib/accord/*/ -user 0 2>/dev/null)
  [ -z "$found" ] || { echo "$found"; return 1; }
}

package_operations() {
  say "── What an operator does after"
  check "root's commands go on as the daemon's user" in_machine agency accord-prosecutor holds
  check "a desk's certificate, made by root, is the daemon's" in_machine agency \
    accord-prosecutor desk certificate --host localhost
  check "and no file of root's was left" no_root_files
  check "an operator by group asks the router, without root" operator_by_group
  check "who is in no group does not" outsider_is_refused
  check "a killed router is started again by systemd" killed_comes_back
  check "the nightly backup of the ledger" in_machine router systemctl start accord-backup-ledger
  check "the nightly backup of the keys" in_machine router systemctl start accord-backup-keys
  check "a backup is restored and checked" in_machine router sh -c \
    'accord backup verify /var/backups/accord/ledger/ledger-*.sqlite'
  check "backups are encrypted once there is a key" encrypted_backup
  say "── An upgrade while officers write, from ${previous:-the same build under another number}"
  check "forms come in" upgrade_begins
  check "the router's package is upgraded and restarted, its configuration as it was" \
    upgraded router accord-router
  check "forms still come in, and go through" more_written
  check "the agencies' packages likewise" \
    upgraded agency accord-sheriff accord-prosecutor accord-behavioral-health
  check "each form is one hold at the prosecutor's, and there is no other" nothing_lost
  say "      $(wc -l <"$machines/written") forms were written meanwhile"
  check "the log is whole, and says the same as the agency's own chain" log_is_whole
  check "a package that is removed leaves state and keys" removed
}

operator_by_group() {
  in_machine router useradd --groups accord-operators pat || return 1
  # Not 'status', which also says by its exit whether every agency is connected.
  in_machine router runuser -u pat -- accord held list
}

# Told by the router, which sees who asks; not by the file system.
outsider_is_refused() {
  local said
  in_machine router useradd stranger || return 1
  said=$(in_machine router runuser -u stranger -- accord held list 2>&1) && return 1
  grep -q not-allowed <<<"$said" || { printf '%s\n' "$said"; return 1; }
}

killed_comes_back() {
  in_machine router systemctl kill -s KILL accord-router
  within 20 active router accord-router || return 1
  within 20 in_machine router accord status
}

encrypted_backup() {
  in_machine router sh -c '
    age-keygen -o /root/backup.key 2>/dev/null &&
    age-keygen -y /root/backup.key >/etc/accord/backup-recipients &&
    systemctl start accord-backup-ledger &&
    cd /var/backups/accord/ledger &&
    accord backup verify --identity /root/backup.key ledger-*.sqlite.age'
}

# upgrade_begins: the files of what is upgraded to, under the next version's number; and officers
# who go on writing forms, several a second, until there is a file named "enough".
upgrade_begins() {
  local name next="$machines/next"
  mkdir -p "$next"
  for name in accord accord-{router,sheriff,prosecutor,public-defender,behavioral-health}; do
    dpkg-deb -R "$packages/$name"_*.deb "$next/$name" || return 1
    sed -i -E 's/^Version: .*/&.1/; s/accord \(= ([0-9.]+)\)/accord (= \1.1)/' \
      "$next/$name/DEBIAN/control"
    dpkg-deb --root-owner-group -Znone -b "$next/$name" "$next/$name.deb" >/dev/null || return 1
  done
  cp "$next"/*.deb "$machines/router/opt/accord/"
  cp "$next"/*.deb "$machines/agency/opt/accord/"
  go_on_writing >"$machines/written" 2>"$machines/writing.log" &
  within 10 test -s "$machines/written"
}

# A new daemon at the router, the older ones at the agencies: a step apart, and all goes on.
more_written() {
  local last
  sleep 1
  last=$(tail -n 1 "$machines/written")
  within 20 test -e \
    "$machines/agency/var/spool/accord/prosecutor/out/notices/lr-$last-hold-requested.txt"
}

go_on_writing() {
  local number=0 folder=$machines/agency/var/spool/accord/sheriff/in/referrals
  until [ -e "$machines/enough" ]; do
    number=$((number + 1))
    referral "up-$number" $((1000 + number)) >"$folder/.form" \
      && mv "$folder/.form" "$folder/up-$number.json" && echo "up-$number"
    sleep 0.05
  done
}

# upgraded MACHINE DAEMON…: every package that it has is the next one afterwards, and the daemons
# are others, on the same configuration.
upgraded() {
  local machine=$1 package files=() before after sum
  shift
  for package in $(in_machine "$machine" dpkg-query -W -f '${Package}\n' 'accord*'); do
    files+=("/opt/accord/$package.deb")
  done
  sum=$(configuration_of "$machine")
  before=$(main_pids "$machine" "$@")
  # Where a commented configuration has changed, it asks; upgrading.md has this as the answer.
  in_machine "$machine" env DEBIAN_FRONTEND=noninteractive dpkg --force-confold -i "${files[@]}" \
    || return 1
  for package in "$@"; do within 20 active "$machine" "$package" || return 1; done
  after=$(main_pids "$machine" "$@")
  [ -z "$(comm -12 <(sort <<<"$before") <(sort <<<"$after"))" ] \
    || { echo "not restarted: $before → $after"; return 1; }
  [ "$sum" = "$(configuration_of "$machine")" ]
}

# An exit of 1 says that the last entries are not signed yet, as they may be.
log_is_whole() {
  in_machine router accord audit export --output /root/log.txt || return 1
  in_machine agency accord-prosecutor chain >"$machines/router/root/chain.txt" || return 1
  in_machine router accord audit verify /root/log.txt --chain /root/chain.txt || [ $? -eq 1 ]
}

main_pids() {
  local machine=$1 package
  shift
  for package in "$@"; do in_machine "$machine" systemctl show -P MainPID "$package"; done
}

configuration_of() {
  find "$machines/$1/etc/accord" -name '*.yaml' -type f -print0 | sort -z | xargs -0 sha256sum
}

# Each form that was written meanwhile is one hold at the prosecutor's, and there is no other.
nothing_lost() {
  touch "$machines/enough"
  within 120 holds_are_those_written
}

holds_are_those_written() {
  local said
  said=$(diff <(sort -u "$machines/written") <(
    find "$machines/agency/var/spool/accord/prosecutor/out/notices" \
      -name 'lr-up-*-hold-requested.txt' -printf '%f\n' \
      | sed -E 's/^lr-(.*)-hold-requested.txt$/\1/' | sort -u)) \
    || { printf '%s of %s differ\n' "$(grep -c '^[<>]' <<<"$said")" "$(wc -l <"$machines/written")"
      return 1; }
}

removed() {
  in_machine agency env DEBIAN_FRONTEND=noninteractive dpkg --purge accord-prosecutor || return 1
  [ -f "$machines/agency/etc/accord/prosecutor/key.yaml" ] \
    && [ -d "$machines/agency/var/lib/accord/prosecutor" ] \
    && [ "$(in_machine agency systemctl is-active accord-prosecutor)" != active ]
}

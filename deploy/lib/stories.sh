# Sourced by deploy/demo: the county and its stories. Each story checks what its people would see:
# the files that the adapters write, and what the router says of itself.

good=0
bad=0
latencies=()
router_pid=
declare -A daemon_pid

note() { [ "$quiet" = yes ] || printf '  %6.1fs  %s\n' "$(since_start)" "$*"; }
since_start() { awk -v a="$started_ms" -v b="$(date +%s%3N)" 'BEGIN { print (b - a) / 1000 }'; }
title() { say ""; say "── $*"; }

# ends NAME: a story came to its end; with an argument before, how.
ends() { good=$((good + 1)); say "   good: $*"; }
fails() { bad=$((bad + 1)); say "   FAILED: $*"; }

# see SECONDS FILE WORDS: waits until the file is there and says the words.
see() {
  local until=$(($(date +%s) + $1)) file=$2 words=$3
  while [ "$(date +%s)" -le "$until" ]; do
    grep -qs -- "$words" "$file" && return 0
    sleep 0.1
  done
  say "   not within $1 s: '$words' in ${file#"$county"/}"
  return 1
}

# see_json SECONDS COMMAND PATTERN: waits until what `accord COMMAND --json` prints matches.
see_json() {
  local until=$(($(date +%s) + $1)) words=$3
  while [ "$(date +%s)" -le "$until" ]; do
    # A status that warns exits non-zero, and still says what it says.
    "$bin/accord" $2 --config "$county/router.yaml" --json >"$county/asked.json" 2>/dev/null || true
    tr -d ' \n' <"$county/asked.json" | grep -E -- "$words" >/dev/null && return 0
    sleep 0.2
  done
  say "   not within $1 s: $words in accord $2"
  return 1
}

files() { echo "$county/files/$1"; }
sheriff=lakewood-sheriff
prosecutor=lakewood-prosecutor
defender=lakewood-defender
provider=harbor-behavioral
daemon_of() {
  case $1 in
    "$sheriff") echo accord-sheriff ;;
    "$prosecutor") echo accord-prosecutor ;;
    "$defender") echo accord-public-defender ;;
    "$provider") echo accord-behavioral-health ;;
  esac
}

start_router() {
  "$bin/accord-router" --config "$county/router.yaml" >>"$county/router.log" 2>&1 &
  router_pid=$!
}

start_daemon() {
  "$bin/$(daemon_of "$1")" run --config "$county/$1.yaml" >>"$county/$1.log" 2>&1 &
  daemon_pid[$1]=$!
}

stop_daemon() {
  kill "${daemon_pid[$1]}" 2>/dev/null
  wait "${daemon_pid[$1]}" 2>/dev/null
}

# A base above which nothing of this machine stands for the lanes (+0…) and the desks (+200…):
# two counties may run beside one another.
free_port_base() {
  local base port taken
  while :; do
    base=$((20000 + RANDOM % 9000)) taken=no
    for port in $(awk 'FNR > 1 { split($2, at, ":"); print at[2] }' /proc/net/tcp /proc/net/tcp6); do
      port=$((16#$port))
      [ "$port" -lt "$base" ] || [ "$port" -gt $((base + 210)) ] || taken=yes
    done
    [ "$taken" = yes ] || { printf '%s\n' "$base"; return; }
  done
}

start_county() {
  started_ms=$(date +%s%3N)
  county=$(mktemp -d "${TMPDIR:-/tmp}/accord-demo.XXXXXX")/county
  local port
  port=$(free_port_base)
  "$bin/accord" init "$county" --program lakewood --base-port "$port" --demonstration >/dev/null \
    || die "accord init failed"
  for agency in "$sheriff" "$prosecutor" "$defender" "$provider"; do
    sed -i 's/^poll-seconds: .*/poll-seconds: 1/' "$county/$agency.yaml"
  done
  # Clear of the lanes, and of what else may listen above.
  configure_desks $((port + 200))
  # Adapters first, the router last: order does not matter.
  for agency in "$sheriff" "$prosecutor" "$defender" "$provider"; do start_daemon "$agency"; done
  start_router
  drop "$provider" on-call on-call.csv "starts_at,ends_at,tier,staff_id,staff_name,phone
2020-01-01T00:00:00Z,2040-01-01T00:00:00Z,primary,cm-1,Robin Aldous,555-0180
2020-01-01T00:00:00Z,2040-01-01T00:00:00Z,backup,cm-2,Kai Lindgren,555-0185"
  for agency in "$sheriff" "$prosecutor" "$defender" "$provider"; do
    see 30 "$(files "$agency")/out/status.json" '"connected" : true' || die "$agency never connected; see $county/$agency.log"
  done
}

stop_county() {
  [ "$keep" = yes ] && return
  for agency in "${!daemon_pid[@]}"; do kill "${daemon_pid[$agency]}" 2>/dev/null; done
  kill "$router_pid" 2>/dev/null
  wait 2>/dev/null
  rm -rf "$(dirname "$county")"
}

# drop AGENCY FOLDER NAME TEXT: a file lands in an adapter's folder, whole.
drop() {
  local folder
  folder="$(files "$1")/in/$2"
  mkdir -p "$folder"
  printf '%s\n' "$4" >"$folder/.$3"
  mv "$folder/.$3" "$folder/$3"
}

hash_of() { printf '%s' "$1" | sha256sum | cut -d' ' -f1; }

# referral ID DOOR INCIDENT LAST FIRST DOB SID OUTCOME: the officer's form with the field release.
referral() {
  local now
  now=$(date -u +%Y-%m-%dT%H:%M:%SZ)
  cat <<FORM
{"referral_id": "$1", "door": "$2", "referred_at": "$now", "incident_no": "$3",
 "agency_ori": "ZZ0290000", "offenses": ["11.204"], "offense_level": "misdemeanor",
 "officer_badge": "422", "officer_callback": "555-0108", "provider": "$provider",
 "meeting_place": "East precinct lobby", "safety_codes": [], "language": "en",
 "needs_codes": ["food"], "last_name": "$4", "first_name": "$5", "dob": "$6", "sid": "$7",
 "complainant_consent": "yes", "roi_outcome": "$8", "roi_signed_at": "$now",
 "roi_signer_capacity": "patient", "roi_witness": "422",
 "roi_recipients": ["$prosecutor", "$provider"], "roi_information": ["handoff-details", "hold"],
 "roi_purposes": ["coordination"], "roi_expires_on": "2039-12-31", "roi_form": "field-1",
 "roi_image_sha256": "$(hash_of "$1")"}
FORM
}

# release ID REFERRAL LAST FIRST DOB SID: the full release, which names everyone but the defender.
release() {
  cat <<FORM
{"roi_id": "$1", "version": 1, "kind": "general", "referral_id": "$2", "last_name": "$3",
 "first_name": "$4", "dob": "$5", "sid": "$6", "signer_capacity": "patient", "witness": "cm-1",
 "signed_at": "$(date -u +%Y-%m-%dT%H:%M:%SZ)",
 "recipients": ["$sheriff", "$prosecutor", "$provider"],
 "information": ["intake-status", "participation-status", "hold", "bookings"],
 "purposes": ["coordination"], "expires_on": "2039-12-31", "form": "multi-1",
 "image_sha256": "$(hash_of "$1")"}
FORM
}

ask() { "$bin/$(daemon_of "$1")" "${@:2}" --config "$county/$1.yaml" >/dev/null; }

# timed SECONDS FILE WORDS: as see, and keeps how long it took since `clock`.
clock() { clock_ms=$(date +%s%3N); }
timed() {
  see "$@" || return 1
  local took=$(($(date +%s%3N) - clock_ms))
  latencies+=("$took")
  note "seen ${took} ms after the file was dropped"
}

story_hold_begins() {
  title "A hold that will run out (told at the end)"
  drop "$sheriff" referrals lr-demo-6.json \
    "$(referral lr-demo-6 arrest-diversion 26-000006 Late Lena 1990-06-06 ZZ1000006 signed)"
  if see 15 "$(files $prosecutor)/out/notices/lr-demo-6-hold-requested.txt" "HOLD ON FILING"; then
    ask $prosecutor decide opened --incident 26-000006
    note "the prosecutor has opened the hold; nobody will do anything more about it"
    ends "a hold is open"
  else fails "the hold request did not arrive"; fi
}

story_arrest_diversion() {
  title "An arrest diversion, from the offer to a declined filing"
  clock
  drop "$sheriff" referrals lr-demo-1.json \
    "$(referral lr-demo-1 arrest-diversion 26-000001 Demo Dana 1988-01-01 ZZ1000001 signed)"
  note "the officer's form is dropped into the sheriff's folder"
  timed 15 "$(files $provider)/out/alerts/lr-demo-1-0.txt" "SOMEBODY IS NEEDED NOW" \
    && note "the case manager on call is alerted; the alert names no person" || { fails "no alert"; return; }
  if grep -qi "dana" "$(files $provider)/out/alerts/lr-demo-1-0.txt"; then
    fails "the bare alert names the person"; return
  fi
  see 10 "$(files $provider)/out/alerts/lr-demo-1-who.txt" "Dana Demo" \
    && note "under the field release, the provider also learns who it is" || { fails "no details"; return; }
  see 10 "$(files $prosecutor)/out/notices/lr-demo-1-hold-requested.txt" "HOLD ON FILING" \
    && note "the prosecutor has the hold request" || { fails "no hold request"; return; }
  ask $provider acknowledge lr-demo-1 --responder cm-1 --eta 12
  see 15 "$(files $sheriff)/out/status.csv" "acknowledged by cm-1, 12 min away" \
    && note "the officer sees: acknowledged, 12 minutes away" || { fails "no acknowledgement"; return; }
  ask $prosecutor decide opened --incident 26-000001
  see 15 "$(files $provider)/out/notices/lr-demo-1-hold.opened.txt" "HOLD ON FILING" \
    && note "the hold is open; provider and sheriff know" || { fails "hold not opened"; return; }
  if [ "$(wc -l <"$(files $defender)/out/clients.csv")" -ne 1 ]; then
    fails "the defender, whom no release names, heard of it"; return
  fi
  note "the public defender, whom the release does not name, got nothing"
  drop "$provider" releases roi-demo-1.json \
    "$(release roi-demo-1 lr-demo-1 Demo Dana 1988-01-01 ZZ1000001)"
  see 15 "$(files $provider)/out/releases.csv" "roi-demo-1,1,lr-demo-1,.*,signed,yes" \
    && note "the full release is signed and in effect" || { fails "no release"; return; }
  ask $provider intake lr-demo-1
  see 15 "$(files $prosecutor)/out/notices/lr-demo-1-conditions-met.txt" "CONDITIONS MET" \
    && note "intake is completed: the prosecutor sees the conditions met" || { fails "no conditions"; return; }
  ask $prosecutor decide released --incident 26-000001 --reason conditions-met
  see 15 "$(files $sheriff)/out/status.csv" "released" \
    && see 15 "$(files $prosecutor)/out/holds.csv" "lr-demo-1.*released" \
    && ends "filing declined; sheriff and provider know" || fails "the release of the hold did not arrive"
}

story_router_killed() {
  title "The router is killed with kill -9 in the middle"
  kill -9 "$router_pid"
  wait "$router_pid" 2>/dev/null
  note "the router is dead"
  drop "$sheriff" referrals lr-demo-7.json \
    "$(referral lr-demo-7 arrest-diversion 26-000007 Kill Kim 1979-07-07 ZZ1000007 signed)"
  see 15 "$(files $sheriff)/done/lr-demo-7.json" "lr-demo-7" \
    && note "meanwhile a referral is dropped: it waits in the sheriff's spool"
  start_router
  note "the router is started again"
  see 30 "$(files $prosecutor)/out/notices/lr-demo-7-hold-requested.txt" "HOLD ON FILING" \
    && see 15 "$(files $provider)/out/alerts/lr-demo-7-0.txt" "NEEDED NOW" || { fails "it was lost"; return; }
  ask $provider acknowledge lr-demo-7 --responder cm-1 --eta 5
  if [ "$(ls "$(files $prosecutor)"/out/notices/ | grep -c 'lr-demo-1-hold-requested')" -eq 1 ] \
    && see 15 "$(files $sheriff)/out/status.csv" "lr-demo-7.*acknowledged"; then
    ends "nothing lost, nothing twice"
  else fails "state after the kill is wrong"; fi
}

story_social_contact_unanswered() {
  title "A social contact; nobody answers, so the next on call is asked"
  clock
  drop "$sheriff" referrals lr-demo-2.json \
    "$(referral lr-demo-2 social-contact '' Contact Chris 1995-02-02 '' signed)"
  timed 15 "$(files $provider)/out/alerts/lr-demo-2-0.txt" "cm-1" || { fails "no alert"; return; }
  note "cm-1 is asked and does not answer"
  see 20 "$(files $provider)/out/alerts/lr-demo-2-1.txt" "cm-2" || { fails "the next on call was not asked"; return; }
  note "cm-2, the next on call, is asked"
  see 15 "$(files $sheriff)/out/NOT-ANSWERED-lr-demo-2.txt" "NOT ANSWERED" || { fails "the officer was not told"; return; }
  ask $provider acknowledge lr-demo-2 --responder cm-2 --eta 20
  see 15 "$(files $sheriff)/out/status.csv" "lr-demo-2.*acknowledged by cm-2" || { fails "no answer"; return; }
  if [ -e "$(files $prosecutor)/out/notices/lr-demo-2-hold-requested.txt" ]; then
    fails "a social contact made a hold"
  else ends "answered by the next on call; no case, so no hold"; fi
}

story_community() {
  title "A community referral, without police"
  drop "$provider" referrals community.json \
    "$(referral lr-demo-3 community '' Neighbor Nico 1970-03-03 ZZ1000003 signed)"
  see 15 "$(files $provider)/out/releases.csv" "lr-demo-3-field,1,lr-demo-3,.*,signed,yes" \
    && see_json 10 "roi show" '"id":"lr-demo-3-field"' || { fails "no release"; return; }
  if grep -qs lr-demo-3 "$(files $sheriff)/out/status.csv" "$(files $prosecutor)/out/holds.csv"; then
    fails "police or prosecutor learned of it"
  else ends "taken by the provider; police and prosecutor know nothing of it"; fi
}

story_escrow() {
  title "A notice waits in escrow and leaves when the release is signed"
  drop "$sheriff" referrals lr-demo-4.json \
    "$(referral lr-demo-4 arrest-diversion 26-000004 Escrow Eddie 1985-04-04 ZZ1000004 '')"
  see 15 "$(files $sheriff)/out/NOT-SENT-lr-demo-4-hold.requested.txt" "NOT SENT" \
    && note "held; the sender is told loudly: NOT SENT" || { fails "the sender was not told"; return; }
  if [ -e "$(files $prosecutor)/out/notices/lr-demo-4-hold-requested.txt" ]; then
    fails "it reached the prosecutor without a release"; return
  fi
  clock
  drop "$sheriff" referrals lr-demo-4-roi.json \
    "$(referral lr-demo-4 arrest-diversion 26-000004 Escrow Eddie 1985-04-04 ZZ1000004 signed)"
  timed 15 "$(files $prosecutor)/out/notices/lr-demo-4-hold-requested.txt" "HOLD ON FILING" \
    && ends "released the moment the release was registered" || fails "it never left"
  ask $provider acknowledge lr-demo-4 --responder cm-1 --eta 9
}

story_bookings() {
  title "The jail's roster: one participant, and people who are nobody's business"
  local now rows=
  now=$(date -u +%Y-%m-%dT%H:%M:%SZ)
  for n in 1 2 3 4 5; do
    rows+="A,$now,26-9000$n,55500$n,,STRANGER,PAT$n,,1960-01-0$n,ZZ200000$n,$now,,M,13.502,,
"
  done
  drop "$sheriff" roster changes-demo.csv "event,changed_at,booking_no,inmate_no,prev_inmate_no,last_name,first_name,middle_name,dob,sid,booked_at,released_at,offense_class,statute,next_court,court
A,$now,26-90009,555009,,DEMO,DANA,,1988-01-01,ZZ1000001,$now,,M,13.502,,
$rows"
  see_json 20 totals '"noMatches":5' || { fails "strangers were not left alone"; return; }
  local until=$(($(date +%s) + 15))
  while [ "$(date +%s)" -le "$until" ] \
    && ! grep -qs "26-90009" "$(files $provider)"/out/alerts/booking-*.txt; do sleep 0.2; done
  if grep -qs "26-90009" "$(files $provider)"/out/alerts/booking-*.txt; then
    ends "the provider is alerted as the release allows; five others left a number and no more"
  else fails "the provider was not alerted"; fi
}

story_revocation() {
  title "A revocation stops what is queued"
  stop_daemon $prosecutor
  see_json 30 status '"agency":"lakewood-prosecutor"[^}]*"isConnected":false' \
    && note "the prosecutor's adapter is stopped, and the router has noticed"
  ask $provider status lr-demo-1 --status engaged
  see_json 15 status '"agency":"lakewood-prosecutor","deliveredThrough":[0-9]+,"depth":[1-9]' \
    || { fails "nothing was queued"; start_daemon $prosecutor; return; }
  note "a status of the participant is queued for the prosecutor"
  ask $provider revoke lr-demo-1
  see 15 "$(files $provider)/out/releases.csv" "roi-demo-1,1,lr-demo-1,.*,revoked,yes" \
    && note "the participant revokes; the router has it" || fails "no receipt"
  start_daemon $prosecutor
  see 20 "$(files $prosecutor)/out/status.json" '"connected" : true'
  see_json 20 totals '"withheld":[1-9]' && ends "the prosecutor is back and gets nothing of it" \
    || fails "it was not withheld"
}

story_hold_runs_out() {
  title "The hold of the beginning runs out"
  see 90 "$(files $prosecutor)/out/notices/lr-demo-6-review-due.txt" "REVIEW DUE" || { fails "nobody was asked"; return; }
  if see 10 "$(files $prosecutor)/out/holds.csv" "lr-demo-6.*review due" \
    && ! grep -qs "lr-demo-6.*filed" "$(files $prosecutor)/out/holds.csv"; then
    ends "the prosecutor is asked, in neutral words, to look; nothing is filed"
  else fails "the list is wrong"; fi
}

summary() {
  title "Summary"
  "$bin/accord" totals --config "$county/router.yaml"
  "$bin/accord" status --config "$county/router.yaml" || true
  # The proof of it all: the whole log, exported and checked without the router.
  "$bin/accord" audit export --config "$county/router.yaml" --output "$county/log.export" >/dev/null
  "$bin/accord" audit verify "$county/log.export" | head -n 1 && [ "${PIPESTATUS[0]}" -eq 0 ] \
    || fails "the log does not verify"
  [ ${#latencies[@]} -gt 0 ] && say "From a dropped file to the notice, ms (files are looked at each second, twice): ${latencies[*]}"
  if [ "$keep" = yes ]; then
    say ""
    say "Everything is left running in $county"
    say "  $bin/accord status --config $county/router.yaml"
    say "  $bin/accord roi show --config $county/router.yaml"
    say "  $bin/accord roi holders roi-demo-1 --config $county/router.yaml"
    say "  $bin/accord held list --config $county/router.yaml"
    say "  ls $county/files/*/out"
    print_desks
    say "  stop it: kill $router_pid ${daemon_pid[*]}"
  fi
  say ""
  say "$good stories ended well, $bad did not"
  [ "$bad" -eq 0 ]
}

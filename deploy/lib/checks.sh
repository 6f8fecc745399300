# Sourced by deploy/test-packages and deploy/test-containers: what both check by, and write.

good=0
bad=0
# check WORDS COMMAND…: one thing that must be so.
check() {
  local words=$1 said
  shift
  if said=$("$@" 2>&1); then
    good=$((good + 1)) && say "   good: $words"
  else
    bad=$((bad + 1)) && say "   FAILED: $words"
    [ -z "$said" ] || sed 's/^/      /' <<<"$said" | tail -n 12
  fi
}

# within SECONDS COMMAND…: until it is so.
within() {
  local until=$((SECONDS + $1))
  shift
  while ! "$@" >/dev/null 2>&1; do
    [ $SECONDS -lt $until ] || { "$@"; return 1; }
    sleep 0.2
  done
}

of_json() { python3 -c 'import json, sys; print(json.load(sys.stdin)[sys.argv[1]])' "$1"; }

# referral NAME NUMBER: an officer's form, about a person of that number.
referral() {
  local now digits
  digits=$(printf '%06d' "$2")
  now=$(date -u +%Y-%m-%dT%H:%M:%SZ)
  cat <<FORM
{"referral_id": "lr-$1", "door": "arrest-diversion", "referred_at": "$now",
 "incident_no": "26-$digits", "agency_ori": "ZZ0290000", "offenses": ["11.204"],
 "offense_level": "misdemeanor", "officer_badge": "422", "officer_callback": "555-0108",
 "provider": "harbor-behavioral", "meeting_place": "East precinct lobby", "safety_codes": [],
 "language": "en", "needs_codes": ["food"], "last_name": "Demo", "first_name": "Dana",
 "dob": "1988-01-01", "sid": "ZZ1$digits", "complainant_consent": "yes", "roi_outcome": "signed",
 "roi_signed_at": "$now", "roi_signer_capacity": "patient", "roi_witness": "422",
 "roi_recipients": ["lakewood-prosecutor", "harbor-behavioral"],
 "roi_information": ["handoff-details", "hold"], "roi_purposes": ["coordination"],
 "roi_expires_on": "2039-12-31", "roi_form": "field-1",
 "roi_image_sha256": "$(printf '%s' "$1" | sha256sum | cut -d' ' -f1)"}
FORM
}

# Sourced by deploy/demo and the browser tests: a desk for each agency of the sample county, with
# accounts whose passwords are no secret. Nothing of it belongs into a real county.

desk_password='a demonstration only'
declare -A desk_port

# configure_desk AGENCY PORT NAME: gives the daemon's configuration a desk; before it starts.
configure_desk() {
  local file="$county/$1.yaml"
  desk_port[$1]=$2
  case $1 in
    "$sheriff")
      sed -i 's/^adapter: {}$/adapter:/' "$file"
      cat >>"$file" <<YAML
  duty-line: "555-0142"
  offences:
    "11.204": Theft of the third degree
    "11.310": Trespass
    "11.415": Possession of drugs
  field-recipients:
    $prosecutor: the prosecutor
    $provider: the case manager of Harbor Behavioral Health
YAML
      ;;
    "$prosecutor")
      cat >>"$file" <<YAML
  contacts:
    $provider: duty desk 555-0130
YAML
      ;;
    "$provider")
      cat >>"$file" <<YAML
  partners:
    $sheriff: Lakewood County Sheriff
    $prosecutor: Lakewood Prosecutor
    $defender: Lakewood Public Defender
YAML
      ;;
  esac
  cat >>"$file" <<YAML

desk:
  port: $2
  name: $3
  duty-line: "555-0142"
  idle-minutes: 120
  demonstration: true
YAML
  [ "$1" != "$defender" ] || [ -z "${ACCORD_ISSUER:-}" ] || single_sign_on "$1" "$2"
  "$bin/$(daemon_of "$1")" desk certificate --host localhost --config "$file" >/dev/null \
    || die "no certificate for the desk of $1"
}

# single_sign_on AGENCY PORT: at the identity provider $ACCORD_ISSUER, with its $ACCORD_CLIENT_SECRET.
single_sign_on() {
  local secret="$county/$1.sign-on"
  (umask 077 && printf '%s\n' "$ACCORD_CLIENT_SECRET" >"$secret")
  cat >>"$county/$1.yaml" <<YAML
  address: https://localhost:$2
  single-sign-on:
    issuer: $ACCORD_ISSUER
    client-id: accord-defender
    client-secret-file: $secret
    name: County sign-in
    role-claim: groups
    roles:
      supervisor: [accord-leads]
      attorney: [accord-attorneys]
YAML
}

# account AGENCY NAME ROLE DISPLAY [STAFF]
account() {
  local staff=()
  [ -z "${5:-}" ] || staff=(--staff "$5")
  printf '%s\n' "$desk_password" | "$bin/$(daemon_of "$1")" desk user add "$2" --role "$3" \
    --display "$4" "${staff[@]}" --without-second-factor --config "$county/$1.yaml" >/dev/null \
    || die "no account $2 at the desk of $1"
}

# configure_desks FIRST-PORT
configure_desks() {
  need_packages openssl
  configure_desk "$prosecutor" "$1" "Lakewood Prosecutor"
  configure_desk "$provider" $(($1 + 1)) "Harbor Behavioral Health"
  configure_desk "$sheriff" $(($1 + 2)) "Lakewood County Sheriff"
  configure_desk "$defender" $(($1 + 3)) "Lakewood Public Defender"
  account "$prosecutor" pat attorney "Pat Orrin"
  account "$prosecutor" sam supervisor "Sam Castell"
  account "$provider" robin case-manager "Robin Aldous" cm-1
  account "$provider" kai supervisor "Kai Lindgren" cm-2
  account "$sheriff" officer officer "Deputy Noor" 422
  account "$defender" lee supervisor "Lee Marsh"
}

print_desks() {
  say ""
  say "Desks (the browser warns of each certificate, which signed itself):"
  say "  https://localhost:${desk_port[$prosecutor]}  prosecutor: pat, or sam who supervises"
  say "  https://localhost:${desk_port[$provider]}  provider: robin (on call), or kai who supervises"
  say "  https://localhost:${desk_port[$sheriff]}  sheriff: officer"
  say "  https://localhost:${desk_port[$defender]}  public defender: lee"
  say "  Password of all: $desk_password"
}

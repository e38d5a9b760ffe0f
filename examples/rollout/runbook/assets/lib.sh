# shellcheck shell=bash disable=SC2154
# What the steps of the runbook share. It is read by azure-cli.sh, and by whoever tries a step by hand:
#   source scripts/lib.sh; source scripts/values.sh
# Needs: bash 4.4 or later, the Azure CLI; for GitHub `gh`, for databases `sqlcmd` (the one in Go).
#
# Every tenant has a sign-in of its own, kept in a folder of its own. In a tenant without one `az login` asks for it.
# RUNBOOK_LOGIN can hold options for that, such as --use-device-code.
# A value that is known already can be given as a variable of its name; then it is not read.

RUNBOOK_SIGN_INS="${RUNBOOK_SIGN_INS:-$HOME/.rhc-runbook}"
RUNBOOK_PAUSE="${RUNBOOK_PAUSE:-10}"
RUNBOOK_PATIENCE="${RUNBOOK_PATIENCE:-180}"

say() { printf '%s\n' "$*" >&2; }
# Ends the present step.
stop() { say "error: $*"; exit 1; }

# in_tenant DOMAIN: from now on requests are sent as whoever is signed in there.
declare -A signed_in=()
in_tenant() {
  export AZURE_CONFIG_DIR="$RUNBOOK_SIGN_INS/$1"
  if [ -z "${signed_in[$1]:-}" ]; then
    mkdir -p "$AZURE_CONFIG_DIR" && chmod 700 "$RUNBOOK_SIGN_INS"
    if ! az account show --output none 2>/dev/null; then
      # shellcheck disable=SC2086
      az login --tenant "$1" --allow-no-subscriptions --output none ${RUNBOOK_LOGIN:-} || stop "nobody is signed in to $1"
    fi
    signed_in[$1]=$(az cloud show --query 'join(`" "`, [endpoints.resourceManager, endpoints.microsoftGraphResourceId, endpoints.activeDirectory])' --output tsv) || exit 1
  fi
  read -r arm graph login <<<"${signed_in[$1]}"
  arm="${arm%/}" graph="${graph%/}" login="${login%/}"
}

# The object id of whoever is signed in to the present tenant: a person, or an application.
myself() {
  local who
  who=$(az account show --query 'join(`" "`, [user.type, user.name])' --output tsv) || return 0
  case $who in
    "servicePrincipal "*) az ad sp show --id "${who#* }" --query id --output tsv ;;
    *) az ad signed-in-user show --query id --output tsv ;;
  esac
}

# One request, by the program that has the token for that service.
_request() {
  local method=$1 url=$2; shift 2
  case $url in
    https://api.github.com/*) gh api --method "$method" "${url#https://api.github.com/}" "$@" ;;
    # A vault's name in the path of another host gets no token.
    https://*/*.vault.azure.net/*) stop "nobody signs in to $url" ;;
    https://*.vault.azure.net/*) az rest --resource https://vault.azure.net --method "$method" --url "$url" "$@" ;;
    */providers/Microsoft.Subscription/subscriptions/*)
      # A subscription that this tenant does not have yet: `az` would look for it among those that it knows.
      _bearer | az rest --method "$method" --url "$url" "$@" --skip-authorization-header --headers @-
      ;;
    *) az rest --method "$method" --url "$url" "$@" ;;
  esac
}

_bearer() {
  printf 'Authorization=Bearer %s' "$(az account get-access-token --resource "$arm/" --query accessToken --output tsv)"
}

# What passes by itself: something made a moment ago has not arrived everywhere, something else is being written, or an image is
# being pushed.
_passes='PrincipalNotFound|MissingSubscriptionRegistration|SubscriptionNotFound|Request_ResourceNotFound|ResourceNotFound|does not reference a valid|AnotherOperationInProgress|AnotherOperation|OperationInProgress|InUseSubnetCannotBeUpdated|ReferencedResourceNotProvisioned|ConcurrentFederatedIdentityCredentials|Directory_ConcurrencyViolation|TooManyRequests|Too Many Requests|Authorization_RequestDenied.*replica|ParentResourceNotFound|DirectoryObjectNotFound|Directory_ObjectNotFound|ForbiddenByFirewall|ForbiddenByRbac|MANIFEST_UNKNOWN'

# send METHOD URL [HEADER=VALUE]...: the body stands on standard input.
send() {
  local method=$1 url=$2 body said tried=0 options=(); shift 2
  body=$(cat)
  case $url in
    https://api.github.com/*) [ -z "$body" ] || options+=(--input -) ;;
    *)
      options+=(--output none)
      [ $# -eq 0 ] || options+=(--headers "$@")
      [ -z "$body" ] || options+=(--body "$body")
      ;;
  esac
  say "  $method $url"
  until said=$(_request "$method" "$url" "${options[@]}" 2>&1 <<<"$body"); do
    tried=$((tried + 1))
    if [ "$method" = DELETE ] && grep -q 'Not Found' <<<"$said"; then return; fi
    # Who has a role under another name has it.
    if [ "$method" = PUT ] && grep -q RoleAssignmentExists <<<"$said"; then return; fi
    if [ "$tried" -ge 20 ] || ! grep -qE "$_passes" <<<"$said"; then stop "$said"; fi
    sleep "$RUNBOOK_PAUSE"
  done
}

# value URL QUERY: what stands there in the answer; of a list, every page is looked through.
value() {
  local url=$1 query=$2 said found
  while [ -n "$url" ] && [ "$url" != None ]; do
    case $url in
      https://api.github.com/*) _request GET "$url" --jq "$query"; return ;;
    esac
    said=$(_request GET "$url" --query "[$query, nextLink || \"@odata.nextLink\"]" --output tsv) || return
    { read -r found; read -r url || url=; } <<<"$said"
    if [ -n "$found" ] && [ "$found" != None ]; then printf '%s\n' "$found"; return; fi
  done
}

# absent URL [QUERY [VALUE]]: whether there is nothing, nothing where the query leads, or something else than the value.
absent() {
  local said tried=0
  if [ $# -eq 1 ]; then
    case $1 in https://api.github.com/*) set -- "$1" . ;; *) set -- "$1" 'to_string(@)' ;; esac
  fi
  until said=$(value "$1" "$2" 2>&1); do
    grep -qE 'Not Found|NotFound|HTTP 404' <<<"$said" && return 0
    tried=$((tried + 1))
    # A door that was opened a moment ago is not open everywhere.
    if [ "$tried" -ge 20 ] || ! grep -qE 'ForbiddenByFirewall|ForbiddenByRbac|Client address is not authorized' <<<"$said"; then stop "$said"; fi
    sleep "$RUNBOOK_PAUSE"
  done
  if [ $# -eq 3 ]; then [ "$said" != "$3" ]; else [ -z "$said" ]; fi
}

# await URL QUERY STATE: asks until the state is there.
await() {
  local state tried=0
  while state=$(value "$1" "$2" 2>/dev/null || true); [ "${state,,}" != "${3,,}" ]; do
    case ${state,,} in *failed | cancel*) stop "$1 is $state" ;; esac
    tried=$((tried + 1))
    [ "$tried" -lt "$RUNBOOK_PATIENCE" ] || stop "$1 is still ${state:-not there} and should be $3"
    sleep "$RUNBOOK_PAUSE"
  done
}

# sql HOST DATABASE: runs the batch on standard input as whoever `az` knows in the present tenant.
# The server's public door is closed: work in the network of its private endpoint, or open the door for your address meanwhile.
sql() {
  say "  SQL $1/$2"
  sqlcmd -S "$1" -d "$2" --authentication-method ActiveDirectoryAzCli -b -i /dev/stdin ||
    stop "$1 did not do it. If it let nobody in: run this step in the network of its private endpoint, or let your address in meanwhile (az sql server update --enable-public-network true, az sql server firewall-rule create) and take both back"
}

# What the present step has opened, by the functions that shut it again.
doors=()
# opened DOOR: from now on it is shut when the step ends, however it ends.
opened() { doors+=("$1"); }
# shut DOOR: now.
shut() {
  local door others=()
  for door in "${doors[@]}"; do [ "$door" = "$1" ] || others+=("$door"); done
  "$1"
  doors=("${others[@]}")
}
# What is still open, the last first.
shut_all() {
  local at
  for ((at = ${#doors[@]} - 1; at >= 0; at--)); do
    say '  shutting what this step has opened'
    ("${doors[at]}") || say '  error: it may still be open; the document of this step says how it is shut'
  done
  doors=()
}
# For whoever tries a step by hand.
trap shut_all EXIT

# need NAME...: reads the values that are not known yet.
need() {
  local name
  for name in "$@"; do
    [ -n "${!name:-}" ] || "read_$name"
    [ -n "${!name:-}" ] || stop "$name is not known yet: ${where[$name]:-give it as a variable}"
  done
}

# The id of the tenant with this domain, from its public metadata.
tenant_id() {
  local said authority=${login:-}
  [ -n "$authority" ] || authority=$(az cloud show --query endpoints.activeDirectory --output tsv) || return 0
  said=$(az rest --method get --skip-authorization-header --url "${authority%/}/$1/v2.0/.well-known/openid-configuration" --query issuer --output tsv 2>/dev/null) || return 0
  said=${said%/v2.0}
  printf '%s\n' "${said##*/}"
}

# Seconds since 1970 as Microsoft Graph writes a time.
time_of() { date -u -d "@$1" +%Y-%m-%dT%H:%M:%SZ 2>/dev/null || date -u -r "$1" +%Y-%m-%dT%H:%M:%SZ; }

# named WORDS: the UUID that they stand for (version 5, for addresses), so that what a run left behind is found by the next.
named() {
  local hash
  hash=$(printf '\x6b\xa7\xb8\x11\x9d\xad\x11\xd1\x80\xb4\x00\xc0\x4f\xd4\x30\xc8%s' "$1" | { sha1sum 2>/dev/null || shasum; })
  printf '%s-%s-5%s-%x%s-%s\n' "${hash:0:8}" "${hash:8:4}" "${hash:13:3}" $((0x${hash:16:1} & 3 | 8)) "${hash:17:3}" "${hash:20:12}"
}

# A client id as databases know it.
sid_of() {
  local id=${1//-/}
  printf '0x%s\n' "${id:6:2}${id:4:2}${id:2:2}${id:0:2}${id:10:2}${id:8:2}${id:14:2}${id:12:2}${id:16}" | tr a-f A-F
}

# Lets `az` know subscriptions that were made since the sign-in.
refresh() { az account list --refresh --only-show-errors --output none || true; }

# What each step needs, and which permissions of Microsoft Graph the Azure CLI's own application has not, by step.
declare -A after=() beyond=() titles=()
# Why a step was left out, or how it ended.
declare -A left=()

# run STEP: in a shell of its own, so that what stops it stops nothing that does not need it. What it got to know is kept.
run() {
  local number=$1 other status kept
  for other in ${after[$number]:-}; do
    [ -z "${left[$other]:-}" ] || { left[$number]="it needs $other"; say "  left out: ${left[$number]}"; return; }
  done
  kept=$(mktemp)
  set +e
  (
    set -e
    doors=()
    trap 'shut_all; keep >"$kept"' EXIT
    "step_${number/./_}"
  )
  status=$?
  set -e
  # shellcheck disable=SC1090
  source "$kept"
  rm -f "$kept"
  [ "$status" -eq 0 ] || failed "$number"
}

# A step did not come to its end: why, as far as that is known, and the way out.
failed() {
  if [ -z "${beyond[$1]:-}" ]; then left[$1]='it failed, see above'; return; fi
  left[$1]="the Azure CLI's own application is not given ${beyond[$1]} for a person"
  say "  $1 failed. If permissions were missing: ${left[$1]}."
  say "  Way out: scripts/powershell.ps1 $1, the portal as the document says, or \`az\` signed in as an application that has the permission."
}

# What is known, as commands.
keep() {
  local name
  for name in arm graph login AZURE_CONFIG_DIR "${!where[@]}"; do
    [ -z "${!name:-}" ] || declare -p "$name"
  done | sed 's/^declare -\([-x]*\)/declare -g\1/; s/^declare -g-/declare -g/'
  declare -p signed_in | sed 's/^declare -A/declare -gA/'
}

# What was not done; then the script ends with 1.
ended() {
  local number
  [ "${#left[@]}" -gt 0 ] || { say 'All done.'; return; }
  say 'Not done:'
  for number in "$@"; do
    [ -z "${left[$number]:-}" ] || say "  $number ${titles[$number]}: ${left[$number]}"
  done
  say 'Run it again when the reasons are gone: what is done stays as it is.'
  exit 1
}

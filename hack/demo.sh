#!/usr/bin/env bash
# certloop's main job on real certificates, in about a minute, without an account: a local IBM Cloud, a
# private CA, three certificates, five secrets in two projects. Every step reads the cloud back and
# checks what it says; the demo exits 1 if one check fails.
set -euo pipefail
cd "$(dirname "$0")/.."
hack/setup.sh

export CCACHE_BASEDIR=$PWD CCACHE_SLOPPINESS=pch_defines,time_macros
echo "demo: building (the first time takes some minutes)"
cmake --preset release >/dev/null
built=$(cmake --build --preset release -j"$(nproc)") || { printf '%s\n' "$built" | tail -n 40; exit 1; }
certloop=$PWD/build/release/certloop

if [[ -t 1 && -z ${NO_COLOR:-} ]]; then
  bold=$'\e[1m' dim=$'\e[2m' green=$'\e[32m' red=$'\e[31m' off=$'\e[0m'
else
  bold='' dim='' green='' red='' off=''
fi
begin=$SECONDS
work=$(mktemp -d)
pids=()
clean_up() {
  local status=$?
  for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
  wait 2>/dev/null || true
  if [[ $status -ne 0 && -s $work/certloop.log ]]; then
    printf '%s\n' "${dim}the controller's last words:"; tail -n 15 "$work/certloop.log"; printf '%s' "$off"
  fi
  rm -rf "$work"
}
trap clean_up EXIT

step() { printf '\n%s%s%s\n' "$bold" "$*" "$off"; }
note() { printf '  %s%s%s\n' "$dim" "$*" "$off"; }
good() { printf '  %s✔%s %s\n' "$green" "$off" "$*"; }
bad() { printf '  %s✘ %s%s\n' "$red" "$*" "$off"; exit 1; }
# Until a command succeeds, at most so many seconds.
within() {  # seconds what command...
  local end=$((SECONDS + $1)) what=$2
  shift 2
  until "$@"; do [[ $SECONDS -lt $end ]] || bad "$what (not within the time)"; sleep 0.1; done
  good "$what"
}

# --- talking to the cloud -------------------------------------------------------------------------
api() {  # method url [json]
  curl -sS --fail-with-body -X "$1" "$2" -H "Authorization: Bearer $token" ${3:+-H 'Content-Type: application/json' -d "$3"}
}
secret() { api GET "$(project_url "$1")/secrets/$2" 2>/dev/null; }
project_url() {
  case $1 in
    shop) echo "$LOCALCLOUD_CE_URL_A/projects/$LOCALCLOUD_PROJECT_A" ;;
    admin) echo "$LOCALCLOUD_CE_URL_B/projects/$LOCALCLOUD_PROJECT_B" ;;
  esac
}
serial_in() {  # project secret key: serial of the first certificate in it
  secret "$1" "$2" | jq -r --arg key "$3" '.data[$key]' | openssl x509 -noout -serial 2>/dev/null |
    sed 's/serial=//' | tr 'A-F' 'a-f'
}
serial_of() { openssl x509 -noout -serial -in "$1" | sed 's/serial=//' | tr 'A-F' 'a-f'; }
holds() { [[ $(serial_in "$1" "$2" "$3") == "$4" ]]; }
exists() { secret "$1" "$2" >/dev/null; }
imported() {  # leaf key [intermediate]: the body of an import or a rotation
  jq -n --rawfile certificate "$1" --rawfile private_key "$2" --rawfile intermediate "$work/intermediate.pem" \
    '{$certificate, $private_key, $intermediate}'
}
create() { api POST "$LOCALCLOUD_SM_URL/api/v2/secrets" "$1" | jq -r .id; }
rotate() { api POST "$LOCALCLOUD_SM_URL/api/v2/secrets/$1/versions" "$2" >/dev/null; }
state_of() { api GET "$LOCALCLOUD_SM_URL/api/v2/secrets/$1/metadata" | jq -r .state_description; }
is_active() { [[ $(state_of "$1") == active ]]; }
flush() { curl -sS --fail -X POST "$LOCALCLOUD_URL/_local/flush" >/dev/null; }
logged() { grep -q "$@" "$work/certloop.log"; }
# Every delivery has its answer, and that comes when all is said: no look is under way any more.
answered() { curl -sS --fail "$LOCALCLOUD_URL/_local/deliveries" | jq -e '[.deliveries[] | select(.outcome == "pending")] == []' >/dev/null; }

# --- certificates ---------------------------------------------------------------------------------
new_key() { openssl ecparam -name prime256v1 -genkey -noout | openssl pkcs8 -topk8 -nocrypt; }
new_leaf() {  # name dns
  new_key >"$work/$1.key"
  openssl req -new -key "$work/$1.key" -subj "/CN=$2" -addext "subjectAltName=DNS:$2" -out "$work/$1.csr"
  openssl x509 -req -in "$work/$1.csr" -CA "$work/intermediate.pem" -CAkey "$work/intermediate.key" \
    -days 90 -copy_extensions copy -out "$work/$1.pem" 2>/dev/null
}

step "1. A local IBM Cloud"
build/release/localcloud --listen 127.0.0.1:0 --env-file "$work/env" >"$work/localcloud.log" 2>&1 &
pids+=($!)
within 5 "it listens" test -s "$work/env"
set -a
# shellcheck source=/dev/null
source "$work/env"
set +a
note "$LOCALCLOUD_URL: IAM, Secrets Manager, Code Engine in two regions, Event Notifications"
token=$(curl -sS --fail "$CERTLOOP_IAM_URL/identity/token" --data-urlencode 'grant_type=urn:ibm:params:oauth:grant-type:apikey' \
  --data-urlencode "apikey=$CERTLOOP_API_KEY" | jq -r .access_token)

step "2. A private CA with an intermediate, and three certificates in Secrets Manager"
new_key >"$work/root.key"
openssl req -x509 -new -key "$work/root.key" -subj '/CN=Demo Root' -days 365 -out "$work/root.pem" \
  -addext 'basicConstraints=critical,CA:TRUE' -addext 'keyUsage=critical,keyCertSign,cRLSign'
new_key >"$work/intermediate.key"
openssl req -new -key "$work/intermediate.key" -subj '/CN=Demo Intermediate' -out "$work/intermediate.csr" \
  -addext 'basicConstraints=critical,CA:TRUE' -addext 'keyUsage=critical,keyCertSign,cRLSign'
openssl x509 -req -in "$work/intermediate.csr" -CA "$work/root.pem" -CAkey "$work/root.key" -days 180 \
  -copy_extensions copy -out "$work/intermediate.pem" 2>/dev/null
new_leaf first shop.example.com
shop_id=$(create "$(imported "$work/first.pem" "$work/first.key" | jq '. + {secret_type: "imported_cert", name: "shop"}')")
good "imported_cert  shop    serial $(serial_of "$work/first.pem"), with its intermediate"
pay_id=$(create '{"secret_type":"public_cert","name":"pay","ca":"demo-ca","dns":"demo-dns","common_name":"pay.example.com"}')
within 5 "public_cert    pay     ordered and issued" is_active "$pay_id"
inside_id=$(create '{"secret_type":"private_cert","name":"inside","certificate_template":"local-template","common_name":"inside.example.com"}')
good "private_cert   inside  issued"

step "3. The mapping: three certificates, five secrets, two projects"
cat >"$work/mapping.yaml" <<YAML
apiVersion: certloop.dev/v1
kind: CertificateMapping
metadata: { name: demo }
spec:
  resync: 30s
  secretsManagers:
    main: { url: "$LOCALCLOUD_SM_URL" }
  projects:
    shop:  { id: $LOCALCLOUD_PROJECT_A, url: "$LOCALCLOUD_CE_URL_A" }
    admin: { id: $LOCALCLOUD_PROJECT_B, url: "$LOCALCLOUD_CE_URL_B" }
  mappings:
    - name: shop
      from: { secretsManager: main, id: $shop_id }
      to:
        - { project: shop, secret: shop-tls }
        - { project: admin, secret: shop-tls }
      require: { dnsNames: [shop.example.com], validFor: 7d }
    - name: pay
      from: { secretsManager: main, group: default, type: public_cert, name: pay }
      to:
        - { project: shop, secret: pay-tls }
        - { project: admin, secret: pay-files, format: generic, data: { fullchain.pem: fullchain, key.pem: privateKey } }
    - name: inside
      from: { secretsManager: main, id: $inside_id }
      to:
        - { project: admin, secret: inside-tls }
YAML
"$certloop" validate --mapping "$work/mapping.yaml" | sed "s|$work/||;s/^/  /"
set +e
"$certloop" plan --mapping "$work/mapping.yaml" | sed 's/^/  /'
planned=${PIPESTATUS[0]}
set -e
[[ $planned -eq 2 ]] && good "plan exits with 2: changes are due, nothing was written" || bad "plan exited with $planned"

step "4. certloop run"
shared_secret=$(openssl rand -hex 24)
CERTLOOP_SHARED_SECRET=$shared_secret "$certloop" run --mapping "$work/mapping.yaml" --listen 127.0.0.1:0 \
  --address-file "$work/address" --log-format text 2>"$work/certloop.log" &
controller=$!
pids+=("$controller")
within 5 "it listens" test -s "$work/address"
url=$(<"$work/address")
for target in "shop shop-tls" "admin shop-tls" "shop pay-tls" "admin pay-files" "admin inside-tls"; do
  # shellcheck disable=SC2086
  within 10 "$target appeared" exists $target
done
first=$(serial_of "$work/first.pem")
holds shop shop-tls tls_cert "$first" || bad "shop-tls holds another certificate"
holds admin shop-tls tls_cert "$first" || bad "admin's shop-tls holds another certificate"
[[ $(secret shop shop-tls | jq -r .data.tls_cert | grep -c BEGIN) -eq 2 ]] || bad "the chain is not leaf and intermediate"
good "leaf first, then the intermediate, no root"

step "5. Wiring: registration, topic, destination, subscription"
en="$LOCALCLOUD_EN_URL/v1/instances/$LOCALCLOUD_EN_INSTANCE"
api POST "$LOCALCLOUD_SM_URL/api/v2/notifications/registration" \
  "{\"event_notifications_instance_crn\":\"$LOCALCLOUD_EN_CRN\",\"event_notifications_source_name\":\"demo\"}" >/dev/null
topic=$(api POST "$en/topics" "{\"name\":\"certificates\",\"sources\":[{\"id\":\"$LOCALCLOUD_SM_CRN\",\"rules\":[{\"enabled\":true,\"event_type_filter\":\"\$.*\",\"notification_filter\":\"\"}]}]}" | jq -r .id)
config=$(jq -n --arg url "$url/v1/notifications" --arg secret "Bearer $shared_secret" \
  '{params: {type: "application", $url, verb: "post", custom_headers: {Authorization: $secret}, sensitive_headers: ["Authorization"]}}')
destination=$(curl -sS --fail-with-body "$en/destinations" -H "Authorization: Bearer $token" -F name=certloop -F type=ibmce \
  -F "config=$config;type=application/json" | jq -r .id)
api POST "$en/subscriptions" "{\"name\":\"certloop\",\"destination_id\":\"$destination\",\"topic_id\":\"$topic\"}" >/dev/null
good "Secrets Manager → topic → Code Engine destination, with a secret header"
flush  # what happened before is out of the way

step "6. Rotation: the notification arrives, both targets follow"
new_leaf second shop.example.com
rotate "$shop_id" "$(imported "$work/second.pem" "$work/second.key")"
second=$(serial_of "$work/second.pem")
flush
within 5 "notification received" logged 'notified .*type=secret_rotated'
within 5 "shop/shop-tls has serial $second" holds shop shop-tls tls_cert "$second"
within 5 "admin/shop-tls has serial $second" holds admin shop-tls tls_cert "$second"

step "7. A certificate whose key does not match is held, the old one stays"
note "the real service refuses such an import; the local one is told to let it through"
curl -sS --fail -X POST "$LOCALCLOUD_URL/_local/switches" -d '{"import_checks": false}' >/dev/null
new_leaf third shop.example.com
rotate "$shop_id" "$(imported "$work/third.pem" "$work/first.key")"
flush
within 5 "held" logged 'target=shop/shop-tls plan=hold reason=KeyMismatch'
within 10 "its notification is answered" answered
if "$certloop" status --url "$url" >"$work/status"; then bad "status says ready"; fi
grep -A1 '^demo/shop' "$work/status" | sed 's/^/  /'
holds shop shop-tls tls_cert "$second" && good "shop-tls still has serial $second" || bad "shop-tls changed"

step "8. A lost notification, and a secret edited by hand: the resync finds both"
curl -sS --fail -X POST "$LOCALCLOUD_URL/_local/notifications" -d '{"mode": "lose", "count": 1}' >/dev/null
new_leaf fourth shop.example.com
rotate "$shop_id" "$(imported "$work/fourth.pem" "$work/fourth.key")"
flush
good "rotated again; this notification was lost"
fourth=$(serial_of "$work/fourth.pem")
api GET "$(project_url admin)/secrets/pay-files" >"$work/before.json"
curl -sS --fail-with-body -X PUT "$(project_url admin)/secrets/pay-files" -H "Authorization: Bearer $token" -H 'If-Match: *' \
  -H 'Content-Type: application/json' -d '{"format":"generic","data":{"fullchain.pem":"edited","key.pem":"by hand"}}' >/dev/null
good "edited by hand: admin/pay-files"
note "resync is 30 s in this mapping (10 m by default)"
mended() { [[ $(secret admin pay-files | jq -S .data) == "$(jq -S .data "$work/before.json")" ]]; }
within 35 "the resync wrote serial $fourth to shop/shop-tls" holds shop shop-tls tls_cert "$fourth"
within 35 "and to admin/shop-tls" holds admin shop-tls tls_cert "$fourth"
within 35 "admin/pay-files is as it was" mended
logged 'target=shop/shop-tls plan=replace .*trigger=resync' || bad "it was not the resync that wrote"

step "9. All is well, and SIGTERM ends it cleanly"
"$certloop" status --url "$url" | sed 's/^/  /' || bad "status says not ready"
"$certloop" plan --mapping "$work/mapping.yaml" >/dev/null && good "plan exits with 0: nothing to do" || bad "plan sees changes"
kill -TERM "$controller"
wait "$controller" && good "exit 0" || bad "exit $?"

printf '\n%sThe demo passed in %s s.%s\n' "$bold$green" "$((SECONDS - begin))" "$off"

#!/bin/sh
# Makes a .env for docker compose with every secret in it, and says what is left to fill in. What has a value keeps it,
# so it may be run again at any time. With --demo: all else, too, for the simulator and the mail catcher.
#
#   sh deploy/make-secrets.sh [--demo] [FILE]
set -eu
umask 077

here=$(cd "$(dirname "$0")" && pwd)
demo=no
if [ "${1:-}" = --demo ]; then
  demo=yes
  shift
fi
file=${1:-$here/../.env}

fail() {
  printf '%s\n' "make-secrets: $1" >&2
  exit 1
}

command -v openssl >/dev/null 2>&1 || fail 'openssl is needed (1.1.1 or newer)'
[ -e "$file" ] || cp "$here/../.env.example" "$file"
chmod 600 "$file"

value() { sed -n "s/^$1=//p" "$file" | tail -n 1 | sed "s/^'\(.*\)'\$/\1/; s/^\"\(.*\)\"\$/\1/"; }

# put NAME VALUE: in the place of `NAME=` or `# NAME=…`, else at the end; the old file stays whole until the new one is.
put() {
  NAME=$1 VALUE=$2 awk '
    BEGIN { name = ENVIRON["NAME"]; line = name "=\047" ENVIRON["VALUE"] "\047" }
    !done && (index($0, name "=") == 1 || index($0, "# " name "=") == 1) { print line; done = 1; next }
    { print }
    END { if (!done) print line }
  ' "$file" >"$file.new"
  mv "$file.new" "$file"
  made="$made $1"
}

default() { [ -n "$(value "$1")" ] || put "$1" "$2"; }
secret() { [ -n "$(value "$1")" ] || put "$1" "$(openssl rand -hex "$2")"; }
one_line() { awk '{ printf "%s%s", (NR > 1 ? "\\n" : ""), $0 }'; }

made=''
secret JWT_SECRET 32
secret METRICS_TOKEN 32
secret RAZORPAY_WEBHOOK_SECRETS 32
default ADMIN_USERNAME admin
secret ADMIN_PASSWORD 16
secret MONGO_ROOT_PASSWORD 24
secret MONGO_PASSWORD 24
secret MONGO_REPLICA_KEY 64
secret NATS_GATEWAY_PASSWORD 24
secret NATS_INGEST_PASSWORD 24
secret NATS_TICKETING_PASSWORD 24

if [ -z "$(value TICKET_SIGNING_KEY)" ]; then
  [ -z "$(value TICKET_PUBLIC_KEYS)" ] || fail 'TICKET_PUBLIC_KEYS is set without TICKET_SIGNING_KEY: set both or neither'
  key=$(openssl genpkey -algorithm ed25519 2>/dev/null) || fail "$(openssl version) makes no Ed25519 keys; 1.1.1 or newer does"
  put TICKET_SIGNING_KEY "$(printf '%s\n' "$key" | one_line)"
fi
if [ -z "$(value TICKET_PUBLIC_KEYS)" ]; then
  public=$(value TICKET_SIGNING_KEY | awk '{ gsub(/\\n/, "\n"); print }' | openssl pkey -pubout) ||
    fail 'TICKET_SIGNING_KEY is no private key that openssl can read'
  put TICKET_PUBLIC_KEYS "$(printf '%s\n' "$public" | one_line)"
fi

if [ "$demo" = yes ]; then
  default COMPOSE_PROFILES demo
  default RAZORPAY_KEY_ID rzp_test_simulator00000
  secret RAZORPAY_KEY_SECRET 16
  default RAZORPAY_API_URL http://simulator:8090
  default SMTP_HOST mail-catcher
  default SMTP_PORT 2525
  default SMTP_USERNAME qrflow
  secret SMTP_PASSWORD 16
  default SMTP_CA_FILE /var/lib/qrflow/mail-ca/ca.pem
  default MAIL_FROM 'Fest Desk <tickets@example.edu>'
fi

case $made in
  '') echo "$file has every secret already." ;;
  *) echo "Wrote into $file:$made" ;;
esac

left=''
for name in RAZORPAY_KEY_ID RAZORPAY_KEY_SECRET SMTP_HOST MAIL_FROM; do
  [ -n "$(value "$name")" ] || left="$left $name"
done
if [ -n "$left" ]; then
  echo "Left to fill in:$left"
  [ -n "$(value SMTP_USERNAME)" ] || echo 'If the mail server wants a sign-in, SMTP_USERNAME and SMTP_PASSWORD, too.'
  echo "At Razorpay, set up a webhook with the secret that RAZORPAY_WEBHOOK_SECRETS now holds."
else
  echo 'Ready: docker compose up --build --detach'
fi

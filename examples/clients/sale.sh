#!/bin/sh
# One sale with curl: sign in, identify the card, quote, settle, receipt, void.
# TERMINAL_URL and TERMINAL_TOKEN say where and who; arguments: the till's own ticket number, and a bill as JSON.
#
# What moves money carries a key made of the ticket. Where no answer comes, or one that says "later", curl asks again
# (--retry) with the same key and the same body: the terminal settles once, and every repeat gets the same answer.
set -eu
ticket=$1 bill=$2
answer=$(mktemp)
trap 'rm -f "$answer"' EXIT

ask() { # METHOD PATH BODY [KEY]
    method=$1 path=$2 body=$3 key=${4:-}
    status=$(curl --silent --show-error --max-time 30 --retry 5 --retry-all-errors --retry-delay 1 \
        --request "$method" "${TERMINAL_URL%/}$path" --output "$answer" --write-out '%{http_code}' \
        --header "Authorization: Bearer $TERMINAL_TOKEN" --header "Content-Type: application/json" \
        ${key:+--header "Idempotency-Key: $key"} ${body:+--data "$body"})
    [ "$status" -lt 400 ] || { cat "$answer" >&2; exit 1; }
}
field() { grep -o "\"$1\":\"[^\"]*\"" "$answer" | head -1 | cut -d'"' -f4; }

ask POST /v1/sessions '{"operator": "0001", "operator_name": "收银员甲"}'
ask POST /v1/identifications '{"by": "card"}'
ask POST /v1/quotes "{\"identification\": \"$(field id)\", \"bill\": $(cat "$bill")}"
ask POST /v1/settlements "{\"quote\": \"$(field id)\", \"hash\": \"$(field hash)\", \"till_reference\": \"$ticket\"}" "sale-$ticket"
number=$(field id)
echo "settled $number, cash $(field cash)"
ask GET "/v1/settlements/$number/receipt" ''
cat "$answer"
ask POST "/v1/settlements/$number/void" '{"reason": "returned"}' "void-$ticket"
echo "voided by $(field id)"

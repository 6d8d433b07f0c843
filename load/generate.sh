#!/bin/bash
# Makes traffic until the file `stop` appears or the time is over, and writes a line for each answer, or lack of one.
# Prints `stopped` where it went on until that file appeared.
# Settings come as environment variables; everything is written into the current directory.
set -euo pipefail
: "${PATIENCE_SECONDS:?}" "${LONGEST_SECONDS:?}"
: "${URL:?}" "${NEW_CONNECTIONS_PER_SECOND:?}"
: "${KEEP_ALIVE_CONNECTIONS:?}" "${REQUESTS_PER_CONNECTION:?}" "${REQUESTS_PER_SECOND:?}"
: "${DOWNLOAD_URL:?}" "${DOWNLOADS:?}" "${DOWNLOAD_BYTES_PER_SECOND:?}"

goes_on() { [ ! -e stop ] && ((SECONDS < LONGEST_SECONDS)); }

# A connection per request: here the HTTP client of Go, which tries again on reused connections, cannot do so.
new_connections() {
  exec vegeta attack -rate="$NEW_CONNECTIONS_PER_SECOND/1s" -duration="${LONGEST_SECONDS}s" \
    -timeout="${PATIENCE_SECONDS}s" -keepalive=false -http2=false -redirects=-1 -max-body=0 -max-workers=4000 \
    -output=newConnections <<<"GET $URL"
}

# Writes one line per transfer when it ends. On standard error, which is not buffered: the time would be another's.
curl_stamped() {
  curl --silent --disable --noproxy '*' --globoff --http1.1 --fail --fail-early \
    --connect-timeout "$PATIENCE_SECONDS" --speed-limit 1 --speed-time "$PATIENCE_SECONDS" \
    --write-out '%{stderr}%{exitcode} %{num_connects} %{size_request} "%header{connection}" %{errormsg}\n' \
    "$@" 2>&1 >/dev/null |
    while IFS= read -r line; do printf '%s %s\n' "${EPOCHREALTIME/,/.}" "$line"; done || true
}

# One connection after the other, each with the same number of requests; curl says when it needed a second one.
keep_alive() {
  local requests=()
  for ((each = 0; each < REQUESTS_PER_CONNECTION; each++)); do requests+=("$URL"); done
  # Connections that all begin together would end together.
  sleep "0.$((RANDOM % 9 + 1))"
  while goes_on; do
    echo connection
    curl_stamped --rate "$REQUESTS_PER_SECOND/s" "${requests[@]}"
    # A server that refuses is not asked faster than one that answers.
    sleep 0.1
  done >"keepAlive.$1"
}

downloads() {
  while goes_on; do
    echo connection
    curl_stamped --limit-rate "$DOWNLOAD_BYTES_PER_SECOND" "$DOWNLOAD_URL"
    sleep 0.5
  done >"downloads.$1"
}

new_connections &
vegeta=$!
for ((number = 0; number < KEEP_ALIVE_CONNECTIONS; number++)); do keep_alive "$number" & done
for ((number = 0; number < DOWNLOADS; number++)); do downloads "$number" & done

while goes_on && kill -0 "$vegeta"; do sleep 0.1; done
# Traffic that ended by itself left a part of the measured time without any.
[ ! -e stop ] || echo stopped
kill -INT "$vegeta" || true
# Lets the last answers come in.
wait

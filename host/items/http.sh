# An HTTP answer that must be there before clients are sent here: http "ADDRESS PORT PATH".

http_wanted() { echo 'answers 200'; }

http_found() {
  local address port path status
  read -r address port path <<<"$1"
  # shellcheck disable=SC2016 # expanded by the inner shell, from its own arguments
  status=$(timeout 3 bash -c 'exec 3<>"/dev/tcp/$1/$2" && printf "GET %s HTTP/1.0\r\n\r\n" "$3" >&3 && head -n 1 <&3' \
    - "$address" "$port" "$path" 2>/dev/null) || true
  status=$(cut -d ' ' -s -f 2 <<<"$status" | tr -dc '0-9')
  [ -n "$status" ] && echo "answers $status" || echo 'no answer'
}

http_set() {
  local attempt
  for attempt in {1..50}; do
    [ "$(http_found "$1")" != 'answers 200' ] || return 0
    sleep 0.2
  done
  fail "http://${1// /:}: $(http_found "$1") after $attempt attempts; see this host's Apache error log"
}

http_save() { :; }
http_restore() { :; }

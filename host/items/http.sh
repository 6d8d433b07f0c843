# An HTTP answer that must be there before clients are sent here: http "ADDRESS PORT PATH".

http_read() {
  local address port path line=''
  read -r address port path <<<"$1"
  wanted='answers 200' found='no answer'
  # Without the address another host would be asked; that it is missing is told by its own item.
  [ -n "$(ip -o address show to "$address")" ] || {
    found=$wanted
    return 0
  }
  # shellcheck disable=SC2016 # expanded by the inner shell, from its own arguments
  line=$(timeout 3 bash -c 'exec 3<>"/dev/tcp/$1/$2" && printf "GET %s HTTP/1.0\r\n\r\n" "$3" >&3 && read -r line <&3 && echo "$line"' \
    - "$address" "$port" "$path" 2>/dev/null) || true
  [[ ! $line =~ ^HTTP/[0-9.]+\ ([0-9]{3}) ]] || found="answers ${BASH_REMATCH[1]}"
}

http_set() {
  local attempt
  for attempt in {1..50}; do
    http_read "$1"
    [ "$found" != "$wanted" ] || return 0
    sleep 0.2
  done
  fail "http check of $1: $found after $attempt attempts; see this host's Apache error log"
}

# No other cluster on the link uses the same number for VRRP or for connection synchronisation, or their directors would
# take each other's VIPs or connections: clash ID program from peers; `program` is ../hear.pl, `from` this host's own
# address, `peers` are the other directors.

# Listened for only before the number is used here for the first time: it takes three seconds, which is as long as a
# master of default settings is silent before it counts as gone (RFC 5798 §6.1).
clash_read() {
  local daemons program from peers "${@:2}"
  wanted='nobody else' found='nobody else'
  [ "$mode" = converge ] || return 0
  sync_daemons
  [[ $daemons != *", id $1" ]] || return 0
  # shellcheck disable=SC2086 # separate words
  found=$(perl - 3 "$1" "$from" $peers <<<"$program")
  found=${found:-$wanted}
}

clash_set() {
  fail "another cluster on this link uses the virtual router id $1 too: $found; give vrrp.routerId another number"
}

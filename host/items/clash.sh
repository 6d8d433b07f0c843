# No other cluster on the link uses the same number for VRRP or for connection synchronisation, or their directors would
# take each other's VIPs or connections: clash ID PROGRAM ADDRESS PEER…; PROGRAM is ../hear.pl, ADDRESS this host's own,
# PEERs are the other directors.

# Listened for only before the number is used here for the first time: it takes three seconds, which is as long as a
# master of default settings is silent before it counts as gone (RFC 5798 §6.1).
clash_read() {
  local id=$1 program=$2 daemons
  wanted='nobody else' found='nobody else'
  [ "$mode" = converge ] || return 0
  sync_daemons
  [[ $daemons != *", id $id" ]] || return 0
  shift 2
  found=$(perl - 3 "$id" "$@" <<<"$program")
  found=${found:-$wanted}
}

clash_set() {
  fail "another cluster on this link uses the virtual router id $1 too: $found; give vrrp.routerId another number"
}

# The IPVS service that takes a health check's packets to one real server and no other: probe ADDRESS; see ../check.pl.
# A check that misses it makes it, so it is ours whoever came first.

probe_table=/proc/net/ip_vs

# Sets `mark`, and `address` as the kernel prints it. Without its first bit, as ipvsadm would print the mark as negative.
probe_of() {
  local a b c d
  IFS=. read -r a b c d <<<"$1"
  mark=$(((a << 24 | b << 16 | c << 8 | d) & 0x7fffffff))
  printf -v address '%02X%02X%02X%02X' "$a" "$b" "$c" "$d"
}

probe_read() {
  local mark address service table='' words=()
  probe_of "$1"
  wanted="reaches $1 alone" found=absent
  [ ! -e "$probe_table" ] || IFS= read -r -d '' table <"$probe_table" || true
  printf -v service 'FWM  %08X ' "$mark"
  [[ $table == *"$service"* ]] || return 0
  table=${table#*"$service"}
  table=${table%%$'\n'[A-Z]*}
  read -r -a words <<<"${table//$'\n'/ }"
  # After the weight come the two counts of connections.
  found=${words[*]:0:5}${words[*]:7}
  [ "$found" != "rr -> $address:0000 Route 1" ] || found=$wanted
}

# A check may make it at the same moment; what counts is that it is there.
probe_set() {
  local mark address
  probe_of "$1"
  [ "$found" = absent ] || ipvsadm -D -f "$mark" || true
  ipvsadm -A -f "$mark" -s rr || true
  ipvsadm -a -f "$mark" -r "$1" -g || true
  probe_read "$1"
  [ "$found" = "$wanted" ] || fail "probe $1: $found, not $wanted; does this kernel have the scheduler rr (ip_vs_rr)?"
}

probe_save() { :; }

probe_restore() {
  local mark address found wanted
  probe_of "$1"
  probe_read "$1"
  [ "$found" = absent ] || ipvsadm -D -f "$mark"
}

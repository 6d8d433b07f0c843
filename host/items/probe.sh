# The IPVS service that takes a health check's packets to one real server and no other: probe ADDRESS; see ../check.pl. A
# check that misses it makes it, so it is ours whoever came first. All that are missing are made at once.

# Sets `mark`. Without the address's first bit, as ipvsadm would print the mark as negative.
probe_of() {
  local a b c d
  IFS=. read -r a b c d <<<"$1"
  mark=$(((a << 24 | b << 16 | c << 8 | d) & 0x7fffffff))
}

add_probe() {
  local mark
  probe_of "$1"
  planned_probes+="mark $mark scheduler rr"$'\n'"mark $mark to $1:0 dr weight 1"$'\n'
}

probe_read() {
  local mark
  probe_of "$1"
  find_differences
  wanted="reaches $1 alone"
  found=${found_of["mark $mark"]:-$wanted}
}

probe_set() { change_table "$planned_probes" restore; }

probe_save() { :; }

probe_save_all() { :; }

probe_restore_all() {
  local entry mark
  local -a names=()
  for entry in "$@"; do
    probe_of "${entry##*/probe }"
    names+=("mark $mark")
  done
  change_table '' restore "${names[@]}"
}

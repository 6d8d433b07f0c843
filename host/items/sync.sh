# The kernel's connection synchronisation with other directors: sync INTERFACE ID (ipvsadm(8), --start-daemon).
# Both ways at all times: what was sent just before the VIPs moved arrives after it.

sync_read() {
  wanted="master and backup on $1, id $2"
  found=$(sync_daemons)
  found=${found:-not running}
}

# Which daemons run, and where, in words.
sync_daemons() {
  local line states='' where=''
  while read -r line; do
    states+="${states:+ and }${line%% *}"
    where=" on $(word_after mcast= "$line"), id $(word_after syncid= "$line")"
  done < <(ipvsadm -L --daemon 2>/dev/null | sort -r)
  printf '%s' "$states$where"
}

word_after() {
  local rest=${2#*"$1"}
  printf '%s' "${rest%%[,)]*}"
}

sync_set() {
  local daemon
  stop_sync
  for daemon in master backup; do ipvsadm --start-daemon "$daemon" --mcast-interface "$1" --syncid "$2"; done
}

stop_sync() {
  local daemon
  for daemon in master backup; do ipvsadm --stop-daemon "$daemon" 2>/dev/null || true; done
}

sync_save() { ipvsadm -L --daemon >"$2/daemons" 2>/dev/null || true; }

sync_restore() {
  local line
  stop_sync
  while read -r line; do
    ipvsadm --start-daemon "${line%% *}" --mcast-interface "$(word_after mcast= "$line")" --syncid "$(word_after syncid= "$line")"
  done <"$2/daemons"
}

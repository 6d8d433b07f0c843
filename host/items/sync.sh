# The kernel's connection synchronisation with other directors: sync INTERFACE sync_id (ipvsadm(8),
# --start-daemon).
# Both ways at all times: what was sent just before the VIPs moved arrives after it.

sync_read() {
  local daemons sync_id "${@:2}"
  wanted="master and backup on $1, id $sync_id"
  sync_daemons
  found=${daemons:-not running}
}

# Sets `daemons` to which of them run, and where, in words; empty where none does.
sync_daemons() {
  local state rest interface id states=''
  daemons=''
  while read -r state rest; do
    daemon_settings "$rest"
    states+="${states:+ and }$state"
    daemons="$states on $interface, id $id"
  done < <(ipvsadm -L --daemon 2>/dev/null)
}

# Sets `interface` and `id` from what ipvsadm(8) prints: sync daemon (mcast=eth0, syncid=1, …).
daemon_settings() {
  interface=${1#*mcast=} id=${1#*syncid=}
  interface=${interface%%[,)]*} id=${id%%[,)]*}
}

sync_set() {
  local daemon sync_id "${@:2}"
  stop_sync
  for daemon in master backup; do ipvsadm --start-daemon "$daemon" --mcast-interface "$1" --syncid "$sync_id"; done
}

stop_sync() {
  local daemon
  for daemon in master backup; do ipvsadm --stop-daemon "$daemon" 2>/dev/null || true; done
}

sync_save() { ipvsadm -L --daemon >"$2/daemons" 2>/dev/null || true; }

sync_restore() {
  local state rest interface id
  stop_sync
  while read -r state rest; do
    daemon_settings "$rest"
    ipvsadm --start-daemon "$state" --mcast-interface "$interface" --syncid "$id"
  done <"$2/daemons"
}

# Moving the VIPs between directors on purpose.

# The kernel's own values meanwhile, as sysctl(8) prints and reads them.
held_values=/run/pulumi-lvs-held
# More than a round trip to most clients.
handshake_seconds=0.5
# For a run that is cut off. On a slow machine a director needs a second to take over.
longest_hold_seconds=3

# To whichever director VRRP chooses; it has to answer ARP for the VIPs before this one is free.
handover() {
  local role_now role_since
  local -a ids
  vrrp_role
  if [ "$role_now" != MASTER ]; then
    note "$host: does not hold the VIPs (${role_now:-no VRRP})"
    return 0
  fi
  ids_of vip
  hold_new_connections
  echo 1 >"$vrrp_resigned"
  if ! await_successor "${ids[0]}"; then
    echo 0 >"$vrrp_resigned"
    let_connections_in
    fail 'no other director takes the VIPs over; this one keeps them'
  fi
  let_connections_in
  note "$host: the VIPs are handed over"
  # With preemption it would take them back at once; the next converge lets it.
  ! grep -qw nopreempt /etc/keepalived/keepalived.conf || echo 0 >"$vrrp_resigned"
}

# This director is to be removed: it gives the VIPs up, whoever has them then, and cannot come back.
retire() {
  local role_now role_since
  handover
  systemctl disable --now --quiet keepalived.service 2>/dev/null || true
}

# The kernel tells other directors of a connection once it is established. One whose handshake this director has seen half
# of would never be known to the next: its client would send for nothing. So the kernel drops what would be a new connection
# (drop_packet of ipvs-sysctl), handshakes that are under way have time to end, and then the VIPs move. The client sends its
# SYN again after a second (RFC 6298, 2.1). Services over UDP alone have no handshakes; those of a mark are probes.
hold_new_connections() {
  grep -q '^TCP ' /proc/net/ip_vs || return 0
  if [ ! -e "$held_values" ]; then
    sysctl net.ipv4.vs.am_droprate net.ipv4.vs.drop_packet >"$held_values.new"
    mv "$held_values.new" "$held_values"
  fi
  {
    trap '' HUP PIPE
    sleep "$longest_hold_seconds"
    let_connections_in
  } </dev/null >/dev/null 2>&1 9>&- &
  sysctl -q -w net.ipv4.vs.am_droprate=1 net.ipv4.vs.drop_packet=3
  sleep "$handshake_seconds"
}

let_connections_in() {
  # Both who holds them and who lets go for a run that is cut off come here, maybe at the same time.
  [ ! -e "$held_values" ] || sysctl -q -p "$held_values" || [ ! -e "$held_values" ]
  rm -f "$held_values"
}

await_successor() {
  local interface answer
  find_interface "$address"
  for _ in {1..5}; do
    answer=$(answers "$interface" "$address" "$1")
    [ -z "$answer" ] || return 0
  done
  return 1
}

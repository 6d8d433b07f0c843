# Moving the VIPs between directors on purpose.

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
  echo 1 >"$vrrp_resigned"
  if ! await_successor "${ids[0]}"; then
    echo 0 >"$vrrp_resigned"
    fail 'no other director takes the VIPs over; this one keeps them'
  fi
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

await_successor() {
  local link answer
  find_link "$address"
  for _ in {1..5}; do
    answer=$(answers "$link" "$address" "$1")
    [ -z "$answer" ] || return 0
  done
  return 1
}

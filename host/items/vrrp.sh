# This director's part in sharing VIPs: vrrp NAME advertises; see ../vrrp.sh, which keepalived runs. `advertises` is for
# people, and for who plans a change.
vrrp_program=$programs/vrrp
vrrp_record=/run/pulumi-lvs-vrrp
# Watched by keepalived: 1 makes this director give the VIPs up and hold none.
vrrp_resigned=/run/pulumi-lvs-resigned
# See ../vrrp.sh.
vrrp_took_over=/run/pulumi-lvs-took-over
# Named in advertisements, and held on lo by the director that holds the VIPs.
vrrp_advertised=127.0.112.1/32

# Sets `role_now` to what keepalived says it is (MASTER, BACKUP, FAULT, STOP; empty where it has said nothing) and
# `role_since` to the time since then in seconds of the epoch.
vrrp_role() {
  role_now='' role_since=''
  [ ! -e "$vrrp_record" ] || read -r role_now role_since <"$vrrp_record"
}

vrrp_advertises() {
  [ ! -e /etc/keepalived/keepalived.conf ] || awk '$1 == "virtual_router_id" { id = $2 } $1 == "unicast_peer" { unicast = 1 }
    END { printf "id %s %s", id, unicast ? "to each director" : "by multicast" }' /etc/keepalived/keepalived.conf
}

has_resigned() {
  local value=0
  [ ! -e "$vrrp_resigned" ] || read -r value <"$vrrp_resigned" || true
  [ "$value" != 0 ]
}

# Where no real server is up at all, no director may hold the VIPs: that is the health checks' doing.
vrrp_read() {
  local role_now role_since
  wanted='MASTER or BACKUP'
  vrrp_role
  found=${role_now:-'not running'}
  if has_resigned; then
    found='resigned'
  elif [ "$found" = MASTER ] || [ "$found" = BACKUP ] || { [ "$found" = FAULT ] && ! "$vrrp_program" balances; }; then
    found=$wanted
  fi
}

vrrp_set() {
  local deadline=$((SECONDS + 15))
  echo 0 >"$vrrp_resigned"
  vrrp_read "$@"
  while [ "$found" != "$wanted" ]; do
    [ "$SECONDS" -lt "$deadline" ] || {
      journalctl -q -n 10 --no-pager -u keepalived.service >&2
      fail "keepalived is $found (see above)"
    }
    sleep 0.2
    vrrp_read "$@"
  done
}

vrrp_save() { :; }

vrrp_save_all() { :; }

vrrp_restore() {
  [ ! -e "$vrrp_program" ] || "$vrrp_program" unmute
  rm -f "$vrrp_resigned" "$vrrp_record" "$vrrp_record-rival" "$vrrp_took_over"
}

# A director that holds the VIPs alone from now on stops sharing them: keepalived would take them along if it were asked
# to end.
leave_vrrp() {
  remember unit keepalived.service
  systemctl kill -s KILL keepalived.service
  systemctl stop keepalived.service
  unit_states=()
  ip address del "$vrrp_advertised" dev lo 2>/dev/null || true
  systemctl reset-failed keepalived.service 2>/dev/null || true
  "$vrrp_program" unmute
  rm -f "$vrrp_record"
}

# A virtual IP held by this host: vip ADDRESS manner from. See ../vip.sh, which it runs. `manner` is silent, announce, or
# share for one that is held while keepalived says MASTER; `from` is this host's own address, empty where silent.

vip_program=$programs/vip

vip_read() {
  local interface interfaces='' role_now role_since manner from "${@:2}"
  vrrp_role
  case $manner in
    silent) wanted='on lo' ;;
    announce) find_interface "$from" && wanted="on $interface" ;;
    share)
      find_interface "$from"
      wanted=absent
      [ "$role_now" != MASTER ] || wanted="on $interface"
      ;;
  esac
  while read -r _ interface _; do interfaces+=" $interface"; done < <(ip -4 -o address show to "$1/32")
  found=${interfaces:+on$interfaces}
  found=${found:-absent}
  [ "$manner" != announce ] || [ -z "$role_now" ] || found+=' by VRRP'
}

vip_set() {
  local vip=$1 interface manner from "${@:2}"
  if [[ $found == *' by VRRP' ]]; then leave_vrrp; fi
  # By now the table is as full as the health of real servers has it.
  [ "$manner" = silent ] || manner=add
  # Elsewhere it would be answered for, or taken for this host's own.
  for interface in $(interfaces_in "${found% by VRRP}"); do
    [ "on $interface" = "$wanted" ] || ip address del "$vip/32" dev "$interface"
  done
  [ "$wanted" != absent ] || return 0
  # Announcements outlast the run and must not hold its lock.
  "$vip_program" "$manner" ${from:+"$from"} "$vip" 9>&- || fail "VIP $vip is not added (see above)"
}

vip_save() { printf '%s' "${found% by VRRP}" >"$2/links"; }

# interfaces_in "on INTERFACE…" | absent
interfaces_in() { [ "$1" = absent ] || echo "${1#on }"; }

vip_restore() {
  local interface interfaces
  interfaces=$(cat "$2/links")
  for interface in $(interfaces_in "$interfaces"); do ip address replace "$1/32" dev "$interface"; done
  while read -r _ interface _; do
    [[ " $interfaces " == *" $interface "* ]] || ip address del "$1/32" dev "$interface"
  done < <(ip -4 -o address show to "$1/32")
}

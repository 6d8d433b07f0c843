# A virtual IP held by this host: vip ADDRESS manner from. See ../vip.sh, which it runs. `manner` is silent, announce, or
# share for one that is held while keepalived says MASTER; `from` is this host's own address, empty where silent.

vip_program=/usr/local/lib/pulumi-lvs/vip

vip_read() {
  local link links='' role_now role_since manner from "${@:2}"
  vrrp_role
  case $manner in
    silent) wanted='on lo' ;;
    announce) find_link "$from" && wanted="on $link" ;;
    share)
      find_link "$from"
      wanted=absent
      [ "$role_now" != MASTER ] || wanted="on $link"
      ;;
  esac
  while read -r _ link _; do links+=" $link"; done < <(ip -4 -o address show to "$1/32")
  found=${links:+on$links}
  found=${found:-absent}
  [ "$manner" != announce ] || [ -z "$role_now" ] || found+=' by VRRP'
}

vip_set() {
  local vip=$1 link manner from "${@:2}"
  if [[ $found == *' by VRRP' ]]; then leave_vrrp; fi
  # By now the table is as full as the health of real servers has it.
  [ "$manner" = silent ] || manner=add
  # Elsewhere it would be answered for, or taken for this host's own.
  for link in $(links_in "${found% by VRRP}"); do
    [ "on $link" = "$wanted" ] || ip address del "$vip/32" dev "$link"
  done
  [ "$wanted" != absent ] || return 0
  # Announcements outlast the run and must not hold its lock.
  "$vip_program" "$manner" ${from:+"$from"} "$vip" 9>&- || fail "VIP $vip is not added (see above)"
}

vip_save() { printf '%s' "${found% by VRRP}" >"$2/links"; }

# links_in "on LINK…" | absent
links_in() { [ "$1" = absent ] || echo "${1#on }"; }

vip_restore() {
  local link links
  links=$(cat "$2/links")
  for link in $(links_in "$links"); do ip address replace "$1/32" dev "$link"; done
  while read -r _ link _; do
    [[ " $links " == *" $link "* ]] || ip address del "$1/32" dev "$link"
  done < <(ip -4 -o address show to "$1/32")
}

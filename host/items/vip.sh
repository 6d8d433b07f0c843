# A virtual IP held by this host: vip ADDRESS silent | vip ADDRESS announce HOST_ADDRESS. See ../vip.sh, which it runs.

vip_program=/usr/local/lib/pulumi-lvs/vip

vip_read() {
  local link links=''
  case $2 in
    silent) wanted='on lo' ;;
    announce) find_link "$3" && wanted="on $link" ;;
  esac
  while read -r _ link _; do links+=" $link"; done < <(ip -4 -o address show to "$1/32")
  found=${links:+on$links}
  found=${found:-absent}
}

vip_set() {
  local vip=$1 manner=$2
  shift 2
  # Announcements outlast the run and must not hold its lock.
  "$vip_program" "$manner" "$@" "$vip" 9>&- || fail "VIP $vip is not added (see above)"
}

vip_save() { printf '%s' "$found" >"$2/links"; }

vip_restore() {
  local link links
  links=$(cat "$2/links")
  while read -r _ link _; do
    [[ " $links " == *" $link "* ]] || ip address del "$1/32" dev "$link"
  done < <(ip -4 -o address show to "$1/32")
}

# A virtual IP held by this host: vip ADDRESS silent | vip ADDRESS announce HOST_ADDRESS. See ../vip.sh, which it runs.

vip_program=/usr/local/lib/pulumi-lvs/vip

vip_wanted() {
  case $2 in
    silent) echo 'on lo' ;;
    announce) printf 'on %s' "$(link_of "$3")" ;;
  esac
}

vip_found() {
  local links
  links=$(ip -4 -o address show to "$1/32" | awk '{ print $2 }' | sort | paste -sd ' ')
  printf '%s' "${links:+on }${links:-absent}"
}

vip_set() {
  local vip=$1 manner=$2
  shift 2
  "$vip_program" "$manner" "$@" "$vip" || fail "VIP $vip is not added (see above)"
}

vip_save() { vip_found "$1" >"$2/links"; }

vip_restore() {
  local link links
  links=$(cat "$2/links")
  for link in $(vip_found "$1"); do
    [[ " $links " == *" $link "* ]] || [ "$link" = on ] || [ "$link" = absent ] || ip address del "$1/32" dev "$link"
  done
}

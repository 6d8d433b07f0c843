#!/bin/bash
# Holds virtual IP addresses on this host; used at boot and by every converge.
#   vip silent VIP…            real server: on the loopback, only where ARP is proven silent for it
#   vip add ADDRESS VIP…       director: on the interface that holds ADDRESS, announced by gratuitous ARP
#   vip announce ADDRESS VIP…  director at boot: the same, once its table is full
set -euo pipefail

fail() {
  echo "vip: $*" >&2
  exit 1
}

# ip-sysctl: the effective value of both is max(all, interface), so "all" alone decides that no interface answers.
require_silence() {
  local setting wanted found
  for setting in arp_ignore=1 arp_announce=2; do
    wanted=${setting#*=}
    found=$(cat "/proc/sys/net/ipv4/conf/all/${setting%=*}")
    [ "$found" = "$wanted" ] ||
      fail "net.ipv4.conf.all.${setting%=*} is $found, not $wanted: this host would answer ARP for the VIP; not adding it"
  done
}

interface_of() {
  local interface
  interface=$(ip -4 -o address show to "$1" | awk '{ print $2; exit }')
  [ -n "$interface" ] || fail "no interface of this host holds $1"
  printf '%s' "$interface"
}

# /proc/net/ip_vs prints addresses in hexadecimal; a real server of weight 0 gets no new connection.
balances() {
  local hex
  # shellcheck disable=SC2046,SC2183 # four words
  hex=$(printf '%02X%02X%02X%02X' $(tr . ' ' <<<"$1"))
  awk -v vip="$hex:" '/^(TCP|UDP|FWM)/ { mine = index($2, vip) == 1 }
    mine && $1 == "->" && $4 > 0 { found = 1 } END { exit !found }' /proc/net/ip_vs 2>/dev/null
}

# The health daemon fills the table a moment after it has started; refusing clients until then is worse than waiting. Where
# all real servers of a VIP are down it costs this time once, however many such VIPs there are.
await_table() {
  local vip tries=60
  for vip in "$@"; do
    until balances "$vip" || [ "$tries" -eq 0 ]; do
      tries=$((tries - 1))
      sleep 0.5
    done
  done
}

case ${1:-} in
  silent)
    shift
    require_silence
    for vip in "$@"; do ip address replace "$vip/32" dev lo scope host; done
    ;;
  add | announce)
    interface=$(interface_of "$2")
    [ "$1" = add ] || await_table "${@:3}"
    shift 2
    for vip in "$@"; do
      ip address replace "$vip/32" dev "$interface"
      # Neighbours may miss one announcement; the next two need not be waited for.
      arping -q -U -c 3 -w 3 -I "$interface" "$vip" </dev/null >/dev/null 2>&1 &
    done
    ;;
  *) fail "give silent VIP…, add ADDRESS VIP… or announce ADDRESS VIP…" ;;
esac

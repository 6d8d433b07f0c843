#!/bin/sh
# What keepalived runs on a director that shares its VIPs with others (keepalived.conf(5)).
#   vrrp balances                          each second: whether this director has somebody to send connections to
#   vrrp listen VIP… FIFO                  runs beside keepalived. It records this director's role and when it took it, and
#                                          when another director held the VIPs too. Right after a takeover it drops resets for
#                                          connections that this director does not know yet, and it raises the priority of the
#                                          director that took the VIPs last
#   vrrp unmute                            ends the last but one
set -eu
record=/run/pulumi-lvs-vrrp
# Of the routing rules that mute; before those of the main table (ip-rule(8)).
preference=31909
# Watched by keepalived, which adds it to the priority.
took_over=/run/pulumi-lvs-took-over
# The kernel tells other directors of a connection after three seconds at the latest: each second it sends what is two
# seconds old (ip_vs_sync.c).
late_seconds=6
# How long the raised priority lasts after that. It is long enough for a director that was cut off to find its real servers
# unreachable and give the VIPs up. It ends before the next takeover, or both directors would have it.
contested_seconds=10

# Without a process more than the shell, as keepalived waits. Services of a firewall mark are the health checks' own.
balances() {
  service=''
  while read -r word _ _ weight _; do
    case $word in
      TCP | UDP) service=$word ;;
      FWM) service='' ;;
      '->') [ -z "$service" ] || [ "$weight" = 0 ] || return 0 ;;
    esac
  done </proc/net/ip_vs
  return 1
}

# Lines are: INSTANCE "NAME" STATE PRIORITY.
listen() {
  vips=''
  while [ $# -gt 1 ]; do
    vips="$vips $1"
    shift
  done
  known='' waiting=''
  # When keepalived reloads, it ends this program with what it waits for, starts it anew, and does not say the state again.
  ! grep -qs '^MASTER ' "$record" || settle
  while read -r _ _ state _; do
    case $state in
      MASTER_RX_LOWER_PRI)
        mute
        hold
        keep "$record-rival" "$state"
        ;;
      "$known") ;;
      *)
        known=$state
        mute
        if [ "$state" = MASTER ]; then hold; else echo 0 >"$took_over"; fi
        keep "$record" "$state"
        ;;
    esac
  done <"$1"
}

# A connection that another director took, and that this one has not heard of yet, must not be answered with a reset when
# the VIPs come here, or come back from one that took them for a moment: the client sends again what gets no answer.
# Nothing but resets leaves a director from a VIP, except where it is a service's fallback itself.
mute() {
  [ -z "$waiting" ] || kill "$waiting" 2>/dev/null || true
  waiting=''
  # Those that are there stay: between two rules a reset would go out.
  for vip in $vips; do ip rule add pref "$preference" from "$vip" iif lo blackhole 2>/dev/null || true; done
}

unmute() { while ip rule del pref "$preference" 2>/dev/null; do :; done; }

# A director that was paused or cut off comes back as the master that it was, and may be of the higher priority; but it
# knows neither connections nor health checks of the meantime. Whoever took over outranks it.
hold() {
  echo 254 >"$took_over"
  settle
}

settle() {
  { sleep "$late_seconds" && unmute && sleep "$contested_seconds" && echo 0 >"$took_over"; } &
  waiting=$!
}

keep() {
  printf '%s %s\n' "$2" "$(date +%s)" >"$1.new"
  mv "$1.new" "$1"
}

case ${1:-} in
  balances) balances ;;
  listen)
    shift
    listen "$@"
    ;;
  unmute) unmute ;;
  *)
    echo "vrrp: give balances, listen VIP… FIFO or unmute" >&2
    exit 1
    ;;
esac

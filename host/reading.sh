# What a program that decides about this host has to know, read in one go: a record a line, its fields parted by tabs.
#   unheld                                  the rest is not looked at
#   held DIGEST GENERATION                  of the last good run
#   difference "KIND ID" PLANNED FOUND      from this plan
#   drift "KIND ID" PLANNED FOUND           from the plan of the last good run, where that is another one (its own script)
#   vrrp ROLE SINCE RIVAL SYNC ADVERTISES   director that shares its VIPs; RIVAL is when another one held them too, or empty;
#                                           SYNC are the states of the kernel's synchronisation daemons;
#                                           ADVERTISES is how other directors know it
#   planned LINE                            director: a real server in a service, as the last good run had planned it (table.pl)
#   drain SERVICE SECONDS                   director: how long its real servers may drain, as the last run had it
#   table LINE                              director: the kernel's table (table.pl), with connections
#   link MAC                                hardware address of the interface that holds this host's address
#   vip VIP HELD ASKED                      director: each VIP of the last good run; `held` where it is on the link, `asked`
#                                           where the link is asked who answers for it
#   answer VIP MAC                          director: a hardware address, other than its own, that answers ARP for it

read_host() {
  local held_digest held_generation view
  print_link
  if ! is_held; then
    echo unheld
    return 0
  fi
  # Without its record a host that is held is like no plan.
  read -r held_digest held_generation 2>/dev/null <"$state/converged" || held_digest=unknown held_generation=0.0
  record_line held "$held_digest" "$held_generation"
  # It takes a second, in which the rest is read.
  exec {view}< <(if [ "$role" = director ] && [ "$held_digest" = "$digest" ]; then print_vips; fi)
  if [ "$held_digest" = "$digest" ]; then
    compare inspect
    print_planned
  else
    compare
  fi
  find_unfinished
  print_differences difference
  # The host's own script is another one than its record says where a run was cut off between the two.
  if [ "$held_digest" != "$digest" ] && [ -s "$state/script" ] && [ "$0" != "$state/script" ]; then
    bash "$state/script" read | sed -n 's/^difference/drift/p; /^vip/p; /^answer/p; /^planned/p'
  fi
  [ "$role" != director ] || print_table
  cat <&"$view"
}

record_line() {
  local IFS=$'\t'
  printf '%s\n' "$*"
}

print_differences() {
  local at fields
  for ((at = 0; at < ${#differences[@]}; at += 3)); do
    fields=("${differences[@]:at:3}")
    record_line "$1" "${fields[@]//$'\t'/ }"
  done
}

# What a run has left half done is made good by the next one, so it counts as a difference.
find_unfinished() {
  local line entry
  local -a newest
  newest_first "$state/before"
  for line in "${newest[@]}"; do
    is_planned "$line" || differences+=("$line" 'given back' 'still held')
  done
  for entry in "$state"/withdrawn/*; do
    [ ! -e "$entry" ] || is_running || differences+=("withdrawn ${entry##*/}" 'in service' 'out for a change of its own')
  done
  [ ! -e "$state/undo" ] || is_running || differences+=('run' 'complete' 'cut off')
  [ -s "$state/script" ] || differences+=("script $state/script" 'kept' 'missing')
}

# Whether another run holds this host right now.
is_running() {
  [ -e "$lock" ] || return 1
  ! flock -n "$lock" true
}

print_link() {
  local interface mac
  find_interface "$address"
  [ -n "$interface" ] || return 0
  read -r mac <"/sys/class/net/$interface/address"
  record_line link "$mac"
}

# Who holds the VIPs, as this director has it and as the link has it. A routed VIP is not on the link.
print_vips() {
  local interface vip held asked on_link=' '
  local -a ids vips
  find_interface "$address"
  [ -n "$interface" ] || return 0
  while read -r _ _ _ vip _; do on_link+="${vip%/*} "; done < <(ip -4 -o address show dev "$interface")
  ids_of vip
  vips=("${ids[@]}")
  ids_of silence
  for vip in "${vips[@]}"; do
    held='' asked=''
    [[ "$on_link" != *" $vip "* ]] || held=held
    [[ " ${ids[*]} " != *" $vip "* ]] || asked=asked
    record_line vip "$vip" "$held" "$asked"
  done
  [ ${#ids[@]} -gt 0 ] || return 0
  # shellcheck disable=SC2086 # separate words
  answers "$interface" "$address" ${ids[0]} | sed 's/^/answer\t/; s/ /\t/'
}

print_planned() {
  know_plan
  sed -n '/^service /d; / to /s/^/planned\t/p' <<<"$planned_services"
}

print_table() {
  local role_now role_since daemons rival='' key seconds
  vrrp_role
  [ ! -e "$vrrp_record-rival" ] || read -r _ rival <"$vrrp_record-rival"
  if [ -n "$role_now" ]; then
    sync_daemons
    record_line vrrp "$role_now" "$role_since" "$rival" "$daemons" "$(vrrp_advertises)"
  fi
  [ ! -e "$state/drain" ] ||
    while IFS='|' read -r key seconds _; do record_line drain "$key" "$seconds"; done <"$state/drain"
  table lines | sed 's/^/table\t/'
}

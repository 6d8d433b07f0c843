# The scheduler of a virtual service that is in the table already, changed before the health daemon would:
# scheduler "PROTOCOL VIP:PORT" planned_rule, the service's line of `ipvsadm -Sn`. What is left to see afterwards is told
# by the item of the service.

# Of the routing rule that mutes; before those of the main table (ip-rule(8)) and next to that of ../vrrp.sh.
mute_preference=31908

scheduler_read() {
  local rules planned_rule "${@:2}"
  wanted=$planned_rule found=$planned_rule
  [ "$mode" = converge ] || return 0
  [ -n "$table_is_read" ] || read_table
  pick_rules "$1"
  found=${rules%%$'\n'*}
  found=${found:-$planned_rule}
}

scheduler_set() {
  local planned_rule "${@:2}"
  reschedule "$1" "$planned_rule"
  table_is_read=''
}

scheduler_save() { printf '%s' "$found" >"$2/rule"; }

scheduler_restore() {
  local rules rule
  rule=$(<"$2/rule")
  kernel_rules "$1"
  [ -z "$rules" ] || [ "${rules%%$'\n'*}" = "$rule" ] || reschedule "$1" "$rule"
}

# reschedule "PROTOCOL VIP:PORT" RULE. The kernel has neither scheduler while it changes from one to the other, and answers
# new connections that nobody is there (ip_vs_edit_service waits for all readers in between). That answer is kept back, so
# that the client asks again.
reschedule() {
  local vip=${1#* } code=0
  vip=${vip%:*}
  unmute_services
  ip rule add pref "$mute_preference" from "$vip" iif lo blackhole
  printf '%s\n' "-E${2#-A}" | ipvsadm -R || code=$?
  unmute_services
  [ "$code" -eq 0 ] || fail "the kernel does not take ${2#* -s } for $1 (see above)"
}

# Also what a killed run has left.
unmute_services() { while ip rule del pref "$mute_preference" 2>/dev/null; do :; done; }

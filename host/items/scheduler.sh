# The schedulers of services that are in the table already, and whatever else a service itself is given, changed before the
# health daemon would: scheduler table. What is left to see afterwards is told by the items of the services.

scheduler_read() {
  wanted='as planned' found='as planned'
  [ "$mode" = converge ] || return 0
  find_differences
  found=${other_services%$'\n'}
  found=${found:-$wanted}
}

scheduler_set() { change_table "$other_services_planned" edit; }

scheduler_save() { printf '%s' "$other_services" >"$2/lines"; }

scheduler_restore() { change_table "$(<"$2/lines")" edit; }

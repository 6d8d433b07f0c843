# Real servers that leave a virtual service get no new connections and time for those they have: drain table. How much, the
# items of the services say; of a service that is no longer planned, the last run that knew it.

drain_read() {
  local shares name
  wanted=nobody found=nobody leaving=()
  # Afterwards, who does not belong into a table is told by the item of its service.
  is_changing || return 0
  unmute_services
  know_plan
  keep_terms
  shares=$(table leaving <<<"$planned_services$(held_names)")
  while IFS='|' read -r name _; do [ -z "$name" ] || leaving+=("$name"); done <<<"$shares"
  [ ${#leaving[@]} -eq 0 ] || found=${leaving[*]##* }
}

drain_set() {
  admit_staying
  note "$host: draining $found"
  drain_all
  change_table "$planned_services$(printf 'left %s\n' "${leaving[@]}")" leave
}

# Who is to stay and answers is in the table before another leaves.
admit_staying() {
  local missing name line check
  missing=$(table missing <<<"$planned_services")
  while IFS='|' read -r name line check; do
    if [ -n "$check" ] && [[ " ${leaving[*]} " == *" ${name% to *} to "* ]] && ask "$check" "$name" 2>/dev/null; then
      change_table "$line" hold
    fi
  done <<<"$missing"
}

# What a failed run puts back: those that were to leave. Where the health check has taken one out meanwhile, the check also
# puts it back; from a service whose scheduler refuses we may have taken it.
drain_save() {
  table lines "${leaving[@]}" >"$2/lines"
  printf '%s\n' "${leaving[@]}" | table refusing >"$2/refusing"
}

drain_restore() {
  change_table "$(<"$2/lines")" edit
  change_table "$(<"$2/refusing")" hold
}

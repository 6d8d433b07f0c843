# Goes through the plan, item by item. plan() has one `item KIND ID [FIELD=VALUE…]` per line.

# converge and drain set what differs; verify, inspect and list only look.
mode=
# Items of the plan that have been passed, and the one at which a run is.
declare -A planned=()
current=preparation
# What differs: an item, how it is planned, how it was found, and so on.
differences=()

# item KIND ID [FIELD=VALUE…]: one line of the plan. Functions of a kind are given its id and its fields, which
# `local "${@:2}"` makes variables of. KIND_read sets `wanted` and `found` to comparable text (without
# forking where it can: a process is dear on small hosts); KIND_set makes them equal; KIND_save and KIND_restore keep
# and give back what was before, where there is something to give back.
item() {
  [ "$mode" != each ] || { [ "$1" != "$each_kind" ] || "$each_do" "${@:2}"; return 0; }
  local kind=$1 id=$2 wanted='' found='' before
  shift 2
  planned[$kind $id]=1 current="$kind $id"
  [ "$mode" != list ] || return 0
  [ "$mode" != drain ] || [ "$kind" = drain ] || return 0
  "${kind}_read" "$id" "$@"
  [ "$found" != "$wanted" ] || return 0
  if is_changing; then
    before=$found
    ! declare -F "${kind}_save" >/dev/null || remember "$kind" "$id" "$@"
    "${kind}_set" "$id" "$@"
    "${kind}_read" "$id" "$@"
    note "$host: $kind $id: ${before//$'\n'/; } -> ${found//$'\n'/; }"
  else
    differences+=("$kind $id" "${wanted//$'\n'/; }" "${found//$'\n'/; }")
  fi
}

# each KIND FUNCTION: calls FUNCTION ID [FIELD=VALUE…] for each item that the plan has of one kind.
each() {
  local mode=each each_kind=$1 each_do=$2
  plan
}

# ids_of KIND: sets `ids` to those that the plan has of one kind.
ids_of() {
  ids=()
  each "$1" add_id
}

add_id() { ids+=("$1"); }

# Whether this run sets what differs; the others only tell.
is_changing() { [ "$mode" = converge ] || [ "$mode" = drain ]; }

# compare [inspect]: `inspect` looks deeper, at a host that no run has just changed.
# What kinds of items have asked for all of theirs at once is asked anew.
compare() {
  mode=${1:-verify} planned=() differences=() file_modes=() table_is_compared='' interface_of=() unit_states=()
  plan
}

show_differences() {
  [ ${#differences[@]} -eq 0 ] || printf '  %s\n    expected  %s\n    found     %s\n' "${differences[@]}"
}

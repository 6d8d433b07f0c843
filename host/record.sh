# What this host was before: `before/` holds the state each item had when we first touched it (for remove),
# `undo/` the state it had at the last good run (for a failed run). Both survive a killed run.

# Sets `entry` to where DIRECTORY keeps "KIND ID".
entry_of() { entry=$1/${2//\//%}; }

# save DIRECTORY KIND ID [FIELD=VALUE…]: keep the item's present state as one entry, whole or not at all.
save() {
  local directory=$1 kind=$2 id=$3 entry
  entry_of "$directory" "$kind $id"
  shift 3
  [ ! -e "$entry" ] || return 0
  [ ! -e "$entry.new" ] || rm -rf "$entry.new"
  mkdir "$entry.new"
  "${kind}_save" "$id" "$entry.new" "$@"
  printf '%s\n' "$kind $id" >>"$directory/order"
  mv "$entry.new" "$entry"
}

# An item that is touched for the first time is saved once, in `before/`. If the run fails, the item is restored from there
# and the entry is deleted. A kernel setting that we hold already gets no entry in `undo/`: a plan never changes its value,
# so one that differs has drifted, and undoing the repair could make a host that holds a VIP answer ARP for it.
remember() {
  local entry first
  entry_of "$state/undo" "$1 $2"
  first=$entry.first
  entry_of "$state/before" "$1 $2"
  if [ ! -e "$entry" ] && [ ! -e "$first" ]; then
    : >"$first"
    printf '%s\n' "$1 $2" >>"$state/undo/order"
  fi
  save "$state/before" "$@"
  [ -e "$first" ] || [ "$1" = sysctl ] || save "$state/undo" "$@"
}

# remember_all KIND ID…: as `remember` of each, where `before/` has none of them. A table may have thousands, so a few processes
# do for all. KIND_save_all ID… saves each into its entry, "ENTRY.new".
remember_all() {
  local kind=$1 id entry
  local -a entries=()
  shift
  for id in "$@"; do
    entry_of "$state/undo" "$kind $id"
    : >"$entry.first"
    entry_of "$state/before" "$kind $id"
    entries+=("$entry")
  done
  printf '%s\n' "${@/#/$kind }" >>"$state/undo/order"
  printf '%s.new\n' "${entries[@]}" | xargs -d '\n' mkdir -p
  "${kind}_save_all" "$@"
  printf '%s\n' "${@/#/$kind }" >>"$state/before/order"
  printf '%s\n' "${entries[@]}" | perl -nle 'rename "$_.new", $_ or die "$_: $!\n"'
}

# restore_at INDEX: puts the item of `lines`, "KIND ID" each, back to the state that its entry of `entries` holds. With the first
# of a kind that has KIND_restore_all ENTRY…, all of that kind are put back; the others then end as that has ended.
restore_at() {
  local kind=${lines[$1]%% *} id=${lines[$1]#* } at
  local -a together=()
  if ! declare -F "${kind}_restore_all" >/dev/null; then
    [ ! -e "${entries[$1]}" ] || "${kind}_restore" "$id" "${entries[$1]}"
    return
  fi
  for at in "${!lines[@]}"; do
    [[ ${lines[at]} == "$kind "* ]] || continue
    [ "$at" -ge "$1" ] || return "${code_of[$kind]:-0}"
    [ ! -e "${entries[at]}" ] || together+=("${entries[at]}")
  done
  [ ${#together[@]} -eq 0 ] || "${kind}_restore_all" "${together[@]}"
}

# keep_rejected "KIND ID" ENTRY: of what undo takes away, keep what people will want to look at.
keep_rejected() {
  local kind=${1%% *}
  [ ! -e "$2" ] || ! declare -F "${kind}_reject" >/dev/null || "${kind}_reject" "${1#* }" "$2"
}

# forget "KIND ID"…: on a full disk the order cannot be written anew; then nothing is forgotten.
forget() {
  local line entry order=$state/before/order
  local -a entries=()
  for line in "$@"; do
    entry_of "$state/before" "$line"
    entries+=("$entry")
  done
  { grep -vxF -f <(printf '%s\n' "$@") "$order" || [ $? -eq 1 ]; } >"$order.new" && mv "$order.new" "$order" &&
    printf '%s\n' "${entries[@]}" | xargs -d '\n' rm -rf
}

# newest_first DIRECTORY: sets `newest` to the lines of its order, each once. VIPs first, as what is noted before or after
# them keeps this host silent in ARP; then units, which stop by the files they started with. A run killed between noting an
# entry and completing it notes it twice.
newest_first() {
  local line at
  local -a order vips=() units=() others=()
  local -A seen=()
  newest=()
  [ -e "$1/order" ] || return 0
  mapfile -t order <"$1/order"
  for ((at = ${#order[@]} - 1; at >= 0; at--)); do
    line=${order[at]}
    [ -z "${seen[$line]:-}" ] || continue
    seen[$line]=1
    case $line in
      'vip '*) vips+=("$line") ;;
      'unit '*) units+=("$line") ;;
      *) others+=("$line") ;;
    esac
  done
  newest=("${vips[@]}" "${units[@]}" "${others[@]}")
}

is_planned() { [ -n "${planned[$1]:-}${planned[record $1]:-}" ]; }

# give_back_unplanned [PATTERN]: what is no longer planned is put back as it was before us.
give_back_unplanned() {
  local line entry at
  local -a newest lines=() entries=()
  local -A code_of=()
  newest_first "$state/before"
  for line in "${newest[@]}"; do
    # shellcheck disable=SC2053 # a pattern on purpose
    if is_planned "$line" || [[ $line != ${1:-*} ]]; then continue; fi
    entry_of "$state/before" "$line"
    lines+=("$line") entries+=("$entry")
  done
  [ ${#lines[@]} -gt 0 ] || return 0
  for at in "${!lines[@]}"; do
    restore_at "$at"
    note "$host: ${lines[at]}: given back"
  done
  forget "${lines[@]}"
}

is_held() {
  local holder=''
  [ ! -e "$state/holder" ] || read -r holder <"$state/holder"
  [ "$holder" = "$role $host $address" ]
}

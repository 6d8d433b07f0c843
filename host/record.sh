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

# restore DIRECTORY "KIND ID": put the item back to the state its entry holds.
restore() {
  local entry kind=${2%% *} id=${2#* }
  entry_of "$1" "$2"
  [ -e "$entry" ] || return 0
  "${kind}_restore" "$id" "$entry"
}

# keep_rejected DIRECTORY "KIND ID": of what undo takes away, keep what people will want to look at.
keep_rejected() {
  local entry kind=${2%% *}
  entry_of "$1" "$2"
  [ ! -e "$entry" ] || ! declare -F "${kind}_reject" >/dev/null || "${kind}_reject" "${2#* }" "$entry"
}

# On a full disk the order cannot be written anew; then nothing is forgotten.
forget() {
  local entry order=$state/before/order
  entry_of "$state/before" "$1"
  { grep -vxF -- "$1" "$order" || [ $? -eq 1 ]; } >"$order.new" && mv "$order.new" "$order" && rm -rf "$entry"
}

# VIPs first, as what is noted before or after them keeps this host silent in ARP; then units, which stop by the files
# they started with. A run killed between noting an entry and completing it notes it twice.
newest_first() {
  local kind line at
  local -a order
  local -A seen=()
  [ -e "$1/order" ] || return 0
  mapfile -t order <"$1/order"
  for kind in 'vip ' 'unit ' ''; do
    for ((at = ${#order[@]} - 1; at >= 0; at--)); do
      line=${order[at]}
      [[ -z ${seen[$line]:-} && $line == "$kind"* ]] || continue
      seen[$line]=1
      printf '%s\n' "$line"
    done
  done
}

is_planned() {
  local line
  for line in "${planned[@]}"; do [ "${line#record }" != "$1" ] || return 0; done
  return 1
}

# give_back_unplanned [PATTERN]: what is no longer planned is put back as it was before us.
give_back_unplanned() {
  local line
  while IFS= read -r -u 8 line; do
    # shellcheck disable=SC2053 # a pattern on purpose
    if is_planned "$line" || [[ $line != ${1:-*} ]]; then continue; fi
    restore "$state/before" "$line"
    forget "$line"
    note "$host: $line: given back"
  done 8< <(newest_first "$state/before")
}

is_held() {
  local holder=''
  [ ! -e "$state/holder" ] || read -r holder <"$state/holder"
  [ "$holder" = "$role $host $address" ]
}

# Keeps the state of another item before something else than its own line changes it: record "KIND ID".

record_read() {
  local entry
  entry_of "$state/before" "$1"
  wanted=kept found=kept
  [ "$mode" != converge ] || [ -e "$entry" ] || found='not kept yet'
}

# All of a kind at once, with the first of them.
record_set() {
  local each_kept=${1%% *}
  local -a ids=()
  each record add_missing
  remember_all "$each_kept" "${ids[@]}"
}

add_missing() {
  local entry
  entry_of "$state/before" "$1"
  [ "${1%% *}" != "$each_kept" ] || [ -e "$entry" ] || ids+=("${1#* }")
}

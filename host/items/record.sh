# Keeps the state of another item before something else than its own line changes it: record "KIND ID".

record_read() {
  local entry
  entry_of "$state/before" "$1"
  wanted=kept found=kept
  [ "$mode" != converge ] || [ -e "$entry" ] || found='not kept yet'
}

record_set() { remember "${1%% *}" "${1#* }"; }

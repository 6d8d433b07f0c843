# What is kept on a host has a format: a number, in $state/format, that grows when a version keeps something in another way
# or says it in another way when the host is read. The script sets $format, which is what this version knows.
# A version that keeps it in format N + 1 has a function upgrade_N, which brings $state from N there. Run twice, it does no
# harm, as a run may be cut off.

# Sets `kept_format`. Versions before 0.2.0 wrote no number. A host that holds nothing has this version's.
find_format() {
  kept_format=$format
  [ ! -e "$state/before" ] || kept_format=0
  [ ! -e "$state/format" ] || read -r kept_format <"$state/format"
}

is_of_this_format() {
  local kept_format
  find_format
  [ "$kept_format" -eq "$format" ]
}

# Ends the run, before it changes anything, where this version does not know what is kept here.
know_format() {
  local kept_format step
  find_format
  [ "$kept_format" -le "$format" ] ||
    refuse_format "a newer version of pulumi-lvs has converged this host (it keeps format $kept_format, this version knows $format); use that version"
  for ((step = kept_format; step < format; step++)); do
    declare -F "upgrade_$step" >/dev/null ||
      refuse_format "an older version of pulumi-lvs has converged this host (it keeps format $kept_format, this version $format and knows no way from there); run \`destroy\` with that version, then \`up\` with this one"
  done
}

# Whoever started the run tells this from a failure by the code.
refuse_format() {
  note "$host: $*"
  exit 65
}

upgrade_format() {
  local kept_format
  find_format
  for (( ; kept_format < format; kept_format++)); do
    "upgrade_$kept_format"
    note "$host: what is kept here: format $kept_format -> $((kept_format + 1))"
    write_format "$((kept_format + 1))"
  done
}

write_format() {
  echo "$1" >"$state/format.new"
  mv "$state/format.new" "$state/format"
}

# Reading changes nothing on a host: a copy is upgraded.
view_upgraded() {
  local view
  ! is_of_this_format || return 0
  view=$(mktemp -d)
  # shellcheck disable=SC2064 # it is this folder
  trap "rm -rf '$view'" EXIT
  cp -a "$state/." "$view"
  state=$view
  upgrade_format 2>/dev/null
}

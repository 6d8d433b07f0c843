# A real server that is to be changed is taken out of service before and put back after, without a connection lost.

# withdraw ADDRESS: weight 0 in every service of ours, then the time that its connections need.
withdraw() {
  local shares name weight line is_alone leaving=()
  mkdir -p "$state/withdrawn"
  read_terms
  # The lock covers the decision only (who else still serves?); draining then goes on in parallel.
  exec 6<>"$lock.withdraw"
  flock 6
  shares=$(held_names | table serving "$1")
  while IFS='|' read -r name _ _ line is_alone; do
    if [ -n "$is_alone" ]; then
      note "$host: warning: ${name##* } alone serves ${name% to *}: it is changed while it serves"
    elif [ -n "$name" ]; then
      leaving+=("$name")
      grep -qsF -- "$name|" "$state/withdrawn/$1" || printf '%s|%s\n' "$name" "$line" >>"$state/withdrawn/$1"
    fi
  done <<<"$shares"
  [ ${#leaving[@]} -eq 0 ] || change_table "$(printf '%s\n' "${leaving[@]}")" quiesce
  exec 6>&-
  (drain_all) || {
    readmit "$1"
    exit 1
  }
}

# readmit ADDRESS: back to the weights it had, in each service as soon as it answers there. Where the health check has taken
# it out meanwhile, the check also puts it back.
readmit() {
  local name line check
  [ -e "$state/withdrawn/$1" ] || return 0
  know_plan
  read_terms
  while IFS='|' read -r -u 7 name line; do
    IFS='|' read -r _ _ check <<<"${terms_of[${name% to *}]:-}"
    await_answer "$name" "$check"
    change_table "$line" edit
  done 7<"$state/withdrawn/$1"
  change_table "$planned_services" resume
  rm -f "$state/withdrawn/$1"
  note "$host: $1: back in service"
}

# await_answer NAME CHECK: until the real server answers its health check through the VIP.
await_answer() {
  local attempt said=''
  [ -n "$2" ] || return 0
  for attempt in {1..60}; do
    said=$(ask "$2" "$1" 2>&1) && return 0
    sleep 1
  done
  fail "${1##* } does not come back to ${1% to *} in $attempt attempts: $said"
}

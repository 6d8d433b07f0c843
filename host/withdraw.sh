# A real server that is to be changed is taken out of service before and put back after, without a connection lost.

# withdraw ADDRESS: weight 0 in every service of ours, then the time that its connections need.
withdraw() {
  local key to terms leaving=()
  mkdir -p "$state/withdrawn"
  # The lock covers the decision only (who else still serves?); draining then goes on in parallel.
  exec 6<>/run/pulumi-lvs.withdraw.lock
  flock 6
  while IFS= read -r -u 7 key; do
    to=$(real_servers_of "$key" | grep -F -- "$1:") || continue
    has_share "$key" "$to" || continue
    if ! serves_without "$key" "$to"; then
      note "$host: warning: $to alone serves $key: it is changed while it serves"
      continue
    fi
    terms=$(drain_terms "$key")
    grep -qsF -- "$key|$to|" "$state/withdrawn/$1" ||
      keep_share "$key" "$to" >>"$state/withdrawn/$1"
    quiesce "$key" "$to"
    leaving+=("$key|$to|${terms%|*}")
  done 7< <(held_services)
  exec 6>&-
  (drain_all) || {
    readmit "$1"
    exit 1
  }
}

# is_withdrawn KEY ADDRESS:PORT: whether it is out of service for a change of its own.
is_withdrawn() { [ -e "$state/withdrawn/${2%:*}" ] && grep -qF -- "$1|$2|" "$state/withdrawn/${2%:*}"; }

# serves_without KEY ADDRESS:PORT: whether another real server gets new connections.
serves_without() {
  local to share
  while read -r to; do
    share=$(share_of "$1" "$to")
    [ "$to" = "$2" ] || [ "${share%% *}" -eq 0 ] || return 0
  done < <(real_servers_of "$1")
  return 1
}

# readmit ADDRESS: back to the weights it had, in each service as soon as it answers there.
readmit() {
  local key to rule
  [ -e "$state/withdrawn/$1" ] || return 0
  while IFS='|' read -r -u 7 key to rule; do
    await_answer "$key" "$to" "$(drain_terms "$key" | cut -d '|' -f 3)"
    return_share "$key" "$to" "$rule"
  done 7<"$state/withdrawn/$1"
  rm -f "$state/withdrawn/$1"
  note "$host: $1: back in service"
}

# await_answer KEY ADDRESS:PORT CHECK: until it answers its health check through the VIP.
await_answer() {
  local attempt said=''
  [ -n "$3" ] || return 0
  for attempt in {1..60}; do
    said=$(run_check "$3" "${1#* }" "$2" 2>&1) && return 0
    sleep 1
  done
  fail "$2 does not come back to $1 in $attempt attempts: $said"
}

# run_check CHECK VIP:PORT ADDRESS:PORT [SECONDS], as the health daemon would; it fails after SECONDS at the latest. CHECK is
# a file (../check.pl), `ping`, or empty where nothing is checked.
run_check() {
  # shellcheck disable=SC2016 # Perl's variables
  case $1 in
    '') ;;
    ping) timeout "${4:-0}" perl -MNet::Ping -e 'exit !Net::Ping->new("icmp", 3)->ping(shift)' "${3%:*}" ;;
    *)
      timeout "${4:-0}" perl -e '
        sub ld_log { }
        my $text = do { local ( $/, @ARGV ) = ( undef, shift ); <> };
        my $check = eval "no warnings; sub { \@ARGV = \@_; $text }" or die $@;
        $check->(@ARGV);' "$1" "${2%:*}" "${2##*:}" "${3%:*}" "${3##*:}"
      ;;
  esac
}

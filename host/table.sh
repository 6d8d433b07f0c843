# The kernel's IPVS table: whatever this host's script looks at or changes in it passes here. A name is what a line of it begins
# with: KEY for a service, "KEY to ADDRESS:PORT" for a real server in it. $table_program is table.pl and its verbs.

# The plan as table.pl takes it, and what the items say of the health daemon: once for each run.
planned_services=
planned_probes=
daemon_repair=
daemon_log=
# What differs from the plan, by KEY: once for each comparison. See `compare` of tableVerbs.pl.
table_is_compared=
declare -A found_of=()
declare -A out_of=()
# Lines of services that are there and differ, and how they are planned.
other_services=
other_services_planned=
# Lines "missed NAME".
missed=
# Starting checks goes on for so long; who is not asked counts as out by its health check.
longest_asking_seconds=4
# Where checker.pl keeps what it finds.
check_results=/run/pulumi-lvs-checks
# Of the routing rule that mutes; before those of the main table (ip-rule(8)) and next to that of vrrp.sh.
mute_preference=31908

table() { perl -e "$table_program" -- "$@"; }

know_plan() {
  [ -z "$planned_services" ] || return 0
  each service add_service
  each probe add_probe
}

add_service() {
  local planned_lines settle_seconds when_down repair log check fallback "${@:2}"
  planned_services+="service $1|$when_down|$settle_seconds|$fallback|$check"$'\n'$planned_lines$'\n'
  daemon_repair=$repair daemon_log=$log
}

# compare_table exact|lenient|weights LINES
compare_table() {
  local records record key text planned file withdrawn=''
  for file in "$state"/withdrawn/*; do
    [ ! -e "$file" ] || while IFS='|' read -r key _; do withdrawn+="withdrawn $key"$'\n'; done <"$file"
  done
  found_of=() out_of=() other_services='' other_services_planned=''
  records=$(table compare "$1" <<<"$2$missed$withdrawn")
  while IFS='|' read -r record key text planned; do
    case $record in
      found) found_of[$key]=$text ;;
      out) out_of[$key]=$text ;;
      service) other_services+=$text$'\n' other_services_planned+=$planned$'\n' ;;
    esac
  done <<<"$records"
}

# While converging the table counts as it is, so that it is full before the VIP appears. Right after that, who is missing may
# be on the way in; an inspection asks them all.
find_differences() {
  [ -z "$table_is_compared" ] || return 0
  local way=lenient
  [ "$mode" != converge ] || way=exact
  know_plan
  missed=''
  compare_table "$way" "$planned_services$planned_probes"
  if [ "$mode" = inspect ] && [ ${#out_of[@]} -gt 0 ]; then
    find_missed
    compare_table "$way" "$planned_services$planned_probes"
  fi
  table_is_compared=1
}

# Sets `missed` to the real servers that should be in the table: their check passes, and the daemon's log does not say that
# the daemon removed them. One that has just come back is not among them, as the daemon adds it at its next check. All are
# asked at once.
find_missed() {
  local missing name asked begin=$SECONDS
  missing=$(table missing <(print_log "$daemon_log") <<<"$planned_services")
  missed=$(
    while IFS='|' read -r name _ asked; do
      [ "$((SECONDS - begin))" -lt "$longest_asking_seconds" ] || break
      [ -n "$name" ] || continue
      case $asked in
        'checker '*) ! is_up "$name" || printf 'missed %s\n' "$name" ;;
        *) { ask "$asked" "$name" 5 >/dev/null 2>&1 && printf 'missed %s\n' "$name"; } & ;;
      esac
    done <<<"$missing"
    wait
  )$'\n'
}

# is_up NAME, as checker.pl has found it.
is_up() {
  local key=${1% to *} result=''
  read -r result 2>/dev/null <"$check_results/${key// /-}-${1##* }" || true
  [ "$result" = 0 ]
}

# print_log LOG: a file of ldirectord's, or "the journal of UNIT".
print_log() {
  case $1 in
    /*) [ ! -e "$1" ] || cat "$1" ;;
    *) journalctl --quiet --no-pager --boot --output cat --unit "${1##* }" ;;
  esac
}

# ask CHECK NAME [SECONDS]: whether the real server passes its check, as run_check has it.
ask() {
  local key=${2% to *}
  run_check "$1" "${key#* }" "${2##* }" "${@:3}"
}

# run_check CHECK VIP:PORT ADDRESS:PORT [SECONDS], as the health daemon would; it fails after SECONDS at the latest. CHECK is
# a file of ldirectord's (check.pl), `checker SERVICE` (checker.pl), `ping`, or empty where nothing is checked.
run_check() {
  # shellcheck disable=SC2016 # Perl's variables
  case $1 in
    '') ;;
    ping) timeout "${4:-0}" perl -MNet::Ping -e 'exit !Net::Ping->new("icmp", 3)->ping(shift)' "${3%:*}" ;;
    'checker '*) timeout "${4:-0}" perl "$programs/checker.pl" once "${1#* }" "$3" ;;
    *)
      timeout "${4:-0}" perl -e '
        sub ld_log { }
        my $text = do { local ( $/, @ARGV ) = ( undef, shift ); <> };
        my $check = eval "no warnings; sub { \@ARGV = \@_; $text }" or die $@;
        $check->(@ARGV);' "$1" "${2%:*}" "${2##*:}" "${3%:*}" "${3##*:}"
      ;;
  esac
}

# change_table INPUT VERB [ARGUMENT…]: makes the changes that table.pl prints. What then is still left, because the health
# daemon has changed the same at that moment, is tried again.
change_table() {
  local changes
  for _ in 1 2 3; do
    changes=$(table "${@:2}" <<<"$1") || exit 1
    [ -n "$changes" ] || return 0
    ! write_table "$changes" || return 0
  done
  fail "the kernel does not take ${changes//$'\n'/; } (see above)"
}

# write_table CHANGES: the only place that writes the table. The kernel's answers from the VIP of "mute VIP …" are kept back
# meanwhile, so that clients ask again.
write_table() {
  local line code=0 plain=''
  table_is_compared=''
  while IFS= read -r line; do
    if [[ $line != 'mute '* ]]; then
      plain+=$line$'\n'
      continue
    fi
    write_lines "$plain" || code=$?
    plain=''
    line=${line#mute }
    unmute_services
    ip rule add pref "$mute_preference" from "${line%% *}" iif lo blackhole || return 1
    write_lines "${line#* }" || code=$?
    unmute_services
  done <<<"$1"
  write_lines "$plain" || code=$?
  return "$code"
}

write_lines() { [ -z "$1" ] || ipvsadm -R <<<"${1%$'\n'}"; }

# Also what a killed run has left.
unmute_services() { while ip rule del pref "$mute_preference" 2>/dev/null; do :; done; }

# Cuts the run of a host's script at one of its steps, or lists them all. Stands before the script's last line, where
# every function of the script is declared. A step is the moment before, or after, a call of any function but those
# below, which change nothing. Given are $cut_way, and $cut_at, the step's name; with none, the run is cut at its first
# step that matches $cut_pattern and is not one of $cut_passed; with no pattern either, it lists its steps, and with
# $cut_compare what the host is at each.
set -euo pipefail
: "${cut_way:?}" "${cut_at?}" "${cut_pattern?}" "${cut_passed?}" "${cut_compare?}"

cut_readers='main|hold|know_format|find_format|is_of_this_format|plan|converge|release|remove|undo|serves_until_released|is_held|is_running|preflight|lock|note|fail|show_differences|is_planned|newest_first
entry_of|find_link|table|know_plan|add_.*|compare_table|find_.*|print_log|ask|run_check|held_names|read_.*
each|write_lines|is_draining|unit_enablement|unit_property|check_.*
.*_read|cut_.*'

# What of this host a run may change, as one number.
cut_fingerprint() {
  {
    find /etc /usr/local /var/www /var/lib/pulumi-lvs /var/lib/dpkg/status /var/cache/debconf -xdev -printf '%p %C@ %m\n'
    cat /proc/sys/net/ipv4/conf/all/arp_* /proc/sys/net/ipv4/vs/expire_*
    ip -4 -o address show | awk '{ print $2, $4 }'
    ipvsadm -Sn | sort
    systemctl list-units --all --no-legend --plain 'apache2*' 'ldirectord*' 'pulumi-lvs*'
  } 2>/dev/null | cksum
}

cut_kill() { kill -KILL 0; }

# As a cut connection does: what the run writes next meets a closed pipe.
cut_connection() {
  kill -KILL "$PPID"
  sleep 0.2
}

# As a power cut does: nothing is stopped, nothing more is written to disk.
cut_reboot() {
  systemctl reboot --force --force
  sleep 60
}

cut_chosen() {
  if [ -n "$cut_at" ]; then
    [ "$1" = "$cut_at" ]
  else
    [[ $1 =~ $cut_pattern && $'\n'$cut_passed$'\n' != *$'\n'"$1"$'\n'* ]]
  fi
}

declare -A cut_calls=()
cut_step() {
  # Nor does anything change while items are only gone through, which is often.
  [ "$BASH_SUBSHELL" -eq 0 ] && [ "${mode:-}" != each ] || return 0
  local cut_name="$*"
  cut_name=${cut_name%%$'\n'*}
  cut_name=${cut_name:0:100}
  cut_calls[$cut_name]=$((${cut_calls[$cut_name]:-0} + 1))
  cut_name+=" (${cut_calls[$cut_name]})"
  if [ -z "$cut_at$cut_pattern" ]; then
    printf 'step\t%s\t%s\n' "${cut_compare:+$(cut_fingerprint)}" "$cut_name"
  elif cut_chosen "$cut_name"; then
    printf 'cut\t%s\n' "$cut_name"
    "cut_$cut_way"
  fi
}

# All at once, as a process for each function would cost a guest more than the run itself.
mapfile -t cut_functions < <(declare -F | cut -d ' ' -f 3 | grep -vxE "${cut_readers//$'\n'/|}")
eval "$(declare -f "${cut_functions[@]}" | sed -E 's/^(\w+) \(\) $/cut_inner_\1 ()/')"
for cut_function in "${cut_functions[@]}"; do
  eval "$cut_function() {
    cut_step before $cut_function \"\$@\"
    cut_inner_$cut_function \"\$@\"
    local cut_code=\$?
    cut_step after $cut_function \"\$@\"
    return \$cut_code
  }"
done

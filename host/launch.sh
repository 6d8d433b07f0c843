# What the state keeps of a host's script: enough to find the whole of it on the host.
#   launch.sh converge, and what goes with it: the script that this run laid there when it read the host (run.sh, lay_script)
#   launch.sh read, inspect, handover, remove: the script that the host keeps of its last good run
# What is written before this text sets $host, $holder ("ROLE HOST ADDRESS"), $digest and $generation.

kept=/var/lib/pulumi-lvs
laid=/run/pulumi-lvs/$digest

launch() {
  local action=$1 held_as=''
  case $action in
    read | inspect | handover | remove)
      [ ! -e "$kept/holder" ] || read -r held_as <"$kept/holder" || true
      [ "$held_as" = "$holder" ] || not_held "$action" "$held_as"
      # An empty one would run, and do nothing.
      [ -s "$kept/script" ] || fail "$kept/script, which the last run has kept there, is missing; \`up\` brings it back"
      exec bash "$kept/script" "$@"
      ;;
    readmit)
      # Its director may have been restarted while the real server was out.
      [ -e "$laid" ] || laid=$kept/script
      exec bash "$laid" "$@"
      ;;
    converge)
      is_laid
      exec bash "$laid" converge "$generation"
      ;;
    *)
      is_laid
      exec bash "$laid" "$@"
      ;;
  esac
}

fail() {
  echo "$host: $*" >&2
  exit 1
}

# not_held ACTION HELD_AS: there is nothing to ask or to give back here.
not_held() {
  case $1 in
    read)
      print_link
      echo unheld
      ;;
    remove)
      [ -n "$2" ] || [ ! -s "$kept/before/order" ] ||
        fail "a run was cut off here before it was complete; run \`up\`, then \`destroy\`"
      [ -z "$2" ] || echo "$host: left as it is: it is held as $2 now" >&2
      echo removed
      ;;
    *) fail "is not held${2:+ as ${holder% *}, but as $2}; \`up\` converges it" ;;
  esac
  exit
}

# As reading.sh does, so that a host that is not held can be named by its hardware address.
print_link() {
  local link=''
  read -r _ link _ < <(ip -4 -o address show to "${holder##* }/32") || true
  [ -z "$link" ] || printf 'link\t%s\n' "$(<"/sys/class/net/$link/address")"
}

is_laid() {
  [ -e "$laid" ] || fail "$laid, which this run has laid there, is gone; was the host restarted? Run \`up\` again"
}

# What the state keeps of a host's script: enough to find the whole of it on the host.
#   launch.sh converge, and what goes with it: the script that this run laid there when it read the host (run.sh, lay_script)
#   launch.sh read, inspect, handover, remove: the script that the host keeps of its last good run
# What is written before this text sets $host, $holder ("ROLE HOST ADDRESS"), $digest and $generation.

kept=/var/lib/pulumi-lvs
laid=/run/pulumi-lvs/$digest

launch() {
  local script=$laid
  case $1 in
    read | inspect | handover | remove)
      [ -e "$kept/holder" ] || not_held "$1"
      script=$kept/script
      export known_as=$holder
      ;;
    converge) set -- converge "$generation" ;;
    # Its director may have been restarted while the real server was out.
    readmit) [ -e "$laid" ] || script=$kept/script ;;
  esac
  # An empty one would run, and do nothing.
  [ -s "$script" ] || fail "$script, which a run has left there, is gone; run \`up\` again"
  exec bash "$script" "$@"
}

fail() {
  echo "$host: $*" >&2
  exit 1
}

# not_held ACTION: there is nothing to ask or to give back here.
not_held() {
  case $1 in
    read)
      # As reading.sh does, so that a host that is not held can be named by its hardware address.
      local interface
      interface=$(ip -4 -o address show to "${holder##* }/32" | cut -d ' ' -f 2)
      sed 's/^/link\t/' "/sys/class/net/${interface:-none}/address" 2>/dev/null || true
      echo unheld
      ;;
    remove)
      [ ! -s "$kept/before/order" ] ||
        fail "a run was cut off here before it was complete; run \`up\`, then \`destroy\`"
      echo removed
      ;;
    *) fail "is not held; \`up\` converges it" ;;
  esac
  exit
}

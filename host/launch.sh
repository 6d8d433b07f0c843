# What the state keeps of a host's script: enough to find the whole of it on the host.
#   launch.sh converge, and what goes with it: the script that this run laid there when it read the host (run.sh, lay)
#   launch.sh read, inspect, handover, remove: the script that the host keeps of its last good run
# What is written before this text sets $host, $holder ("ROLE HOST ADDRESS"), $digest and $generation.

kept=/var/lib/pulumi-lvs
laid=/run/pulumi-lvs/$digest

launch() {
  local action=$1 held_as=''
  case $action in
    read | inspect | handover | remove)
      [ ! -e "$kept/holder" ] || read -r held_as <"$kept/holder"
      [ "$held_as" = "$holder" ] || not_held "$action" "$held_as"
      exec bash "$kept/script" "$@"
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

# not_held ACTION HELD_AS: there is nothing to ask or to give back here.
not_held() {
  case $1 in
    read) echo unheld ;;
    remove)
      [ -z "$2" ] || echo "$host: left as it is: it is held as $2 now" >&2
      echo removed
      ;;
    *)
      echo "$host: is not held${2:+ as ${holder% *}, but as $2}; \`up\` converges it" >&2
      exit 1
      ;;
  esac
  exit
}

is_laid() {
  [ -e "$laid" ] || {
    echo "$host: $laid, which this run has laid there, is gone; was the host restarted? Run \`up\` again" >&2
    exit 1
  }
}

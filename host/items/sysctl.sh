# A kernel setting at run time; its file in /etc/sysctl.d is an item of its own.

sysctl_path() { printf '/proc/sys/%s' "${1//.//}"; }
sysctl_wanted() { printf '%s' "$2"; }
sysctl_found() { cat "$(sysctl_path "$1")" 2>/dev/null || echo absent; }
sysctl_set() { printf '%s\n' "$2" >"$(sysctl_path "$1")"; }
sysctl_save() { sysctl_found "$1" >"$2/value"; }

sysctl_restore() {
  [ ! -e "$(sysctl_path "$1")" ] || [ "$(cat "$2/value")" = absent ] || cat "$2/value" >"$(sysctl_path "$1")"
}

# A kernel setting at run time; its file in /etc/sysctl.d is an item of its own: sysctl KEY value.

sysctl_read() {
  local value "${@:2}"
  wanted=$value found=absent
  [ ! -e "/proc/sys/${1//.//}" ] || read -r found <"/proc/sys/${1//.//}"
  found=${found//$'\t'/ }
}

sysctl_set() {
  local value "${@:2}"
  printf '%s\n' "$value" >"/proc/sys/${1//.//}"
}
sysctl_save() { printf '%s\n' "$found" >"$2/value"; }

sysctl_restore() {
  local value
  read -r value <"$2/value"
  [ "$value" = absent ] || [ ! -e "/proc/sys/${1//.//}" ] || sysctl_set "$1" "value=$value"
}

# An answer given to a package before it is installed: debconf "PACKAGE QUESTION" TYPE VALUE.

debconf_wanted() { printf '%s' "$3"; }

debconf_found() {
  local value
  value=$(debconf-show "${1%% *}" 2>/dev/null | sed -n "s|^[* ]*${1#* }: ||p")
  printf '%s' "${value:-unanswered}"
}

debconf_set() { printf '%s %s %s\n' "$1" "$2" "$3" | debconf-set-selections; }
debconf_save() { :; }
debconf_restore() { :; }

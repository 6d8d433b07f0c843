# One KEY="value" line of a shell-style settings file that a package owns: assignment "PATH KEY" VALUE.

assignment_wanted() { printf '%s' "$2"; }

assignment_found() {
  local value
  value=$(sed -n "s/^${1#* }=\"\{0,1\}\([^\"]*\)\"\{0,1\}[[:space:]]*\$/\1/p" "${1%% *}" 2>/dev/null | tail -n 1)
  printf '%s' "${value:-absent}"
}

assignment_set() {
  local path=${1%% *} key=${1#* }
  sed -i "/^$key=/d" "$path"
  printf '%s="%s"\n' "$key" "$2" >>"$path"
}

assignment_save() { cp -a "${1%% *}" "$2/content"; }
assignment_restore() { cp -a "$2/content" "${1%% *}"; }

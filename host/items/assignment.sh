# One KEY="value" line of a shell-style settings file that a package owns: assignment "PATH KEY" value.

assignment_read() {
  local path=${1%% *} key=${1#* } line value "${@:2}"
  wanted=$value found=absent
  [ -e "$path" ] || return 0
  while IFS= read -r line; do
    [[ $line != "$key="* ]] || found=${line#*=}
  done <"$path"
  found=${found//\"/}
}

assignment_set() {
  local path=${1%% *} key=${1#* } value "${@:2}"
  touch "$path"
  sed -i "/^$key=/d" "$path"
  printf '%s="%s"\n' "$key" "$value" >>"$path"
}

assignment_save() { [ ! -e "${1%% *}" ] || cp -a "${1%% *}" "$2/content"; }
assignment_restore() { file_restore "${1%% *}" "$2"; }

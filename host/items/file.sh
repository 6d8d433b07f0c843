# A file with its whole content: file PATH permissions content notify check. `notify` is the unit to reload after a change,
# `check` names the program that must accept the file first; either may be empty.

# By path, of each file that is planned and there; once for each comparison.
declare -A file_modes=()

file_read() {
  local path=$1 present='' permissions content "${@:2}"
  wanted="as planned" found=absent
  [ -f "$path" ] || return 0
  IFS= read -r -d '' present <"$path" || true
  [ -n "${file_modes[$path]:-}" ] || ask_file_modes
  found=${file_modes[$path]:-}
  if [ "$present" != "$content" ]; then
    found='other content'
    # What the digest of a plan does not tell.
    [ "$permissions" != 0600 ] || found='other content, or another secret'
  elif [ "$found" = "$permissions" ]; then
    found=$wanted
  else
    found="mode $found, not $permissions"
  fi
}

# Of all at once: a process is dear on small hosts.
ask_file_modes() {
  local permissions path
  local -a ids
  ids_of file
  while read -r permissions path; do
    file_modes[$path]=$permissions
  done < <(stat -L -c '0%a %n' -- "${ids[@]}" 2>/dev/null)
}

file_set() {
  local path=$1 candidate=$1.pulumi-lvs-candidate permissions content notify check "${@:2}"
  [ -d "${path%/*}" ] || mkdir -p "${path%/*}"
  [ ! -e "$candidate" ] || rm -f "$candidate"
  # It has its permissions before it has its content, which may be a secret. What the umask gives takes no process.
  { : >"$candidate" && { [ "$permissions" = 0644 ] || chmod "$permissions" "$candidate"; } && printf '%s' "$content" >"$candidate"; } || {
    rm -f "$candidate"
    fail "cannot write $path; is the disk full?"
  }
  if [ -n "$check" ] && ! judge "$check" "$candidate" "$path" "$permissions"; then
    reject "$candidate" "$path"
    rm -f "$candidate"
    fail "$check refuses the new $path (see above); the old one stays"
  fi
  [ -z "$notify" ] || mark_reload "$notify"
  sync "$candidate"
  mv "$candidate" "$path"
  file_modes[$path]=$permissions
  [[ $path != /etc/systemd/* ]] || unit_states=()
}

# judge PROGRAM FILE PATH PERMISSIONS: what a program says of a file with secrets may have them in it.
judge() {
  local said=$state/rejected$3.said
  [ "$4" = 0600 ] || { "check_$1" "$2" "$3"; return; }
  mkdir -p "${said%/*}"
  (umask 077 && : >"$said")
  "check_$1" "$2" "$3" 2>"$said" || {
    note "$host: this file has secrets, so what $1 says of it is kept as $said"
    return 1
  }
  rm -f "$said"
}

# As ldirectord compiles a check (its sub check_external_perl); a check that is run without addresses asks nobody.
# ldirectord itself would compile it at the first check, and then take the real servers out without a word.
check_perl() {
  perl -e '
    my $text = do { local $/ = undef; <> };
    my $check = eval "no warnings; sub { \@ARGV = \@_; $text }" or die $@;
    $check->();' "$1"
}

check_syntax() {
  local output
  output=$(perl -c "$1" 2>&1) || {
    note "$output"
    return 1
  }
}

check_checker() { perl "$programs/checker.pl" test "$1"; }

# ldirectord(8): `status` parses the file; exit code 2 is a configuration error, 0, 1 and 3 tell of the daemon. It warns of
# a line that it would not act on.
check_ldirectord() {
  local code=0 output
  output=$(ldirectord "$1" status 2>&1) || code=$?
  [[ " 0 1 3 " != *" $code "* || $output == *'Warning ['* ]] || return 0
  note "$output"
  return 1
}

# keepalived(8), --config-test: 2.2.7 may end with 143 although it has found nothing (keepalived issue 2587).
check_keepalived() {
  local code=0 output
  output=$(keepalived --config-test --log-console --use-file "$1" 2>&1) || code=$?
  [ "$code" -eq 0 ] || { [ "$code" -eq 143 ] && [ -z "$output" ]; } || {
    note "$output"
    return 1
  }
}

# Apache reads everything below APACHE_CONFDIR, so the candidate is judged in its place in a copy (apache2ctl(8)); only
# what other files name by its whole path is read from /etc.
check_apache() {
  local copy=$state/apache2 refusal code=0
  rm -rf "$copy"
  { cp -a /etc/apache2 "$copy" && cp "$1" "$copy${2#/etc/apache2}"; } || {
    rm -rf "$copy" "$1"
    fail "cannot copy /etc/apache2 to check it; is the disk full?"
  }
  refusal=$(apache_refusal "$copy") || code=1
  rm -rf "$copy"
  if [ "$code" -ne 0 ] && ! apache_refusal /etc/apache2 >&2; then
    note "$host: what this host has in /etc/apache2 is refused already, without the new file; correct that first"
    return 1
  fi
  [ -z "$refusal" ] || note "$refusal"
  [ "$code" -eq 0 ] && ports_are_free "$1"
}

# apache_refusal CONFDIR: prints why Apache would not start with it, as if it were in /etc/apache2; fails then.
apache_refusal() {
  local output
  ! output=$(APACHE_CONFDIR=$1 apache2ctl -t 2>&1) || return 0
  printf '%s\n' "${output//"$1"//etc/apache2}"
  return 1
}

# Apache finds out only when it reloads that somebody else has a port, and then it ends (AH00072).
ports_are_free() {
  local word port others
  while read -r word port; do
    [ "$word" = Listen ] || continue
    others=$(ss -Hltnp "sport = :$port" | grep -v '("apache2",') || continue
    note "$host: port $port is in use by another program: $others"
    return 1
  done <"$1"
}

# reject FILE PATH: keep FILE, which was to be PATH, until the next good run.
reject() {
  local kept=$state/rejected$2
  if mkdir -p "${kept%/*}" && cp -p "$1" "$kept"; then
    note "$host: what was to be $2 is kept as $kept"
  else
    rm -f "$kept"
  fi
}

# Called before undo takes the file away.
file_reject() { [ ! -e "$1" ] || cmp -s "$1" "$2/content" || reject "$1" "$1"; }

file_save() {
  local directory=${1%/*} notify='' "${@:3}"
  [ ! -e "$1" ] || cp -a "$1" "$2/content"
  [ -z "$notify" ] || echo "$notify" >"$2/notify"
  # Innermost first, so that they can be removed in this order.
  while [ ! -d "$directory" ]; do
    echo "$directory" >>"$2/made"
    directory=${directory%/*}
  done
}

file_restore() {
  local directory candidate=$1.pulumi-lvs-candidate
  ! same_file "$1" "$2/content" || return 0
  [ ! -e "$2/notify" ] || mark_reload "$(cat "$2/notify")"
  if [ -e "$2/content" ]; then
    cp -a "$2/content" "$candidate" || { rm -f "$candidate"; fail "cannot write $1; is the disk full?"; }
    mv "$candidate" "$1"
  else
    rm -f "$1"
  fi
  [ ! -e "$2/made" ] || while IFS= read -r directory; do
    rmdir --ignore-fail-on-non-empty "$directory" || true
  done <"$2/made"
}

same_file() { cmp -s "$1" "$2" && [ "$(stat -c '%f %u %g' "$1")" = "$(stat -c '%f %u %g' "$2")" ]; }

# Answers given to a package before it is installed: debconf PACKAGE answers,
# a line "QUESTION TYPE VALUE" each.

# Where debconf keeps answers (debconf.conf(5)): paragraphs "Name: QUESTION", …, "Value: VALUE". `debconf-show` takes a small
# director half a second.
debconf_answers=/var/cache/debconf/config.dat

debconf_read() {
  local kept='' answer question answers "${@:2}"
  wanted='' found=''
  [ ! -e "$debconf_answers" ] || kept=$'\n'$(answers_of "$1")$'\n'
  while IFS= read -r answer; do
    question=${answer%% *}
    wanted+="$question ${answer##* } "
    if [[ $kept == *$'\n'"$question "* ]]; then
      found+="$question ${kept#*$'\n'"$question "}"
      found="${found%%$'\n'*} "
    else
      found+="$question unanswered "
    fi
  done <<<"$answers"
}

# Prints "QUESTION VALUE" of each that a package has had answered.
answers_of() {
  awk -v package="$1" '
    BEGIN { RS = ""; FS = "\n" }
    index($1, "Name: " package "/") == 1 {
      for (field = 2; field <= NF; field++) if ($field ~ /^Value: /) print substr($1, 7) " " substr($field, 8)
    }' "$debconf_answers"
}

debconf_set() {
  local answer answers "${@:2}"
  while IFS= read -r answer; do printf '%s %s\n' "$1" "$answer"; done <<<"$answers" | debconf-set-selections
}

# Answers given to a package before it is installed: debconf PACKAGE answers,
# a line "QUESTION TYPE VALUE" each.

# Where debconf keeps answers (debconf.conf(5)): paragraphs "Name: QUESTION", …, "Value: VALUE". `debconf-show` takes a small
# director half a second.
debconf_answers=/var/cache/debconf/config.dat

debconf_read() {
  local kept='' answer question value answers "${@:2}"
  wanted='' found=''
  [ ! -e "$debconf_answers" ] || IFS= read -r -d '' kept <"$debconf_answers" || true
  while IFS= read -r answer; do
    question=${answer%% *} value=unanswered
    if [[ $'\n'$kept == *$'\n'"Name: $question"$'\n'* ]]; then
      value=${kept#*"Name: $question"$'\n'}
      value=${value%%$'\n\n'*}
      [[ $'\n'$value == *$'\nValue: '* ]] || value=$'\nValue: unanswered'
      value=${value#*Value: }
      value=${value%%$'\n'*}
    fi
    wanted+="$question ${answer##* } "
    found+="$question $value "
  done <<<"$answers"
}

debconf_set() {
  local answer answers "${@:2}"
  while IFS= read -r answer; do printf '%s %s\n' "$1" "$answer"; done <<<"$answers" | debconf-set-selections
}

# Answers given to a package before it is installed: debconf PACKAGE answers,
# a line "QUESTION TYPE VALUE" each.

debconf_read() {
  local shown answer question value answers "${@:2}"
  wanted='' found=''
  shown=$(debconf-show "$1" 2>/dev/null) || true
  while IFS= read -r answer; do
    question=${answer%% *}
    value=unanswered
    [[ $shown$'\n' != *" $question: "* ]] || { value=${shown#*" $question: "}; value=${value%%$'\n'*}; }
    wanted+="$question ${answer##* } "
    found+="$question $value "
  done <<<"$answers"
}

debconf_set() {
  local answer answers "${@:2}"
  while IFS= read -r answer; do printf '%s %s\n' "$1" "$answer"; done <<<"$answers" | debconf-set-selections
}

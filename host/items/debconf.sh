# Answers given to a package before it is installed: debconf PACKAGE "QUESTION TYPE VALUE"….

debconf_read() {
  local package=$1 answers answer question value
  shift
  wanted='' found=''
  answers=$(debconf-show "$package" 2>/dev/null) || true
  for answer in "$@"; do
    question=${answer%% *}
    value=unanswered
    [[ $answers$'\n' != *" $question: "* ]] || { value=${answers#*" $question: "}; value=${value%%$'\n'*}; }
    wanted+="$question ${answer##* } "
    found+="$question $value "
  done
}

debconf_set() {
  local package=$1 answer
  shift
  for answer in "$@"; do printf '%s %s\n' "$package" "$answer"; done | debconf-set-selections
}

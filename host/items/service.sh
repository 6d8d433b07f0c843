# A virtual service in the kernel's IPVS table, as the health daemon fills it:
# service "PROTOCOL VIP:PORT" RULES SETTLE_SECONDS; RULES are the lines `ipvsadm -Sn` must print for it.

service_wanted() { printf '%s' "$2"; }

# Once settled, a real server that is out of the table or quiesced at weight 0 is the health check's doing: it
# counts as planned. While converging it does not, so that the table is full before the VIP appears.
service_found() {
  local actual server line
  actual=$(service_rules "$1")
  [ -n "$actual" ] || { echo absent; return; }
  [ "$mode" != converge ] || { printf '%s\n' "$actual"; return; }
  while IFS= read -r line; do
    server=${line%% -w *}
    if [[ $line != -a* ]] || grep -qxF -- "$line" <<<"$actual"; then continue; fi
    grep -qF -- "$server -w " <<<"$actual" && ! grep -qxF -- "$server -w 0" <<<"$actual" && continue
    actual=$(grep -vxF -- "$server -w 0" <<<"$actual" || true)$'\n'$line
  done <<<"${2:-}"
  sort <<<"$actual"
}

service_rules() {
  local flag=-t
  [ "${1%% *}" != udp ] || flag=-u
  ipvsadm -Sn 2>/dev/null | grep -F -- " $flag ${1#* } " | sed 's/ *$//' | sort
}

service_set() {
  local deadline=$((SECONDS + $3)) out
  while [ "$(service_rules "$1")" != "$2" ] && [ "$SECONDS" -lt "$deadline" ]; do sleep 0.2; done
  out=$(comm -13 <(service_rules "$1") <(printf '%s\n' "$2") | grep -o -- '-r [^ ]*' | cut -c 4- | paste -sd ' ')
  [ -z "$out" ] || note "$host: warning: $1: out of the table, health check fails: $out"
}

service_save() { service_rules "$1" >"$2/rules"; }

service_restore() {
  local flag=-t
  [ "${1%% *}" != udp ] || flag=-u
  [ -s "$2/rules" ] || [ -z "$(service_rules "$1")" ] || ipvsadm -D "$flag" "${1#* }"
}

# A kernel module, loaded or built in. It is not unloaded again: it may be in use by now, and an idle one does no harm.

module_read() {
  wanted=loaded found=absent
  [ ! -d "/sys/module/$1" ] && [ ! -e "/proc/net/$1" ] || found=loaded
}

module_set() {
  modprobe "$1" || fail "this kernel has no module $1; a director needs a kernel with IPVS (CONFIG_IP_VS)"
}

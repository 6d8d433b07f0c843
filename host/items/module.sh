# A kernel module, loaded or built in.

module_wanted() { echo loaded; }

module_found() {
  if [ -d "/sys/module/$1" ] || [ -e "/proc/net/$1" ]; then echo loaded; else echo absent; fi
}

module_set() {
  modprobe "$1" || fail "this kernel has no module $1; a director needs a kernel with IPVS (CONFIG_IP_VS)"
}

module_save() { :; }

# It may be in use by now, and an idle module does no harm.
module_restore() { :; }

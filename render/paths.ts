/**
 * Where a host keeps what is ours, all of it. The programs in `host/` name the same paths by themselves: a test compares.
 * Not in the list are files in the folders of others (`/etc/sysctl.d`): items of a plan, known by their paths.
 */
export const hostPaths = {
  /** What stays known of a host from run to run: the script of its last good run, and what was there before. */
  state: "/var/lib/pulumi-lvs",
  /** Programs that systemd, keepalived and the health engine run. */
  programs: "/usr/local/lib/pulumi-lvs",
  /** Scripts of runs that are under way. */
  scripts: "/run/pulumi-lvs",
  /** Held by whoever changes the host. */
  lock: "/run/pulumi-lvs.lock",
  /** What the checker has found. */
  checkResults: "/run/pulumi-lvs-checks",
  /** Of the keepalived that does health checks, and of its child. */
  checksPid: "/run/pulumi-lvs-checks.pid",
  checkersPid: "/run/pulumi-lvs-checkers.pid",
  /** A director's VRRP role. */
  vrrpRole: "/run/pulumi-lvs-vrrp",
  /** Where keepalived tells of it. */
  vrrpEvents: "/run/pulumi-lvs-vrrp.fifo",
  /** Watched by keepalived: 1 makes a director give the VIPs up and hold none. */
  resigned: "/run/pulumi-lvs-resigned",
  /** Watched by keepalived, which adds it to the priority. */
  tookOver: "/run/pulumi-lvs-took-over",
  /** The kernel's own settings while a handover holds new connections. */
  heldSettings: "/run/pulumi-lvs-held",
} as const;

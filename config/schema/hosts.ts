/** What a user may write of hosts. */
import { address, filePath, flag, integer, plainText, settings, text } from "./fields.ts";
import { hostSsh } from "./ssh.ts";

/** What directors and real servers have in common. */
export const hostShape = {
  address: address.describe("The host's own address on the shared link."),
  interface: text(/^[A-Za-z0-9_.-]{1,15}$/, "give an interface name such as eth0")
    .optional()
    .describe("Interface that must hold `address`. Default: whichever does."),
  ssh: hostSsh.optional().describe("What differs from the shared `ssh` for this host."),
};

/** One director. */
export const director = settings({
  ...hostShape,
  priority: integer(1, 254, "a VRRP priority")
    .optional()
    .describe(
      "VRRP priority among several directors, the highest first (RFC 5798 §5.2.4). Default: 250 for the first by name, 240 for the second, and so on.",
    ),
});

/** A managed Apache. */
export const apache = settings({
  documentRoot: filePath
    .optional()
    .describe("Folder to serve. Default: a folder of our own with a page that names the host."),
  revision: plainText("a text (a number in quotes)")
    .optional()
    .describe(
      "Any text; another one brings the package to the newest version of the host's mirrors and restarts Apache.",
    ),
});

/** One real server. */
export const realServer = settings({
  ...hostShape,
  drain: flag("take this host out of all services")
    .default(false)
    .describe(
      "Take the host out of all services, for maintenance: drained, out of the tables, VIPs off. It keeps its settings.",
    ),
  apache: apache
    .optional()
    .describe("Have Apache installed and configured for the services of this host; `{}` for the defaults."),
});

/** What a user may write of VRRP. */
import { flag, integer, settings } from "./fields.ts";

/** How several directors share the VIPs. */
export const vrrp = settings({
  routerId: integer(1, 255, "a virtual router id")
    .optional()
    .describe(
      "Virtual router id, unique on the link (RFC 5798 §5.2.3); connections are synchronised under the same number. Default: derived from the names of project and stack.",
    ),
  advertIntervalCentiseconds: integer(1, 4095, "hundredths of a second")
    .default(10)
    .describe(
      "Hundredths of a second between two advertisements, the unit of RFC 5798 §5.2.7; a backup takes over after a little more than three of them.",
    ),
  multicast: flag("advertise by multicast")
    .default(false)
    .describe(
      "Advertise to 224.0.0.18 instead of to each director; clouds and many switches drop multicast.",
    ),
  preempt: flag("let the director of the highest priority take the VIPs back")
    .default(false)
    .describe(
      "Whether a director of higher priority takes the VIPs back as soon as it can serve; without it they stay where they are, as each move is a risk.",
    ),
});

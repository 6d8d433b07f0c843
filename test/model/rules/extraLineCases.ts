/** The rules for extra lines: kept and broken, by the id of each. */
import { changed, issue, type RuleCase, web } from "./ruleCase.ts";

export const extraLineCases: Readonly<Record<string, RuleCase>> = {
  "extra-global-lines": {
    kept: changed({
      extraLines: {
        ldirectord: ["# by mail", "emailalertfrom = lb1@example.com"],
        keepalived: ["notification_email {", "ops@example.com", "}", 'smtp_helo_name "lb1"'],
        vrrp: ["! in a hurry", "vrrp_startup_delay 10"],
      },
    }),
    broken: changed({
      extraLines: { ldirectord: ["fork = no"], keepalived: ["smtp_alert on"], vrrp: ["vrrp_version 2"] },
    }),
    issues: [
      issue("extraLines.ldirectord.0", "fork = no", "leave it out: pulumi-lvs writes it"),
      issue("extraLines.keepalived.0", "smtp_alert on", "leave it out: pulumi-lvs writes it"),
      issue("extraLines.vrrp.0", "vrrp_version 2", "leave it out: pulumi-lvs writes it"),
    ],
  },
  "extra-service-lines": {
    kept: changed({
      [`${web}.extraLines`]: { ldirectord: ["emailalert = ops@example.com"], keepalived: ["quorum 2"] },
    }),
    broken: changed({
      [`${web}.extraLines`]: {
        ldirectord: ["comment = web", "real = 198.18.7.23:80 gate"],
        keepalived: ["}"],
      },
    }),
    issues: [
      issue(
        `${web}.extraLines.ldirectord.1`,
        "real = 198.18.7.23:80 gate",
        "leave it out: realServers says it",
      ),
      issue(`${web}.extraLines.keepalived.0`, "}", "leave } out: no line before it opens what it closes"),
    ],
  },
};

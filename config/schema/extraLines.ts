/** What a user may write in the language of a daemon. */
import { z } from "zod";
import { say, settings, text } from "./fields.ts";

const line = text(
  /^[^\s\p{Cc}]([^\p{Cc}]{0,498}[^\s\p{Cc}])?$/u,
  "give one line of 1 to 500 characters, without spaces around it, tabs and line breaks",
);

const lines = z.array(line, say("give a list of lines")).default([]);

const serviceShape = {
  ldirectord: lines.describe("Lines of ldirectord.cf (ldirectord(8))."),
  keepalived: lines.describe("Lines of the health checks' keepalived.conf (keepalived.conf(5))."),
};

/** Lines for one service. */
export const serviceLines = settings(serviceShape);

/** Lines for the global sections of a director's daemons. */
export const directorLines = settings({
  ...serviceShape,
  vrrp: lines.describe("Lines of the keepalived.conf by which directors share VIPs (keepalived.conf(5))."),
});

/** Reads what the checker beside keepalived is told, by Perl itself. */
import { execFileSync } from "node:child_process";

/** A service that is asked through its VIP. */
export interface AskedService {
  readonly service: string;
  /** As `serviceKey` has it. */
  readonly key: string;
  readonly intervalSeconds: number;
  readonly failures: number;
  /** By `ADDRESS:PORT`, what ipvsadm is told of one that is up, and of one that is down. */
  readonly realServers: Readonly<Record<string, { readonly up: string; readonly down: string }>>;
}

export function readChecks(content: string): AskedService[] {
  const program = "local $/; print encode_json([eval '[' . <STDIN> . ']'])";
  const printed = execFileSync("perl", ["-MJSON::PP", "-e", program], { input: content, encoding: "utf8" });
  const [services] = JSON.parse(printed) as [AskedService[]];
  return services;
}

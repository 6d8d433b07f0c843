/** The programs that hosts run, read from `host/` once; the only file access of this folder. */
import { readdirSync, readFileSync } from "node:fs";
import { shellWord } from "./shellWord.ts";

const folder = new URL("../host/", import.meta.url);
const read = (path: string) => readFileSync(new URL(path, folder), "utf8");

/** The program that holds VIPs at boot and while converging. */
export const vipProgram = read("vip.sh");

/** The program that keepalived runs where directors share VIPs. */
export const vrrpProgram = read("vrrp.sh");

/** The Perl that checks a real server through the VIP. */
export const checkProgram = read("check.pl");

/** The Perl that runs all of these checks for keepalived. */
export const checkerProgram = read("checker.pl");

/** The Perl that a director runs to hear who else on its link uses a virtual router id. */
export const hearProgram = read("hear.pl");

/** Finds the script of a host on the host itself. */
export const launcher = read("launch.sh");

/** Functions that converge a plan: what all of them use, one file per kind of item, then what is done with items, then the run itself. */
export const shellLibrary = [
  read("say.sh"),
  read("format.sh"),
  read("record.sh"),
  read("walk.sh"),
  ...readdirSync(new URL("items/", folder))
    .sort()
    .map((name) => read(`items/${name}`)),
  `table_program=${shellWord(read("table.pl") + read("tableVerbs.pl"))}`,
  read("table.sh"),
  read("draining.sh"),
  read("reading.sh"),
  read("withdraw.sh"),
  read("handover.sh"),
  read("undo.sh"),
  read("run.sh"),
].join("\n");

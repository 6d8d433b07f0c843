/** A program of remote commands alone, those of the file that BARE_COMMANDS names. */
import { readFileSync } from "node:fs";
import { remote, type types } from "@pulumi/command";

interface BareCommand {
  readonly name: string;
  readonly connection: types.input.remote.ConnectionArgs;
  readonly stdin: string;
}

const commands = JSON.parse(readFileSync(process.env.BARE_COMMANDS ?? "", "utf8")) as BareCommand[];
for (const { name, ...command } of commands) {
  new remote.Command(name, { ...command, create: "bash -s -- converge", delete: "bash -s -- remove" });
}

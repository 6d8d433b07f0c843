/** Has a program end where what is written is not right, with one message that names every mistake. */
import type { z } from "zod";
import type { Issue } from "../model/issue.ts";
import { check, type Meaning, type Written } from "./check.ts";
import { configError } from "./configError.ts";
import { keyFileIssues } from "./keyFile.ts";
import type { Config } from "./schema.ts";
import { sshBlocks } from "./ssh.ts";

/**
 * What is written means this; throws with all that is wrong with it, files with keys included. `where` stands before each
 * path in the message: the stack file's namespace, or the component. Undefined where too little is known yet.
 */
export function right(schema: z.ZodType<Config>, written: Written, where: string): Meaning | undefined {
  const { issues, meaning } = check(schema, written);
  throwAny(where, issues);
  if (meaning) throwAny(where, keyFileIssues(sshBlocks(meaning.config)));
  return meaning;
}

function throwAny(where: string, issues: readonly Issue[]): void {
  if (issues.length > 0)
    throw configError(issues.map((issue) => ({ ...issue, path: `${where}:${issue.path}` })));
}

/** Private keys in files of this machine. */
import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import type { Issue } from "../model/issue.ts";
import type { SshBlock } from "./ssh.ts";

/** The key in a file, `~/` allowed. */
export function readKey(path: string): string {
  return readFileSync(path.replace(/^~(?=\/)/, homedir()), "utf8");
}

/** The key files that cannot be read. */
export function keyFileIssues(blocks: readonly SshBlock[]): Issue[] {
  return blocks.flatMap(({ path, ssh: { privateKeyFile } }) => {
    if (privateKeyFile === undefined) return [];
    try {
      readKey(privateKeyFile);
      return [];
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      const remedy = `give a file that can be read (${code})`;
      return [{ path: `${path}.privateKeyFile`, given: privateKeyFile, remedy }];
    }
  });
}

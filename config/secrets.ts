/** Which settings may be secrets, and what is not said of them. */
import { hidden, type Issue } from "../model/issue.ts";
import { secretKeys } from "./credentials.ts";
import type { Config } from "./schema.ts";
import { sshBlocks } from "./ssh.ts";

/** Everything but extra lines and keys is shown: in previews, outputs and the state. `secrets` may not be elsewhere at the top. */
export function secretIssues(config: Config, secrets: readonly string[]): Issue[] {
  const { extraLines, virtualServices } = config;
  const withKeys = sshBlocks(config).filter(({ ssh }) =>
    Object.keys(ssh).some((key) => secretKeys.includes(key)),
  );
  const withSecrets = [
    ...(hasLines(extraLines) ? ["extraLines"] : []),
    ...(Object.values(virtualServices).some((service) => hasLines(service.extraLines))
      ? ["virtualServices"]
      : []),
    ...withKeys.map(({ path }) => path.split(".")[0]),
  ];
  return secrets
    .filter((path) => !path.includes(".") && !withSecrets.includes(path))
    .map((path) => ({
      path,
      given: hidden,
      remedy:
        "set it without --secret: of what is written here only extraLines and keys for SSH can be secrets",
    }));
}

function hasLines(lines: Readonly<Record<string, readonly string[]>>): boolean {
  return Object.values(lines).some(({ length }) => length > 0);
}

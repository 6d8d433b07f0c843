/** The rules for services whose Apache is managed: kept and broken, by the id of each. */
import { changed, issue, type RuleCase, web } from "./ruleCase.ts";

export const apacheCases: Readonly<Record<string, RuleCase>> = {
  "apache-speaks-http": {
    kept: changed({ [`${web}.healthCheck.type`]: "connect" }),
    broken: changed({ [`${web}.healthCheck.type`]: "https", "realServers.web1.apache": undefined }),
    issues: [
      issue(
        `${web}.realServers.web2`,
        "tcp, https check",
        "the managed Apache of web2 serves plain HTTP; remove realServers.web2.apache",
      ),
    ],
  },
  "apache-listens": {
    kept: changed({ [`${web}.healthCheck.port`]: 80 }),
    broken: changed({ [`${web}.healthCheck.port`]: 8080, [`${web}.realServers.web2`]: undefined }),
    issues: [
      issue(`${web}.healthCheck.port`, 8080, "give one of 80: the managed Apache of web1 listens there"),
    ],
  },
  "apache-knows-path": {
    kept: changed({ [`${web}.healthCheck.path`]: "/health~z" }),
    broken: changed({ [`${web}.healthCheck.path`]: "/health%7Ez", [`${web}.realServers.web2`]: undefined }),
    issues: [
      issue(
        `${web}.healthCheck.path`,
        "/health%7Ez",
        "give a path without %: the managed Apache of web1 compares it decoded",
      ),
    ],
  },
};

/** How what the state keeps of a host finds the rest of it, on a folder that stands in for the host. */
import { spawnSync } from "node:child_process";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { HostPlan } from "../../render/hostPlan.ts";
import { digestOf, renderLauncher } from "../../render/script.ts";
import { Sandbox } from "./sandbox.ts";

const plan = { host: "web1", address: "192.0.2.21", role: "realServer", items: [] } as const;
const holder = "realServer web1 192.0.2.21";

let sandbox: Sandbox;
beforeEach(() => {
  sandbox = new Sandbox();
});
afterEach(() => sandbox.remove());

/** What an action ends with; the paths of a host are those of the sandbox. */
function launch(...words: readonly string[]): string {
  return launchFrom("kept", plan, words);
}

function launchFrom(kept: string, { host, address, role }: HostPlan, words: readonly string[]): string {
  const launcher = renderLauncher({ host, address, role, items: [] }, "a.1")
    .replace("kept=/var/lib/pulumi-lvs", `kept=${sandbox.folder}/${kept}`)
    .replace("laid=/run/pulumi-lvs", `laid=${sandbox.folder}/laid`);
  const { stdout, stderr, status } = spawnSync("bash", ["-s", "--", ...words], {
    input: launcher,
    encoding: "utf8",
  });
  return `${stdout}${stderr.replaceAll(sandbox.folder, "")}${status}`;
}

describe("a change", () => {
  it("is made by the script that was laid when the host was read, of the given generation", () => {
    sandbox.write(`laid/${digestOf(plan)}`, 'echo "laid $*"');
    expect(launch("converge")).toBe("laid converge a.1\n0");
    expect(launch("withdraw", "192.0.2.21")).toBe("laid withdraw 192.0.2.21\n0");
  });

  it("is refused where that is gone", () => {
    sandbox.write("laid/another", "echo laid");
    expect(launch("converge")).toBe(
      `web1: /laid/${digestOf(plan)}, which a run has left there, is gone; run \`up\` again\n1`,
    );
  });
});

describe("what is asked of a host, and giving back", () => {
  beforeEach(() => sandbox.write("kept/script", 'echo "kept $*"; exit 3'));

  it.each(["read", "inspect", "handover", "remove"])(
    "is what it keeps of its last good run: %s",
    (action) => {
      sandbox.write("kept/holder", `${holder}\n`);
      expect(launch(action)).toBe(`kept ${action}\n3`);
    },
  );

  it("is nothing where the host holds nothing", () => {
    expect(launch("read")).toBe("unheld\n0");
    const onLoopback = { ...plan, address: "127.0.0.1" };
    expect(launchFrom("kept", onLoopback, ["read"])).toBe("link\t00:00:00:00:00:00\nunheld\n0");
    expect(launch("remove")).toBe("removed\n0");
    expect(launch("inspect")).toBe("web1: is not held; `up` converges it\n1");
  });
});

it("a host whose kept script is gone is not taken for one that holds nothing", () => {
  sandbox.write("kept/holder", `${holder}\n`);
  sandbox.write("kept/script", "");
  expect(launch("remove")).toBe("web1: /kept/script, which a run has left there, is gone; run `up` again\n1");
});

it("a host on which a first run was cut off is not taken for one that holds nothing", () => {
  sandbox.write("kept/before/order", "unit any\n");
  expect(launch("remove")).toBe(
    "web1: a run was cut off here before it was complete; run `up`, then `destroy`\n1",
  );
});

it("a real server is put back into service by a director that was restarted meanwhile", () => {
  sandbox.write("kept/script", 'echo "kept $*"');
  expect(launch("readmit", "192.0.2.21")).toBe("kept readmit 192.0.2.21\n0");
});

describe("the script that a host keeps of its last good run", () => {
  beforeEach(() => {
    sandbox.remove();
    sandbox = new Sandbox("lock=$folder/lock");
  });

  it("gives nothing back, and tells nothing, of a host that is held as another one by now", () => {
    const text = `${sandbox.folder}/text`;
    sandbox.converge({ kind: "file", path: text, mode: "0644", content: "ours" });
    const held = { ...plan, role: "director" } as const;
    expect(launchFrom("state", plan, ["read"])).toBe("unheld\n0");
    expect(launchFrom("state", plan, ["remove"])).toBe(
      "removed\nweb1: left as it is: it is held as director web1 192.0.2.21 now\n0",
    );
    expect(launchFrom("state", plan, ["handover"])).toBe(
      "web1: is not held as realServer web1, but as director web1 192.0.2.21; `up` converges it\n1",
    );
    expect(sandbox.read("text")).toBe("ours");
    expect(launchFrom("state", held, ["inspect"])).toBe("0");
  });

  it("gives everything back, and knows nothing of what that run had found", () => {
    const text = `${sandbox.folder}/text`;
    sandbox.write("text", "theirs");
    sandbox.bash("script=':' && lay_script");
    expect(sandbox.read("laid/any")).toBe(":\n");
    sandbox.converge({ kind: "file", path: text, mode: "0644", content: "ours" });
    expect(sandbox.read("text")).toBe("ours");
    const removed = sandbox.bash(`bash "$state/script" remove`);
    expect(removed).toBe(`removed\nweb1: file ${text}: given back\n`);
    expect(sandbox.read("text")).toBe("theirs");
    expect(sandbox.read("state/holder")).toBeUndefined();
  });
});

/** What a run is told that finds another one on its host. */
import { afterEach, beforeEach, expect, it } from "vitest";
import { Sandbox } from "./sandbox.ts";

let sandbox: Sandbox;
beforeEach(() => {
  sandbox = new Sandbox("lock=$folder/lock lock_wait_seconds=1");
});
afterEach(() => sandbox.remove());

/** What a second run says beside one with this environment, which has the lock for 42 seconds. */
const secondRun = (environment: string) =>
  sandbox.bash(
    `${environment}; lock; touch -d '42 seconds ago' "$lock"; (exec 9>&-; lock) || echo "exit $?"`,
  );

it("names the login, the address, the process and the time, and is told so at once", () => {
  const owner =
    /root from 198\.18\.7\.1, process \d+, since \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ \([4-9]\d s ago\)/.source;
  const said = secondRun("unset SUDO_USER; SSH_CLIENT='198.18.7.1 55022 22'");
  expect(said).toMatch(new RegExp(`web1: waiting up to 1 s for another run: ${owner}\nweb1: another run`));
  expect(said).toMatch(new RegExp(`web1: another run holds this host: ${owner}; wait for it to end\n`));
  expect(said).toContain("exit 1\n");
});

it.each([
  ["the login before sudo", "SUDO_USER=deploy; SSH_CLIENT='198.18.7.9 55022 22'", "deploy from 198.18.7.9, "],
  ["a login on the host", "SUDO_USER=deploy; unset SSH_CLIENT", "deploy from this host itself, "],
])("names %s", (_, environment, owner) => {
  expect(secondRun(environment)).toContain(`another run holds this host: ${owner}`);
});

it("has the host as soon as the other ends", () => {
  expect(sandbox.bash("(lock); lock; echo mine")).toBe("mine\n");
});

it("is kept from whoever takes a real server out of service or back", () => {
  for (const action of ["withdraw", "readmit"]) {
    const said = sandbox.bash(
      `${action}() { echo done; }; lock; (exec 9>&-; main ${action} 192.0.2.22) || echo "exit $?"`,
    );
    expect(said).toContain("another run holds this host");
    expect(said).toContain("exit 1\n");
    expect(said).not.toContain("done");
  }
});

it("is shared by those who take real servers out of service and back, and kept from others meanwhile", () => {
  const said = sandbox.bash(
    `withdraw() { (exec 9>&-; main readmit 192.0.2.22); (exec 9>&-; lock) || echo "exit $?"; }
     readmit() { echo "$1 is back"; }
     main withdraw 192.0.2.21`,
  );
  expect(said).toMatch(/^192\.0\.2\.22 is back\nexit 1\n[\s\S]*another run holds this host/);
});

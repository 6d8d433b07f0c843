/** Answers that debconf itself has been given. */
import { afterEach, beforeEach, expect, it } from "vitest";
import type { Item } from "../../render/hostPlan.ts";
import { planOf, Sandbox } from "./sandbox.ts";

const item: Item = {
  kind: "debconf",
  package: "ipvsadm",
  answers: [
    { question: "ipvsadm/auto_load_rules", type: "boolean", value: "false" },
    { question: "ipvsadm/daemon_method", type: "select", value: "none" },
  ],
};

let sandbox: Sandbox;
beforeEach(() => {
  sandbox = new Sandbox(`
    debconf_answers=$folder/answers
    export DEBCONF_DB_REPLACE="File{$folder/answers}" DEBIAN_FRONTEND=noninteractive`);
});
afterEach(() => sandbox.remove());

const found = () =>
  sandbox
    .bash(`${planOf(item)}\ncompare\nshow_differences`)
    .match(/found +(.*)/)?.[1]
    ?.trim();

it("are told to it once", () => {
  expect(found()).toBe("ipvsadm/auto_load_rules unanswered ipvsadm/daemon_method unanswered");
  sandbox.bash(`${planOf(item)}\ndebconf_set ipvsadm "answers=ipvsadm/auto_load_rules boolean false"`);
  expect(found()).toBe("ipvsadm/auto_load_rules false ipvsadm/daemon_method unanswered");
  sandbox.bash("echo 'ipvsadm ipvsadm/daemon_method select none' | debconf-set-selections");
  expect(found()).toBeUndefined();
  sandbox.bash("echo 'ipvsadm ipvsadm/auto_load_rules boolean true' | debconf-set-selections");
  expect(found()).toBe("ipvsadm/auto_load_rules true ipvsadm/daemon_method none");
});

/** Has the engine do what a timeline says around the command of a host, and a preview tell it. */
import * as pulumi from "@pulumi/pulumi";
import type { RunningHost } from "../rollout/runningHost.ts";
import { type Step, story, type Timeline, take } from "../rollout/timeline.ts";

/** Hooks for the command of `subject`'s host; what they will do is said beside `resource` at preview. */
export function around<Subject extends { readonly host: RunningHost }>(
  resource: pulumi.Resource,
  timeline: Timeline<Subject>,
  subject: Subject,
) {
  void tell(resource, timeline, subject);
  const nameOf = (step: Step<Subject>) => `${subject.host.name}-${step.name}`;
  const hook = (step: Step<Subject>) => new pulumi.ResourceHook(nameOf(step), () => take(step, subject));
  // Where the state does not know of a host, it may be held all the same, and serve.
  const hookWhereHeld = (step: Step<Subject>) =>
    new pulumi.ResourceHook(`${nameOf(step)}-where-held`, async () => {
      if ((await subject.host.found()).reading.held) await take(step, subject);
    });
  const after = timeline.after.map(hook);
  return {
    beforeCreate: timeline.before.map(hookWhereHeld),
    beforeUpdate: timeline.before.map(hook),
    afterCreate: after,
    afterUpdate: after,
    onError: timeline.failed.map(
      (step) =>
        new pulumi.ErrorHook(nameOf(step), async () => {
          await take(step, subject);
          return false;
        }),
    ),
  } satisfies pulumi.ResourceHookBinding;
}

async function tell<Subject extends { readonly host: RunningHost }>(
  resource: pulumi.Resource,
  timeline: Timeline<Subject>,
  subject: Subject,
): Promise<void> {
  if (!pulumi.runtime.isDryRun()) return;
  const words = await story(timeline, subject);
  if (words !== undefined) await pulumi.log.info(words, resource);
}

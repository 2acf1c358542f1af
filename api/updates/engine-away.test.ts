import { expect, test } from "vitest";
import { UnavailableError } from "../../shared/server/dependency.ts";
import type { DockerEngine } from "../docker/docker-engine.ts";
import { createUpdates, type UpdatesOptions } from "./update.ts";

const away = new UnavailableError("down", "The Docker Engine does not answer.");
const digest = `sha256:${"a".repeat(64)}`;
const image = { id: "old", name: "web", reference: "web:1", imageId: "sha256:1", digests: [`web@${digest}`] };

/** Runs an update with a scripted Engine. Returns its outcome and the images that were tagged. */
async function update(parts: { recreate: () => Promise<unknown>; identify: (id: string) => Promise<unknown> }) {
  const tagged: string[] = [];
  const docker = {
    images: {
      inUse: async () => [{ ...image, composeProject: null }],
      pull: async () => ({ reference: "web:1", id: "sha256:2", digest: `sha256:${"b".repeat(64)}` }),
      tag: async (id: string, name: string) => void tagged.push(`${id} ${name}`),
    },
    lifecycle: { recreate: parts.recreate },
    identify: parts.identify,
    act: () => Promise.reject(new Error("nothing is started")),
  } as unknown as DockerEngine;
  const store = { checks: () => new Map(), previous: () => new Map(), setCheck: () => {}, setPrevious: () => {} };
  const options: UpdatesOptions = { docker, registries: { authFor: () => undefined }, store };
  const handle = { signal: new AbortController().signal, step: () => {}, line: () => {} };
  const outcome = await createUpdates(options)
    .update("web", handle)
    .catch((error: unknown) => error);
  return { outcome, tagged };
}

test("an update with an unknown result reports that, and does not claim that the previous image runs", async () => {
  const failed = await update({ recreate: () => Promise.reject(away), identify: async () => ({ running: true }) });
  expect(failed.outcome).toBe(away);
  expect(failed.tagged).toEqual(["sha256:1 web:1"]);
});

test("a finished update succeeds when the Engine does not respond to the last check", async () => {
  const made = { id: "new", name: "web", previousImageId: "sha256:1", leftBehind: null };
  const identify = async (id: string) => (id === "old" ? { running: true } : Promise.reject(away));
  const { outcome, tagged } = await update({ recreate: async () => made, identify });
  expect(outcome).toMatchObject({ changed: true, id: "new" });
  expect(tagged).toEqual(["sha256:1 ai-desktop.invalid/previous:web"]);
});

import type { EngineCalls } from "../../shared/docker/engine-calls.ts";
import { EngineError } from "../../shared/docker/engine-client.ts";
import { familiarName, type ImageReference } from "../../shared/protocol/image-reference.ts";
import type { JobStep } from "../../shared/protocol/job.ts";
import { readJsonLines } from "../../shared/server/json-lines.ts";
import { toRegistryRefusal } from "./registry-refusal.ts";

export interface PullOptions {
  /** Ends the pull. The Engine keeps the layers that are complete, but no image. */
  signal: AbortSignal;
  /** Called at each change of a layer. The id of a step is the short id of its layer. */
  onStep?: (step: JobStep) => void;
  /** Credentials of the registry as `toRegistryAuth` makes them. */
  registryAuth?: string | undefined;
}

/** Status of an error that the Engine sends inside a response that has started. */
const IN_STREAM = 500;
/** The Engine responds once it has the manifest of the image. */
const OPEN_LIMIT_MS = 60_000;

/** Credentials in the form of the Engine's `X-Registry-Auth`. */
export const toRegistryAuth = (credentials: { username: string; password: string; serveraddress: string }): string =>
  Buffer.from(JSON.stringify(credentials)).toString("base64url");

interface PullMessage {
  id?: string;
  status?: string;
  progressDetail?: { current?: number; total?: number };
  error?: string;
  errorDetail?: { message?: string };
}

/** Pulls an image. Returns the digest from the registry; null when the Engine does not report it. */
export async function pullImage(
  { open }: EngineCalls,
  reference: ImageReference,
  { signal, onStep, registryAuth }: PullOptions,
): Promise<string | null> {
  // Without a tag the Engine would fetch every image of the repository.
  const query = { fromImage: familiarName(reference), tag: reference.digest ?? reference.tag ?? "latest" };
  const request = { method: "POST", path: "/images/create", query } as const;
  let digest: string | null = null;
  const totals = new Map<string, number>();
  try {
    const stream = await open({ ...request, registryAuth }, signal, OPEN_LIMIT_MS);
    for await (const message of readJsonLines(stream) as AsyncGenerator<PullMessage>) {
      const failed = message.error ?? message.errorDetail?.message;
      if (failed !== undefined) throw new EngineError(IN_STREAM, failed);
      digest = /^Digest: (\w+:[0-9a-f]{32,128})$/.exec(message.status ?? "")?.[1] ?? digest;
      const step = toStep(message, totals);
      if (step) onStep?.(step);
    }
  } catch (error) {
    signal.throwIfAborted();
    throw toRegistryRefusal(error, registryAuth);
  }
  signal.throwIfAborted(); // an aborted stream ends without an error
  return digest;
}

/** Messages about a layer have its short hexadecimal id. All others are about the whole image. */
function toStep({ id, status, progressDetail }: PullMessage, totals: Map<string, number>): JobStep | undefined {
  if (!id || !status || !/^[0-9a-f]{12}$/.test(id)) return undefined;
  const { current, total } = progressDetail ?? {};
  const state = stateOf[status] ?? "waiting";
  if (total !== undefined && total > 0) totals.set(id, total);
  const known = totals.get(id);
  if (state === "done") return { id, label: id, state, current: known, total: known };
  return current !== undefined && total ? { id, label: id, state, current, total } : { id, label: id, state };
}

const stateOf: Record<string, string> = {
  "Pulling fs layer": "waiting",
  Waiting: "waiting",
  Downloading: "downloading",
  "Verifying Checksum": "verifying",
  "Download complete": "downloaded",
  Extracting: "extracting",
  "Pull complete": "done",
  "Already exists": "done",
};

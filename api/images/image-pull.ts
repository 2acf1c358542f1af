import type { EngineCalls } from "../../shared/docker/engine-calls.ts";
import { EngineError } from "../../shared/docker/engine-client.ts";
import { familiarName, type ImageReference } from "../../shared/protocol/image-reference.ts";
import type { JobStep } from "../../shared/protocol/job.ts";
import { readJsonLines } from "../../shared/server/json-lines.ts";
import { toRegistryRefusal } from "./registry-refusal.ts";

export interface PullOptions {
  /** Ends the pull: the Engine keeps the layers it has in full, and no image. */
  signal: AbortSignal;
  /** One call for every change of a layer; the id of a step is the short id of its layer. */
  onStep?: (step: JobStep) => void;
  /** Credentials of the registry as `toRegistryAuth` makes them. */
  registryAuth?: string | undefined;
}

/** Status of a refusal that comes after the answer has begun, and has none of its own. */
const IN_STREAM = 500;
/** The Engine answers once the registry has told what the image consists of. */
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

/** Pulls, and resolves with the digest the registry told, if the Engine passed it on. An error may come in mid-stream. */
export async function pullImage(
  { open }: EngineCalls,
  reference: ImageReference,
  { signal, onStep, registryAuth }: PullOptions,
): Promise<string | null> {
  // Without a tag the Engine would fetch every image of the repository.
  const query = { fromImage: familiarName(reference), tag: reference.digest ?? reference.tag ?? "latest" };
  const request = { method: "POST", path: "/images/create", query } as const;
  const auth = registryAuth === undefined ? {} : { registryAuth };
  let digest: string | null = null;
  const totals = new Map<string, number>();
  try {
    const stream = await open({ ...request, ...auth }, signal, OPEN_LIMIT_MS);
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
  signal.throwIfAborted(); // an abort ends the stream as its own end would
  return digest;
}

/** A layer's lines carry a short hexadecimal id; every other line is about the whole image. */
function toStep({ id, status, progressDetail }: PullMessage, totals: Map<string, number>): JobStep | undefined {
  if (!id || !status || !/^[0-9a-f]{12}$/.test(id)) return undefined;
  const { current, total } = progressDetail ?? {};
  const state = stateOf[status] ?? "waiting";
  if (total !== undefined && total > 0) totals.set(id, total);
  const known = totals.get(id);
  if (state === "done") return { id, label: id, state, ...(known ? { current: known, total: known } : {}) };
  return { id, label: id, state, ...(current !== undefined && total ? { current, total } : {}) };
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

import type { DaemonLink } from "../pm2/daemon-link.ts";
import { createBackoff } from "../server/async/backoff.ts";
import { AppError } from "../server/errors.ts";
import type { HelperClient } from "./client.ts";
import {
  bytesResult,
  canRotateResult,
  fileResult,
  type HelperDaemon,
  MAX_READ,
  pm2Methods,
  portsResult,
  ROTATE_LIMIT_MS,
  savedResult,
  type VerbInput,
} from "./protocol.ts";

/** What begins an argument of PM2's own frames that is JSON. */
const JSON_ARGUMENT = Buffer.from("j:");
/** How much longer the helper may need than what it waits for: it can have to start the process of the user first. */
const MARGIN_MS = 10_000;

/** @param daemon As the helper listed it; its right is read at each use, so that the caller can renew it. */
export function createHelperLink(
  client: HelperClient,
  daemon: Pick<HelperDaemon, "uid" | "home" | "canWrite" | "readOnlyHint">,
): DaemonLink {
  const { uid, home } = daemon;
  const ref = { uid, home };
  const json = (value: unknown) => Buffer.from(JSON.stringify(value ?? null));

  return {
    home,
    get canWrite() {
      return daemon.canWrite;
    },
    get readOnlyHint() {
      return daemon.readOnlyHint ?? undefined;
    },
    async call(method, argument, limitMs) {
      if (!Object.hasOwn(pm2Methods, method))
        throw new AppError("not_supported", "The root helper does not pass this on.");
      const limit = Math.min(60_000, Math.max(100, Math.round(limitMs)));
      const { body } = await client.call(
        "pm2.call",
        { daemon: ref, method, limitMs: limit },
        {
          body: json(argument),
          limitMs: limit + MARGIN_MS,
        },
      );
      return JSON.parse(body.toString("utf8"));
    },
    followBus(handlers, signal) {
      void follow(client, ref, handlers, signal);
    },
    async statFile(path) {
      const { result } = await client.call("file.stat", { daemon: ref, path });
      return fileResult.parse(result);
    },
    async readFile(path, offset, length) {
      const parts: Buffer[] = [];
      for (let at = 0; at < length; at += MAX_READ) {
        const wanted = Math.min(MAX_READ, length - at);
        const input = { daemon: ref, path, offset: offset + at, length: wanted };
        const { body } = await client.call("file.read", input);
        parts.push(body);
        if (body.length < wanted) break;
      }
      return Buffer.concat(parts);
    },
    async emptyFile(path) {
      const { result } = await client.call("file.truncate", { daemon: ref, path });
      return bytesResult.parse(result).bytes;
    },
    async canRotate(path) {
      const { result } = await client.call("file.canRotate", { daemon: ref, path });
      return canRotateResult.parse(result).lossless;
    },
    async rotateFile(path, { kept, compress, mayLose }) {
      const input = { daemon: ref, path, kept, compress, mayLose };
      const { result } = await client.call("file.rotate", input, { limitMs: ROTATE_LIMIT_MS + MARGIN_MS });
      return bytesResult.parse(result).bytes;
    },
    async readSaved() {
      const { result, body } = await client.call("saved.read", { daemon: ref });
      const saved = savedResult.parse(result);
      return saved && { bytes: body, modifiedAt: saved.modifiedAt };
    },
    async writeSaved(text) {
      await client.call("saved.write", { daemon: ref }, { body: Buffer.from(text) });
    },
    async listeningPorts(pids) {
      if (pids.length === 0) return [];
      const { body } = await client.call("ports.list", { daemon: ref, pids: [...pids] });
      return portsResult.parse(JSON.parse(body.toString("utf8"))).ports;
    },
    async daemonPorts() {
      const { body } = await client.call("ports.daemon", { daemon: ref });
      return portsResult.parse(JSON.parse(body.toString("utf8"))).ports;
    },
    async sendSignal(pid, signal) {
      const input = { daemon: ref, pid, signal } as VerbInput<"process.signal">;
      await client.call("process.signal", input);
    },
  };
}

type Handlers = Parameters<DaemonLink["followBus"]>[0];

async function follow(
  client: HelperClient,
  daemon: { uid: number; home: string },
  { onMessage, onState }: Handlers,
  signal: AbortSignal,
): Promise<void> {
  const backoff = createBackoff(200, 4_000);
  let up: boolean | undefined;
  const report = (state: boolean) => {
    if (state === up || signal.aborted) return;
    up = state;
    onState(state);
  };
  while (!signal.aborted) {
    const onPart = (topic: string, body: Buffer) => {
      if (signal.aborted) return;
      if (topic !== "connected") return onMessage(topic, Buffer.concat([JSON_ARGUMENT, body]));
      backoff.reset();
      report(true);
    };
    await client.follow("pm2.bus", { daemon }, onPart, signal).catch(() => undefined);
    report(false);
    await backoff.wait(signal);
  }
}

import { closeSync, constants, ftruncateSync, readSync } from "node:fs";
import { z } from "zod";
import { daemonRef, MAX_READ, MAX_RESPONSE, pm2Methods, type Verb, verbs } from "../../shared/helper/protocol.ts";
import { decodeArgument } from "../../shared/pm2/amp.ts";
import { listeningPorts, ownListeningPorts } from "../../shared/pm2/listening-ports.ts";
import { followBus } from "../../shared/pm2/pm2-bus.ts";
import { areChildren, sendSignal } from "../../shared/pm2/send-signal.ts";
import { UnavailableError } from "../../shared/server/dependency.ts";
import { AppError } from "../../shared/server/errors.ts";
import { createDaemonOf, type Daemon } from "./daemon.ts";
import { createHiddenValues, withoutVariables } from "./hidden-values.ts";
import { openFile, statFile } from "./open-path.ts";
import { createRotation } from "./rotation.ts";
import { readSaved, writeSaved } from "./saved.ts";

/** What the helper adds to the input of a verb, from what it looked up itself. */
export const childInput = z.strictObject({
  input: z.looseObject({ daemon: daemonRef }),
  /** The daemon's process. */
  daemonPid: z.int(),
  /** Whether values of variables are left out. */
  hideValues: z.boolean(),
});

export interface ChildRequest {
  verb: Verb;
  context: z.infer<typeof childInput>;
  body: Buffer;
  send(topic: string | undefined, body: Uint8Array): void;
  signal: AbortSignal;
}

/** What of PM2's bus is passed on. It also carries every log line. */
const TOPICS: ReadonlySet<string> = new Set(["process:event", "axm:reply", "pm2:kill"]);

/** Runs one verb as the user of this process. */
export function createVerbs(key: Buffer): (request: ChildRequest) => Promise<unknown> {
  const daemonOf = createDaemonOf();
  const hidden = createHiddenValues(key);
  const { canRotateFile, rotateFile } = createRotation();

  const run = async ({ verb, context, body, send, signal }: ChildRequest, daemon: Daemon): Promise<unknown> => {
    const { daemonPid, hideValues } = context;
    const { uid, home } = context.input.daemon;
    const process = { uid, pid: daemonPid };
    const parse = <V extends Verb>(name: V) =>
      verbs[name].input.parse(context.input) as z.infer<(typeof verbs)[V]["input"]>;

    switch (verb) {
      case "daemons.list":
        throw new AppError("invalid_input", "The daemons are listed by the helper itself.");
      case "pm2.call": {
        const { method, limitMs } = parse(verb);
        const argument = pm2Methods[method].argument.parse(JSON.parse(body.toString("utf8")));
        const answer = await daemon.call(method, argument, limitMs);
        const shown = hideValues && method === "getMonitorData" ? hidden.list(answer) : answer;
        send(undefined, bounded(Buffer.from(JSON.stringify(shown ?? null))));
        return undefined;
      }
      case "pm2.bus":
        return follow(daemon.bus(), send, signal);
      case "file.stat": {
        const { path } = parse(verb);
        await daemon.requireLogFile(path, { rotated: true });
        const stats = statFile(path);
        return stats && { id: `${stats.dev}:${stats.ino}`, size: stats.size, modifiedAt: stats.mtimeMs };
      }
      case "file.read": {
        const { path, offset, length } = parse(verb);
        await daemon.requireLogFile(path, { rotated: true });
        const file = openFile(path, constants.O_RDONLY);
        if (!file) throw new AppError("not_found", "There is no such log file.");
        try {
          const bytes = Buffer.alloc(Math.min(length, MAX_READ));
          send(undefined, bytes.subarray(0, readSync(file.fd, bytes, 0, bytes.length, offset)));
        } finally {
          closeSync(file.fd);
        }
        return undefined;
      }
      case "file.truncate": {
        const { path } = parse(verb);
        await daemon.requireLogFile(path);
        const file = openFile(path, constants.O_WRONLY);
        if (!file) return { bytes: 0 };
        try {
          ftruncateSync(file.fd, 0);
          return { bytes: file.stats.size };
        } finally {
          closeSync(file.fd);
        }
      }
      case "file.canRotate": {
        const { path } = parse(verb);
        await daemon.requireLogFile(path);
        return { lossless: await canRotateFile(path) };
      }
      case "file.rotate": {
        const { path, kept, compress, mayLose } = parse(verb);
        await daemon.requireLogFile(path);
        return { bytes: await rotateFile(path, { kept, compress, mayLose }) };
      }
      case "ports.list": {
        const { pids } = parse(verb);
        const ports = (await areChildren(pids, home, process)) ? await listeningPorts(pids) : null;
        send(undefined, Buffer.from(JSON.stringify({ ports })));
        return undefined;
      }
      case "ports.daemon": {
        const ports = (await areChildren([], home, process)) ? await ownListeningPorts(daemonPid) : null;
        send(undefined, Buffer.from(JSON.stringify({ ports })));
        return undefined;
      }
      case "process.signal": {
        const { pid, signal: name } = parse(verb);
        await sendSignal(pid, name, home, process);
        return undefined;
      }
      case "saved.read": {
        const saved = readSaved(daemon.dump);
        if (!saved) return null;
        send(undefined, bounded(hideValues ? hide(saved.bytes, hidden.saved) : saved.bytes));
        return { modifiedAt: saved.modifiedAt };
      }
      case "saved.write":
        await writeSaved(daemon.dump, body);
        return undefined;
    }
  };

  return async (request) => {
    const daemon = daemonOf(request.context.input.daemon.home);
    try {
      return await run(request, daemon);
    } finally {
      daemon.close();
    }
  };
}

function bounded(bytes: Buffer): Buffer {
  if (bytes.length > MAX_RESPONSE) throw new AppError("too_large", "PM2's answer is larger than 32 MiB.");
  return bytes;
}

/** A damaged list is passed on as one: its text could contain values. */
function hide(bytes: Buffer, change: (list: unknown) => unknown): Buffer {
  try {
    return Buffer.from(JSON.stringify(change(JSON.parse(bytes.toString("utf8")))));
  } catch {
    return Buffer.from("damaged");
  }
}

/** Passes on events until the bus breaks off or the call is cancelled. The caller connects again. */
async function follow(bus: string, send: ChildRequest["send"], signal: AbortSignal): Promise<undefined> {
  const stop = new AbortController();
  const over = Promise.withResolvers<void>();
  signal.addEventListener("abort", () => over.resolve(), { once: true });
  if (signal.aborted) over.resolve();
  const onMessage = (topic: string, data: Buffer | undefined) => {
    if (!TOPICS.has(topic)) return;
    const event = topic === "process:event" ? withoutVariables(decodeArgument(data)) : decodeArgument(data);
    send(topic, Buffer.from(JSON.stringify(event ?? null)));
  };
  let wasUp = false;
  const onState = (up: boolean) => {
    if (up) send("connected", Buffer.alloc(0));
    wasUp ||= up;
    if (!up) over.resolve();
  };
  try {
    followBus(bus, { onMessage, onState }, stop.signal);
    await over.promise;
  } finally {
    stop.abort();
  }
  if (!wasUp && !signal.aborted) throw new UnavailableError("down", "PM2's daemon does not answer on its bus.");
  return undefined;
}

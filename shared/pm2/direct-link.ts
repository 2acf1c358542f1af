import { join } from "node:path";
import type { DaemonLink } from "./daemon-link.ts";
import { listeningPorts } from "./listening-ports.ts";
import { emptyLogFile, readLogFile, statLogFile } from "./log-files.ts";
import { followBus } from "./pm2-bus.ts";
import { callPm2 } from "./pm2-rpc.ts";
import { readSavedFile, writeSavedFile } from "./saved-file.ts";
import { areChildren, sendSignal } from "./send-signal.ts";

/** A daemon that this process reaches by itself: over its sockets in PM2_HOME, with this process's own rights. */
export function createDirectLink({ pm2Home }: { pm2Home: string }): DaemonLink {
  const rpc = join(pm2Home, "rpc.sock");
  const bus = join(pm2Home, "pub.sock");
  const dump = join(pm2Home, "dump.pm2");
  return {
    home: pm2Home,
    canWrite: true,
    readOnlyHint: undefined,
    call: (method, argument, limitMs) => callPm2(rpc, method, argument, limitMs),
    followBus: (handlers, signal) => followBus(bus, handlers, signal),
    statFile: statLogFile,
    readFile: readLogFile,
    emptyFile: emptyLogFile,
    readSaved: () => readSavedFile(dump),
    writeSaved: (text) => writeSavedFile(dump, text),
    listeningPorts: async (pids) => ((await areChildren(pids, pm2Home)) ? listeningPorts(pids) : null),
    sendSignal: (pid, signal) => sendSignal(pid, signal, pm2Home),
  };
}

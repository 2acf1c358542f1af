import process from "node:process";
import type { Subject } from "../subject.ts";
import { Crowd } from "./crowd.ts";
import { type Feed, LogLoad } from "./log-load.ts";
import { Returners } from "./returners.ts";
import { RoomLoad } from "./room-load.ts";
import { stats } from "./stats-load.ts";

/** The load generator: a separate process that receives commands over IPC. */
const rooms = new Map<string, RoomLoad>();
const crowd = new Crowd();
const logs = new LogLoad();
const returners = new Returners();

function roomOf(subject: Subject): RoomLoad {
  const room = rooms.get(subject.name) ?? new RoomLoad(subject);
  rooms.set(subject.name, room);
  return room;
}

const commands = {
  async resize(subject: Subject, count: number) {
    await roomOf(subject).resize(count);
  },
  flat: (subject: Subject, options: Parameters<RoomLoad["flat"]>[0]) => roomOf(subject).flat(options),
  paced: (subject: Subject, rate: number, seconds: number, bytes: number) =>
    roomOf(subject).paced(rate, seconds, bytes),
  openCrowd: (subject: Subject, count: number, sessions: "one" | "each") => crowd.open(subject, count, sessions),
  closeCrowd: (subject: Subject) => crowd.close(subject),
  gather: (subject: Subject, count: number) => returners.gather(subject, count),
  comeBack: () => returners.comeBack(),
  leave: async () => returners.leave(),
  stats,
  logs: (subject: Subject, feed: Feed, options: Parameters<LogLoad["measure"]>[2]) =>
    logs.measure(subject, feed, options),
  followAll: (subject: Subject, feeds: Feed[], options: Parameters<LogLoad["followAll"]>[2]) =>
    logs.followAll(subject, feeds, options),
  stoppedReader: (subject: Subject, feed: Feed, megabytes: number) => logs.stoppedReader(subject, feed, megabytes),
};

export type LoadCommands = typeof commands;

process.on("message", ({ id, command, args }: { id: number; command: keyof LoadCommands; args: unknown[] }) => {
  const act = commands[command] as (...args: unknown[]) => Promise<unknown>;
  act(...args).then(
    (result) => process.send?.({ id, result }),
    (error: unknown) => process.send?.({ id, error: error instanceof Error ? error.message : String(error) }),
  );
});
process.on("disconnect", () => process.exit(0));

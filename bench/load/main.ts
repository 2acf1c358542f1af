import process from "node:process";
import { RoomLoad } from "./room-load.ts";

/** The load generator: a process of its own, told over IPC what to do. */
const rooms = new Map<string, RoomLoad>();

const commands = {
  async resize(subject: Parameters<typeof roomOf>[0], count: number) {
    await roomOf(subject).resize(count);
  },
  flat: (subject: Parameters<typeof roomOf>[0], options: Parameters<RoomLoad["flat"]>[0]) =>
    roomOf(subject).flat(options),
  paced: (subject: Parameters<typeof roomOf>[0], rate: number, seconds: number, bytes: number) =>
    roomOf(subject).paced(rate, seconds, bytes),
};

export type LoadCommands = typeof commands;

function roomOf(subject: ConstructorParameters<typeof RoomLoad>[0]): RoomLoad {
  const room = rooms.get(subject.name) ?? new RoomLoad(subject);
  rooms.set(subject.name, room);
  return room;
}

process.on("message", ({ id, command, args }: { id: number; command: keyof LoadCommands; args: unknown[] }) => {
  const act = commands[command] as (...args: unknown[]) => Promise<unknown>;
  act(...args).then(
    (result) => process.send?.({ id, result }),
    (error: unknown) => process.send?.({ id, error: error instanceof Error ? error.message : String(error) }),
  );
});
process.on("disconnect", () => process.exit(0));

import type { Namespace, Socket } from "socket.io";
import { Adapter, type BroadcastOptions } from "socket.io-adapter";
import { type Target, type TurnWriter, toTextFrame } from "./frame-batcher.ts";
import { connectionOf, queuedBytes } from "./send-queue.ts";
import type { SlowConsumers } from "./slow-consumers.ts";

/** Unsent bytes beyond which a broadcast skips a consumer. Log viewers have their own, lower limit. */
const BROADCAST_MAX_BYTES = 2 * 1024 * 1024;
/** Unsent bytes beyond which volatile events are skipped: a newer sample replaces them anyway. */
const VOLATILE_MAX_BYTES = 64 * 1024;
/** Packet type "message" of the Engine.IO protocol. */
const ENGINE_MESSAGE = "4";

/** Socket.IO's adapters pass a packet that they own. */
type Packet = Parameters<Adapter["broadcast"]>[0];

/** The in-memory adapter with a broadcast that encodes once, frames once, and writes once per turn and socket. */
export function createFanoutAdapter(writer: TurnWriter, slowConsumers: SlowConsumers) {
  return class FanoutAdapter extends Adapter {
    declare readonly nsp: Namespace;
    /** Changes with the members of any room. */
    private version = 0;

    override addAll(id: string, rooms: Set<string>): Promise<void> | void {
      this.version++;
      return super.addAll(id, rooms);
    }

    override del(id: string, room: string): Promise<void> | void {
      this.version++;
      return super.del(id, room);
    }

    override delAll(id: string): void {
      this.version++;
      super.delAll(id);
    }

    override broadcast(packet: Packet, opts: BroadcastOptions): void {
      const flags = opts.flags ?? {};
      packet.nsp = this.nsp.name;
      const encoded = (this as unknown as { encoder: { encode(packet: Packet): unknown[] } }).encoder.encode(packet);
      const text = encoded[0];
      const frame = encoded.length === 1 && typeof text === "string" ? toTextFrame(ENGINE_MESSAGE + text) : undefined;
      const packetOpts = { preEncoded: true, volatile: flags.volatile, compress: flags.compress };
      const max = flags.volatile ? VOLATILE_MAX_BYTES : BROADCAST_MAX_BYTES;

      const target = flags.volatile ? undefined : this.targetOf(opts);
      if (frame && target && writer.repeat(target, frame)) return;
      let areAllWritten = true;
      if (frame) writer.beginFrame(frame);
      this.each(opts, (socket) => {
        const connection = connectionOf(socket);
        if (slowConsumers.isBehind(socket) || queuedBytes(connection) > max) {
          areAllWritten = false;
          if (!flags.volatile) slowConsumers.skip(socket);
          return;
        }
        const inner = socket as unknown as {
          _anyOutgoingListeners?: unknown[];
          notifyOutgoingListeners?(packet: Packet): void;
          client: { writeToEngine(packets: unknown[], options: object): void };
        };
        inner.notifyOutgoingListeners?.(packet);
        if (inner._anyOutgoingListeners?.length) areAllWritten = false;
        if (frame && writer.write(connection, frame)) return;
        areAllWritten = false;
        inner.client.writeToEngine(encoded, packetOpts);
      });
      if (frame) writer.endFrame(areAllWritten ? target : undefined);
    }

    /** Recipients that stay the same as long as no socket joins or leaves a room; undefined for any others. */
    private targetOf({ rooms, except }: BroadcastOptions): Target | undefined {
      if ((except && except.size > 0) || rooms.size > 1) return undefined;
      const [room] = rooms;
      return { adapter: this, room, version: this.version };
    }

    /** Returns the recipients. A broadcast to one room without exceptions, the usual case, needs no set of sockets already served. */
    private each(opts: BroadcastOptions, act: (socket: Socket) => void): void {
      const { sockets } = this.nsp;
      if ((opts.except && opts.except.size > 0) || opts.rooms.size > 1) {
        this.eachOf(opts, act);
        return;
      }
      if (opts.rooms.size === 0) {
        for (const socket of sockets.values()) act(socket);
        return;
      }
      for (const room of opts.rooms) {
        for (const id of this.rooms.get(room) ?? []) {
          const socket = sockets.get(id);
          if (socket) act(socket);
        }
      }
    }

    private eachOf(opts: BroadcastOptions, act: (socket: Socket) => void): void {
      (this as unknown as { apply(opts: BroadcastOptions, act: (socket: Socket) => void): void }).apply(opts, act);
    }
  };
}

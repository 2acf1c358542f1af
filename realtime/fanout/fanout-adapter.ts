import type { Namespace, Socket } from "socket.io";
import { Adapter, type BroadcastOptions } from "socket.io-adapter";
import { type TurnWriter, toTextFrame } from "./frame-batcher.ts";
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

    override broadcast(packet: Packet, opts: BroadcastOptions): void {
      const flags = opts.flags ?? {};
      packet.nsp = this.nsp.name;
      const encoded = (this as unknown as { encoder: { encode(packet: Packet): unknown[] } }).encoder.encode(packet);
      const text = encoded[0];
      const frame = encoded.length === 1 && typeof text === "string" ? toTextFrame(ENGINE_MESSAGE + text) : undefined;
      const packetOpts = { preEncoded: true, volatile: flags.volatile, compress: flags.compress };
      const max = flags.volatile ? VOLATILE_MAX_BYTES : BROADCAST_MAX_BYTES;

      if (frame) writer.beginFrame(frame);
      this.each(opts, (socket) => {
        const connection = connectionOf(socket);
        if (slowConsumers.isBehind(socket) || queuedBytes(connection) > max) {
          if (!flags.volatile) slowConsumers.skip(socket);
          return;
        }
        const inner = socket as unknown as {
          notifyOutgoingListeners?(packet: Packet): void;
          client: { writeToEngine(packets: unknown[], options: object): void };
        };
        inner.notifyOutgoingListeners?.(packet);
        if (frame && writer.write(connection, frame)) return;
        inner.client.writeToEngine(encoded, packetOpts);
      });
      if (frame) writer.endFrame();
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

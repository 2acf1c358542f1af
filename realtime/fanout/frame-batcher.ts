import { createPressureGauge } from "./pressure.ts";
import { connectionOf, type EngineConnection, type TcpSocket } from "./send-queue.ts";

/** Bytes collected in one turn before they are written without waiting for its end. */
const TURN_MAX_BYTES = 256 * 1024;
/** A saturated event loop collects frames over several turns, this long at most. */
const GATHER_MAX_MS = 3;

/** A sequence of frames for some connections in this turn. Equal sequences are one object, concatenated once. */
class FrameChain {
  readonly frame: Buffer;
  readonly before: FrameChain | undefined;
  readonly bytes: number;
  private next: FrameChain | undefined;
  private joined: Buffer | undefined;

  constructor(frame: Buffer, before: FrameChain | undefined) {
    this.frame = frame;
    this.before = before;
    this.bytes = frame.length + (before?.bytes ?? 0);
  }

  followedBy(frame: Buffer): FrameChain {
    if (this.next?.frame !== frame) this.next = new FrameChain(frame, this);
    return this.next;
  }

  toBuffer(): Buffer {
    if (!this.before) return this.frame;
    if (!this.joined) {
      const buffer = Buffer.allocUnsafe(this.bytes);
      let end = this.bytes;
      for (let chain: FrameChain | undefined = this; chain; chain = chain.before) {
        end -= chain.frame.length;
        chain.frame.copy(buffer, end);
      }
      this.joined = buffer;
    }
    return this.joined;
  }
}

/** The recipients of a broadcast; equal targets have the same recipients, all of which wait for frames. */
export interface Target {
  adapter: object;
  /** Undefined for all sockets. */
  room: string | undefined;
  /** Changes with the members of any room of the adapter. */
  version: number;
}

const isSame = (a: Target, b: Target) => a.adapter === b.adapter && a.room === b.room && a.version === b.version;

/** State of a connection that frames were sent to. */
interface Link {
  readonly connection: EngineConnection;
  pending: FrameChain | undefined;
}

const links = new WeakMap<EngineConnection, Link>();
const WEBSOCKET_OPEN = 1;

/**
 * Writes prepared WebSocket frames directly to the TCP sockets of the connections. In a quiet turn, a frame is written at
 * once; the frames of a busy turn, or of three milliseconds of a saturated event loop, are written together per connection.
 * A broadcast so costs one system call per socket and turn instead of one per socket and message.
 *
 * A frame may bypass Engine.IO's buffer only while the buffer is empty, and Engine.IO's own packets first flush the pending
 * frames. This keeps the order per connection.
 */
export class TurnWriter {
  private heads = new Map<Buffer, FrameChain>();
  private waiting: Link[] = [];
  private frames = 0;
  private bytes = 0;
  private scheduled = false;
  private busy = false;
  private gatheredSince = 0;
  /** Connections that the current frame was added to. */
  private reached: Link[] = [];
  /** The target of the last frame, its connections, and later frames for the same ones. */
  private group: { target: Target; links: Link[]; frames: Buffer[] } | undefined;
  private readonly isSaturated = createPressureGauge();

  /**
   * Adds a frame for the same connections as the one before, without a look at each of them. Returns false if they are not
   * the same, or were not all written here: then the frame has to be passed to each.
   */
  repeat(target: Target, frame: Buffer): boolean {
    const { group } = this;
    if (!group || !isSame(group.target, target)) return false;
    group.frames.push(frame);
    this.frames++;
    this.bytes += frame.length;
    if (this.bytes > TURN_MAX_BYTES) this.flush();
    return true;
  }

  /** Called once before a frame is passed to its connections. */
  beginFrame(frame: Buffer): void {
    this.endGroup();
    this.reached = [];
    this.frames++;
    this.bytes += frame.length;
    if (!this.scheduled) {
      this.scheduled = true;
      this.gatheredSince = performance.now();
      setImmediate(() => this.endTurn());
    }
  }

  /**
   * Called once after it. Bounds the bytes collected in a turn.
   * @param target whose connections were all written here; undefined if some were not
   */
  endFrame(target?: Target): void {
    if (target && this.reached.length > 0) this.group = { target, links: this.reached, frames: [] };
    if (this.bytes > TURN_MAX_BYTES) this.flush();
  }

  /** Returns false if the connection must be written through Engine.IO: polling, upgrading, closing, or with packets waiting. */
  write(connection: EngineConnection, frame: Buffer): boolean {
    const tcp = tcpOf(connection);
    if (!tcp) return false;
    if (this.frames === 1 && !this.busy) {
      tcp.write(frame);
      return true;
    }
    const link = this.linkOf(connection);
    this.reached.push(link);
    if (link.pending) {
      link.pending = link.pending.followedBy(frame);
    } else {
      link.pending = this.headOf(frame);
      this.waiting.push(link);
    }
    return true;
  }

  flush(): void {
    this.endGroup();
    const waiting = this.waiting;
    this.waiting = [];
    this.heads = new Map();
    this.bytes = 0;
    for (const link of waiting) writePending(link);
  }

  /** Adds the later frames of the group to each of its connections. Those with equal frames share the result. */
  private endGroup(): void {
    const { group } = this;
    this.group = undefined;
    if (!group || group.frames.length === 0) return;
    let before: FrameChain | undefined;
    let after: FrameChain | undefined;
    for (const link of group.links) {
      if (link.pending !== before || !after) {
        before = link.pending;
        after = group.frames.reduce((chain, frame) => chain?.followedBy(frame) ?? this.headOf(frame), before);
      }
      link.pending = after;
    }
  }

  private endTurn(): void {
    const saturated = this.isSaturated();
    if (saturated && this.busy && performance.now() - this.gatheredSince < GATHER_MAX_MS) {
      setImmediate(() => this.endTurn());
      return;
    }
    this.flush();
    this.busy = saturated || this.frames > 1;
    this.frames = 0;
    this.scheduled = false;
  }

  private headOf(frame: Buffer): FrameChain {
    let head = this.heads.get(frame);
    if (!head) {
      head = new FrameChain(frame, undefined);
      this.heads.set(frame, head);
    }
    return head;
  }

  private linkOf(connection: EngineConnection): Link {
    let link = links.get(connection);
    if (!link) {
      const created: Link = { connection, pending: undefined };
      link = created;
      links.set(connection, created);
      connection.on("packetCreate", () => {
        this.endGroup();
        writePending(created);
      });
    }
    return link;
  }
}

/** Nothing may follow the closing frame of a connection. */
function writePending(link: Link): void {
  const { connection, pending } = link;
  if (!pending) return;
  link.pending = undefined;
  if (connection.readyState === "open") tcpOfOpen(connection)?.write(pending.toBuffer());
}

function tcpOfOpen(connection: EngineConnection): TcpSocket | undefined {
  const { transport } = connection;
  if (transport.name !== "websocket" || transport.socket?.readyState !== WEBSOCKET_OPEN) return undefined;
  return transport.socket._socket ?? undefined;
}

function tcpOf(connection: EngineConnection): TcpSocket | undefined {
  return connection.readyState === "open" && connection.writeBuffer.length === 0 ? tcpOfOpen(connection) : undefined;
}

/** Returns the unsent bytes of a TCP socket; cheaper than including Engine.IO's buffer. */
export const unsentBytes = (socket: { conn: unknown }): number => tcpOfOpen(connectionOf(socket))?.writableLength ?? 0;

/** Encodes a text message as one unmasked WebSocket frame (RFC 6455, section 5.2), header and payload in one buffer. */
export function toTextFrame(text: string): Buffer {
  const length = Buffer.byteLength(text);
  const headerLength = length < 126 ? 2 : length < 65_536 ? 4 : 10;
  const frame = Buffer.allocUnsafe(headerLength + length);
  frame[0] = 0x81; // FIN, text
  if (headerLength === 2) {
    frame[1] = length;
  } else if (headerLength === 4) {
    frame[1] = 126;
    frame.writeUInt16BE(length, 2);
  } else {
    frame[1] = 127;
    frame.writeBigUInt64BE(BigInt(length), 2);
  }
  frame.write(text, headerLength, "utf8");
  return frame;
}

import { constants, zstdCompressSync, zstdDecompressSync } from "node:zlib";
import { logLevels } from "../../../shared/protocol/log-search.ts";

/** A line on its way into the store. */
export interface LineRecord {
  /** Counts the lines of one container, from 0. */
  n: number;
  us: number;
  ns: number;
  /** Level in the low three bits, {@link STDERR} above. */
  flags: number;
  /** Without its line end. */
  text: string;
  /** It belongs to the line above it. Known of new lines only: it is not stored. */
  continues?: boolean;
}

export const LEVEL_MASK = 7;
export const STDERR = 8;

/** Lines by stream and level: `counts[level]` of stdout, `counts[level + 8]` of stderr. */
export const COUNTS = 16;

export interface BlockTimes {
  us: Float64Array;
  ns: Uint16Array;
  flags: Uint8Array;
}

const compress = (data: Buffer, level: number) =>
  zstdCompressSync(data, { params: { [constants.ZSTD_c_compressionLevel]: level } });

/** Columns compress better than rows: flags, nanoseconds, then the distances of times as variable-length numbers. */
export function encodeTimes(lines: readonly LineRecord[]): Buffer {
  const buffer = Buffer.alloc(lines.length * 12 + 16);
  let at = 0;
  for (const { flags } of lines) buffer[at++] = flags;
  for (const { ns } of lines) at = buffer.writeUInt16LE(ns, at);
  let before = 0;
  for (const { us } of lines) {
    const distance = us - before;
    // The sign goes into the lowest bit: streams of one container may be a little out of order.
    let rest = distance < 0 ? -distance * 2 - 1 : distance * 2;
    while (rest >= 0x80) {
      buffer[at++] = (rest % 0x80) | 0x80;
      rest = Math.floor(rest / 0x80);
    }
    buffer[at++] = rest;
    before = us;
  }
  return compress(buffer.subarray(0, at), 1);
}

export function decodeTimes(data: Uint8Array, count: number): BlockTimes {
  const buffer = zstdDecompressSync(data);
  const flags = new Uint8Array(buffer.subarray(0, count));
  const ns = new Uint16Array(count);
  for (let index = 0; index < count; index++) ns[index] = buffer.readUInt16LE(count + index * 2);
  const us = new Float64Array(count);
  let at = count * 3;
  let before = 0;
  for (let index = 0; index < count; index++) {
    let value = 0;
    let weight = 1;
    for (;;) {
      const byte = buffer[at++] ?? 0;
      value += (byte & 0x7f) * weight;
      if (byte < 0x80) break;
      weight *= 0x80;
    }
    before += value % 2 === 1 ? -(value + 1) / 2 : value / 2;
    us[index] = before;
  }
  return { us, ns, flags };
}

export const encodeText = (text: string): Buffer => compress(Buffer.from(text), 3);
export const decodeText = (data: Uint8Array): string => zstdDecompressSync(data).toString("utf8");

export function countLevels(lines: readonly { flags: number }[]): Buffer {
  const counts = new Uint32Array(COUNTS);
  for (const { flags } of lines) counts[flags] = (counts[flags] ?? 0) + 1;
  return Buffer.from(counts.buffer);
}

export const decodeCounts = (data: Uint8Array): Uint32Array => new Uint32Array(data.slice().buffer);

if (logLevels.length > LEVEL_MASK) throw new Error("a level has to fit into three bits");

import { expect, test } from "vitest";
import { createFrameReader, decodeArgument, encodeFrame } from "./amp.ts";

const frames = [
  ["process:event", { name: "wörker", list: [1, null] }],
  ["pm2:kill"],
  [],
  [{ a: "x".repeat(5_000) }, ""],
];

test.each([1, 2, 7, 4096, 1 << 20])("reads back what was framed, however it is cut (%i bytes a chunk)", (chunkSize) => {
  const bytes = Buffer.concat(frames.map(encodeFrame));
  const seen: unknown[][] = [];
  const read = createFrameReader((args) => seen.push(args.map(decodeArgument)), 10_000);
  for (let start = 0; start < bytes.length; start += chunkSize) read(bytes.subarray(start, start + chunkSize));
  expect(seen).toEqual(frames);
});

test("rejects bytes that are not a frame", () => {
  const read = createFrameReader(() => undefined, 100);
  expect(() => read(Buffer.from("GET / HTTP/1.1\r\n"))).toThrow("not an AMP frame");
});

test("rejects a frame that announces more bytes than the limit", () => {
  const read = createFrameReader(() => undefined, 100);
  expect(() => read(Buffer.from([0x11, 0xff, 0xff, 0xff, 0xff]))).toThrow(/more than 100 bytes/);
});

test("decodes invalid JSON and blobs as undefined", () => {
  expect(decodeArgument(Buffer.from("j:{"))).toBeUndefined();
  expect(decodeArgument(Buffer.from([0, 1, 2]))).toBeUndefined();
});

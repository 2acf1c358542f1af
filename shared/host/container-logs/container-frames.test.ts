import { expect, test } from "vitest";
import { createFrameDecoder, createTtyDecoder } from "./container-frames.ts";

const frame = (text: string, stream = 1) => {
  const body = Buffer.from(text);
  const header = Buffer.alloc(8);
  header[0] = stream;
  header.writeUInt32BE(body.length, 4);
  return Buffer.concat([header, body]);
};

test.each([
  ["Z", "2026-11-28T10:00:00.000000001Z"],
  ["+01:00", "2026-11-28T09:00:00.000000001Z"],
  ["-05:30", "2026-11-28T15:30:00.000000001Z"],
])("a time that ends in %s is handed on in UTC, with and without a TTY", (zone, time) => {
  const message = `2026-11-28T10:00:00.000000001${zone} hello\n`;
  expect(createFrameDecoder().add(frame(message))).toEqual([{ time, text: "hello\n", error: false }]);
  expect(createTtyDecoder().add(Buffer.from(message))).toEqual([{ time, text: "hello\n", error: false }]);
});

test("a size that no message has ends the log at once, without waiting for its bytes", () => {
  const decoder = createFrameDecoder();
  const header = Buffer.alloc(8, 0xff);
  header[0] = 1;
  decoder.add(header);
  expect(decoder.broken).toBe("");
  expect(decoder.add(frame("2026-11-28T10:00:00.000000001Z more\n"))).toEqual([]);
});

test("what the Engine says instead of lines is told", () => {
  const decoder = createFrameDecoder();
  decoder.add(frame("Error grabbing logs: invalid character", 2));
  expect(decoder.broken).toBe("Error grabbing logs: invalid character");
});

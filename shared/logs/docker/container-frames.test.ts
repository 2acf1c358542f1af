import { expect, test } from "vitest";
import { growth } from "../../testing/growth.ts";
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

test("an error that the Engine sends instead of lines is reported", () => {
  const decoder = createFrameDecoder();
  decoder.add(frame("Error grabbing logs: invalid character", 2));
  expect(decoder.broken).toBe("Error grabbing logs: invalid character");
});

test("a message that comes in crumbs takes time in proportion to its length", async () => {
  const crumb = Buffer.alloc(512, "x");
  const time = Buffer.from("2026-01-01T00:00:00.000000000Z ");
  const read = (crumbs: number) => {
    const header = Buffer.alloc(8);
    header[0] = 1;
    header.writeUInt32BE(time.length + crumbs * crumb.length, 4);
    const decoder = createFrameDecoder();
    decoder.add(header);
    decoder.add(time);
    for (let count = 0; count < crumbs; count++) decoder.add(crumb);
    return decoder.messages;
  };
  expect(read(100)).toBe(1);
  expect(await growth(read, 400)).toBeLessThan(40);
});

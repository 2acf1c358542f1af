import { expect, test } from "vitest";
import { readPictureFacts } from "./picture-facts.ts";

const bytes = (...parts: (string | number[])[]) =>
  Uint8Array.from(parts.flatMap((part) => (typeof part === "string" ? [...part].map((c) => c.charCodeAt(0)) : part)));

const png = bytes("\x89PNG\r\n\x1a\n", [0, 0, 0, 13], "IHDR", [0, 0, 1, 2], [0, 0, 0, 3], [8, 6, 0, 0, 0]);
const exif = [0xff, 0xe1, 0, 6, 1, 2, 3, 4];
const jpeg = bytes([0xff, 0xd8], exif, [0xff, 0xff, 0xc2, 0, 17, 8, 0, 5, 0, 7, 3]);
const riff = (chunk: string, ...rest: number[][]) => bytes("RIFF", [0, 0, 0, 0], "WEBP", chunk, ...rest);
const lossy = riff("VP8 ", [0, 0, 0, 0], [0, 0, 0, 0x9d, 0x01, 0x2a], [4, 0x40, 6, 0]);
const lossless = riff("VP8L", [0, 0, 0, 0], [0x2f], [0x02, 0xc0, 0x00, 0x00]);
const extended = riff("VP8X", [10, 0, 0, 0], [0, 0, 0, 0], [0x0f, 0, 0], [0x1f, 0, 0]);
const ispe = (width: number, height: number) =>
  bytes([0, 0, 0, 20], "ispe", [0, 0, 0, 0, 0, 0, 0, width, 0, 0, 0, height]);
const avif = bytes(
  [0, 0, 0, 28],
  "ftypavif",
  [0, 0, 0, 0],
  "mif1avif",
  [...ispe(8, 9)],
  [...ispe(80, 90)],
  Array(16).fill(0),
);

test.each([
  ["PNG", png, "image/png", 258, 3],
  ["GIF", bytes("GIF89a", [10, 0, 20, 0]), "image/gif", 10, 20],
  ["JPEG behind metadata", jpeg, "image/jpeg", 7, 5],
  ["WebP", lossy, "image/webp", 4, 6],
  ["WebP without loss", lossless, "image/webp", 3, 4],
  ["WebP with extensions", extended, "image/webp", 16, 32],
  ["AVIF with a thumbnail", avif, "image/avif", 80, 90],
])("reads the size of a %s before it is decoded", (_name, picture, type, width, height) => {
  expect(readPictureFacts(picture)).toEqual({ type, size: { width, height } });
});

test.each([
  '<svg xmlns="http://www.w3.org/2000/svg"/>',
  '\ufeff<?xml version="1.0"?>\n<!-- made by hand -->\n<!DOCTYPE svg [<!ENTITY a "b">]>\n<svg:svg xmlns:svg="x">',
])("knows an SVG by its first element: %s", (text) => {
  expect(readPictureFacts(new TextEncoder().encode(text))).toEqual({ type: "image/svg+xml", size: undefined });
});

test.each([
  ["a page", "<html><svg></svg></html>"],
  ["a page in disguise", "<!-- <svg> --><script>alert(1)</script>"],
  ["a text", "just text"],
  ["nothing", ""],
])("takes %s for no picture, whatever its name", (_what, text) => {
  expect(readPictureFacts(new TextEncoder().encode(text))).toBeUndefined();
});

test.each([png, jpeg, lossy, lossless, extended])("takes a header that is cut off for no picture", (picture) => {
  for (let length = 0; length < Math.min(picture.length - 1, 24); length++) {
    expect(readPictureFacts(picture.subarray(0, length))?.size).toBeUndefined();
  }
});

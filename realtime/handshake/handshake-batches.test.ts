import { expect, test } from "vitest";
import { HANDSHAKES_MAX, type HandshakeRequest } from "../../shared/protocol/access.ts";
import { createHandshakeBatches } from "./handshake-batches.ts";

const handshake = (index: number): HandshakeRequest => ({ token: `${index}`, address: "127.0.0.1", https: false });

/** Batches whose requests are answered at once, with what was asked. */
function answered() {
  const sizes: number[] = [];
  const ask = createHandshakeBatches(async (handshakes) => {
    sizes.push(handshakes.length);
    return handshakes.map(({ token }) => token);
  });
  return { sizes, ask };
}

test("a single handshake is asked about at once, and those of one turn together", async () => {
  const { sizes, ask } = answered();
  expect(await ask(handshake(1))).toBe("1");
  const many = await Promise.all(Array.from({ length: 3 * HANDSHAKES_MAX }, (_, index) => ask(handshake(index))));
  expect(many).toEqual(many.map((_, index) => `${index}`));
  expect(sizes).toEqual([1, HANDSHAKES_MAX, HANDSHAKES_MAX, HANDSHAKES_MAX]);
});

test("handshakes that follow each other in a rush share requests, though the API responds at once", async () => {
  const { sizes, ask } = answered();
  const asked: Promise<unknown>[] = [];
  const began = performance.now();
  // One in each turn of the event loop.
  for (let index = 0; index < 200; index++) {
    asked.push(ask(handshake(index)));
    await new Promise(setImmediate);
  }
  expect(await Promise.all(asked)).toEqual(asked.map((_, index) => `${index}`));
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(200);
  // One in three milliseconds, or for sixteen of them: a starved machine takes its time, and may ask about each.
  expect(sizes.length).toBeLessThanOrEqual((performance.now() - began) / 3 + 200 / 16 + 2);
});

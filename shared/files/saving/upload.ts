import type { FileHandle } from "node:fs/promises";
import { withTimeout } from "../../server/async/with-timeout.ts";
import { AppError } from "../../server/errors.ts";
import { refuseFullDisk } from "./disk-space.ts";

const CHECK_EVERY_BYTES = 32 * 1024 * 1024;

export interface UploadLimits {
  /** Largest upload in bytes. */
  maxBytes: number;
  /** Longest wait for the next chunk, in milliseconds. */
  idleMs: number;
}

/**
 * Streams a body to an open draft. `disk` is a folder on the disk of the draft, `declared` the length announced by the client,
 * if any. @throws AppError `too_large`, `storage_full`, `invalid_input` if it stalls or ends early; the reason of `signal`
 */
export async function receiveUpload(
  draft: FileHandle,
  disk: string,
  body: ReadableStream<Uint8Array>,
  declared: number | undefined,
  { maxBytes, idleMs }: UploadLimits,
  signal?: AbortSignal,
): Promise<void> {
  const reader = body.getReader();
  const stop = () => void reader.cancel(signal?.reason).catch(() => {});
  signal?.addEventListener("abort", stop, { once: true });
  let received = 0;
  let checkAt = CHECK_EVERY_BYTES;
  try {
    await refuseFullDisk(disk, declared ?? 0);
    for (;;) {
      signal?.throwIfAborted();
      const { done, value } = await withinIdle(reader.read(), idleMs);
      if (done) break;
      received += value.byteLength;
      if (received > maxBytes) throw tooLarge(maxBytes);
      if (received >= checkAt) {
        checkAt = received + CHECK_EVERY_BYTES;
        await refuseFullDisk(disk, 0);
      }
      await draft.writeFile(value);
    }
    signal?.throwIfAborted(); // a cancelled body ends like a complete one
    if (declared !== undefined && received !== declared) throw cutShort();
  } catch (error) {
    await reader.cancel().catch(() => {});
    throw error;
  } finally {
    signal?.removeEventListener("abort", stop);
  }
}

export const tooLarge = (maxBytes: number) =>
  new AppError("too_large", `An upload may have ${Math.floor(maxBytes / 1024 / 1024)} MiB at most.`);

const cutShort = () => new AppError("invalid_input", "The upload ended early; nothing was changed.");

async function withinIdle<T>(read: Promise<T>, idleMs: number): Promise<T> {
  try {
    return await withTimeout(read, idleMs);
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw cutShort(); // idle, or the client disconnected
  }
}

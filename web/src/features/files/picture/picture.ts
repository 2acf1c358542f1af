import { createSignal } from "solid-js";
import { type PictureFacts, readPictureFacts } from "./picture-facts.ts";

/** Most pixels that are decoded: four bytes each. */
const MAX_PIXELS = 64_000_000;

export type PictureRefusal = "file-too-large" | "too-many-pixels" | "no-picture";

export interface ShownPicture {
  /** A `data:` address: an `<img>` runs no script of an SVG and loads nothing that it names. */
  source: string;
  size: PictureFacts["size"];
  bytes: number;
}

const toDataUrl = (blob: Blob): Promise<string> =>
  new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result));
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(blob);
  });

/** A picture of the server: read, checked, shown. @param read The bytes; null when there are more than are read. */
export function createPicture(read: () => Promise<Uint8Array<ArrayBuffer> | null>) {
  const [shown, setShown] = createSignal<ShownPicture>();
  const [refusal, setRefusal] = createSignal<PictureRefusal>();
  const [error, setError] = createSignal<unknown>();
  let turn = 0;

  async function check(): Promise<ShownPicture | PictureRefusal> {
    const bytes = await read();
    if (bytes === null) return "file-too-large";
    const facts = readPictureFacts(bytes);
    if (!facts) return "no-picture";
    if (facts.size && facts.size.width * facts.size.height > MAX_PIXELS) return "too-many-pixels";
    const source = await toDataUrl(new Blob([bytes], { type: facts.type }));
    return { source, size: facts.size, bytes: bytes.length };
  }

  return {
    shown,
    refusal,
    error,
    /** Reads the picture again; only the newest call counts. */
    async load(): Promise<void> {
      const own = ++turn;
      const isNewest = () => own === turn;
      try {
        const result = await check();
        if (!isNewest()) return;
        setError(undefined);
        setShown(typeof result === "string" ? undefined : result);
        setRefusal(typeof result === "string" ? result : undefined);
      } catch (failure) {
        if (!isNewest()) return;
        setShown(undefined);
        setRefusal(undefined);
        setError(failure);
      }
    },
  };
}

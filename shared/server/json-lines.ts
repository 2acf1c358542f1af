import type { Readable } from "node:stream";
import { StringDecoder } from "node:string_decoder";

/** Largest document of the Engine's streams, in bytes; an event with many labels is far smaller. */
const MAX_DOCUMENT = 4 * 1024 * 1024;

/** Yields the JSON documents of a stream, one per line. Ends or throws with the stream; drops an incomplete last document. */
export async function* readJsonLines(stream: Readable): AsyncGenerator<unknown> {
  const decoder = new StringDecoder("utf8");
  let rest = "";
  for await (const chunk of stream) {
    const lines = (rest + decoder.write(chunk as Buffer)).split("\n");
    rest = lines.pop() ?? "";
    if (rest.length > MAX_DOCUMENT) throw new Error("a document of the Engine's stream is too long");
    for (const line of lines) if (line.trim() !== "") yield JSON.parse(line);
  }
}

import type { Readable } from "node:stream";
import { StringDecoder } from "node:string_decoder";

/** Longest document of the Engine's streams that is read; an event with many labels stays far below. */
const DOCUMENT_MAX = 4 * 1024 * 1024;

/** Yields the JSON documents of a stream, one a line; ends or throws with the stream. Half a document is dropped. */
export async function* readJsonLines(stream: Readable): AsyncGenerator<unknown> {
  const decoder = new StringDecoder("utf8");
  let rest = "";
  for await (const chunk of stream) {
    const lines = (rest + decoder.write(chunk as Buffer)).split("\n");
    rest = lines.pop() ?? "";
    if (rest.length > DOCUMENT_MAX) throw new Error("a document of the Engine's stream is too long");
    for (const line of lines) if (line.trim() !== "") yield JSON.parse(line);
  }
}

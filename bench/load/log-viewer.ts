import type { Subject } from "../subject.ts";
import type { LineFormat } from "./line-writer.ts";
import { WireClient } from "./wire-client.ts";

const DATA = Buffer.from('"data":"');
const DATA_END = Buffer.from('\\n","timestamp"');
const LOGS_EVENT = Buffer.from('["logs"');
const GAP_EVENT = Buffer.from('["gap"');

/** Follows one container and accounts for each line by its number. */
export class LogViewer {
  readonly client: WireClient;
  lines = 0;
  /** Missing lines that were announced by a `gap` before the next line. */
  announced = 0;
  /** Missing lines that were not announced. */
  lost = 0;
  repeated = 0;
  gaps = 0;
  messages = 0;
  /** Number of the next expected line. */
  next: number;
  /** Times from the writing of the last line of a message to its receipt, in milliseconds; collected while set. */
  latencies: number[] | undefined;
  private gapBefore = false;
  /** Bytes of a line in JSON, where its newline takes two. */
  private readonly step: number;

  constructor(subject: Subject, container: string, format: LineFormat, next: number) {
    this.step = format.bytes + 1;
    this.next = next;
    const ref = { serviceId: "bench", containerName: container, tail: 0 };
    this.client = new WireClient({
      subject,
      namespace: "/services",
      first: `0["subscribe:logs",${JSON.stringify(ref)}]`,
      onMessage: (data, start, end) => this.take(data, start, end, subject.dialect === "plain"),
    });
  }

  private take(data: Buffer, start: number, end: number, plain: boolean): void {
    if (!plain && !holds(data, LOGS_EVENT, start)) {
      if (!holds(data, GAP_EVENT, start)) return;
      this.gaps++;
      this.gapBefore = true;
      return;
    }
    const from = data.indexOf(DATA, start) + DATA.length;
    const to = plain ? end - 2 : data.lastIndexOf(DATA_END, end) + 2;
    const count = (to - from) / this.step;
    if (from < DATA.length || !Number.isInteger(count))
      throw new Error(`not whole lines: ${data.subarray(start, Math.min(end, start + 300))}`);
    const first = numberAt(data, from, 10);
    const last = from + (count - 1) * this.step;
    if (numberAt(data, last, 10) !== first + count - 1) throw new Error("a message's lines are not in order");
    if (first < this.next) this.repeated += this.next - first;
    else if (this.gapBefore) this.announced += first - this.next;
    else this.lost += first - this.next;
    this.gapBefore = false;
    this.next = first + count;
    this.lines += count;
    this.messages++;
    this.latencies?.push((Number(process.hrtime.bigint()) - numberAt(data, last + 11, 16)) / 1e6);
  }
}

/** Whether the event of a Socket.IO packet starts within its first bytes, after the namespace. */
const holds = (data: Buffer, event: Buffer, start: number) => {
  const comma = data.indexOf(0x2c, start);
  return data.compare(event, 0, event.length, comma + 1, comma + 1 + event.length) === 0;
};

function numberAt(data: Buffer, start: number, digits: number): number {
  let number = 0;
  for (let index = start; index < start + digits; index++) number = number * 10 + (data[index] as number) - 0x30;
  return number;
}

import { setTimeout as delay } from "node:timers/promises";
import type { Subject } from "../subject.ts";
import { WireClient } from "./wire-client.ts";

/** Delay between two attempts of a client, independent of the other clients. */
const RETRY_MS = 100;

/** Clients that lose their server and reconnect at the same time. */
export class Returners {
  private clients: WireClient[] = [];
  private subject: Subject | undefined;

  async gather(subject: Subject, count: number): Promise<void> {
    this.subject = subject;
    this.clients = await Promise.all(Array.from({ length: count }, () => this.connect()));
  }

  /** To be called before the server stops; resolves when every client has lost it and is connected again. */
  async comeBack(): Promise<void> {
    this.clients = await Promise.all(
      this.clients.map(async (client) => {
        await client.closed;
        return this.connect();
      }),
    );
  }

  leave(): void {
    for (const client of this.clients.splice(0)) client.close();
  }

  private async connect(): Promise<WireClient> {
    const { subject } = this;
    if (!subject) throw new Error("no clients are connected");
    for (;;) {
      const client = new WireClient({ subject, first: "", onMessage: () => {} });
      try {
        await client.ready;
        return client;
      } catch {
        await delay(RETRY_MS);
      }
    }
  }
}

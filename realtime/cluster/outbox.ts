/** Messages and characters that wait for Redis; the same limits as the API's outbox for the realtime server. */
const MAX_MESSAGES = 1_000;
const MAX_CHARS = 5 * 1024 * 1024;

/** A bounded queue that drops its oldest messages and records that it did. */
export class Outbox {
  private messages: string[] = [];
  private chars = 0;
  /** Whether messages were dropped since the flag was last cleared. */
  dropped = 0;

  push(message: string): void {
    this.messages.push(message);
    this.chars += message.length;
    while (this.messages.length > MAX_MESSAGES || this.chars > MAX_CHARS) {
      this.chars -= this.messages.shift()?.length ?? 0;
      this.dropped++;
    }
  }

  first(): string | undefined {
    return this.messages[0];
  }

  /** Removes the first message if it is still this one: it may have been dropped in the meantime. */
  done(message: string): void {
    if (this.messages[0] !== message) return;
    this.messages.shift();
    this.chars -= message.length;
  }
}

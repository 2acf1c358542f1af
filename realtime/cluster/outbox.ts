/** Messages and characters that wait for Redis: as much as the API keeps for a realtime server that is away. */
const MESSAGES_MAX = 1_000;
const CHARS_MAX = 5 * 1024 * 1024;

/** A bounded queue that drops its oldest and remembers that it did. */
export class Outbox {
  private messages: string[] = [];
  private chars = 0;
  /** Messages dropped since the flag was last cleared. */
  dropped = 0;

  push(message: string): void {
    this.messages.push(message);
    this.chars += message.length;
    while (this.messages.length > MESSAGES_MAX || this.chars > CHARS_MAX) {
      this.chars -= this.messages.shift()?.length ?? 0;
      this.dropped++;
    }
  }

  first(): string | undefined {
    return this.messages[0];
  }

  /** Takes the first out, if it is still that one: meanwhile it may have been dropped. */
  done(message: string): void {
    if (this.messages[0] !== message) return;
    this.messages.shift();
    this.chars -= message.length;
  }
}

let offset = 0;

/**
 * The time of the server in milliseconds since 1970, by the clock of this computer and the responses so far. Use it wherever a
 * time of the server is compared with the present: the clock of a visitor's computer can be wrong by any amount.
 */
export const serverNow = (): number => Date.now() + offset;

/**
 * Learns from the `Date` of a response, which has whole seconds. `sentAt` and `receivedAt` are times of this computer around it, in
 * milliseconds since 1970. They bound how far its clock is off; what is assumed moves only as far as these bounds require.
 */
export function noteServerDate(date: string | null, sentAt: number, receivedAt: number): void {
  const at = date === null ? Number.NaN : Date.parse(date);
  // A clock that was set in between bounds nothing.
  if (Number.isNaN(at) || receivedAt < sentAt) return;
  offset = Math.min(Math.max(offset, at - receivedAt), at + 999 - sentAt);
}

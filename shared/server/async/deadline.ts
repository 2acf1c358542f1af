/** A timer that is this late belongs to a process that stood still: a busy host, a paused machine, a laptop that slept. */
const STALL_MS = 100;
/** Time to read what arrived meanwhile: after a pause timers come before input. */
const GRACE_MS = 500;

/**
 * Calls `late` after `ms`, once. After a pause of the whole process it waits up to half a second more, so that an answer that
 * is there already still counts. Returns a function that ends it.
 */
export function setDeadline(late: () => void, ms: number): () => void {
  const due = performance.now() + ms;
  let timer = setTimeout(() => {
    if (performance.now() - due < STALL_MS) late();
    else timer = setTimeout(late, Math.min(ms, GRACE_MS));
  }, ms);
  return () => clearTimeout(timer);
}

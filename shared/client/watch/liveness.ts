/** Longest silence before the server is asked, and the wait for its answer, in milliseconds. */
export interface LivenessTimes {
  quietMs: number;
  answerMs: number;
}

export interface LivenessOptions extends LivenessTimes {
  /** Sends what a server that runs answers at once. False: nothing can be sent now. */
  ask: () => boolean;
  /** False while nobody looks: timers of hidden pages are throttled, and a silence means nothing. */
  isWatched: () => boolean;
  onChange: () => void;
}

export interface Liveness {
  /** True once the server was asked and nothing has arrived for {@link LivenessTimes.answerMs}. */
  isSilent(): boolean;
  /** Notes a packet of the server, of any kind: a slow link that still delivers is not silent. */
  heard(): void;
  /** Starts to watch a connection that has just opened. */
  start(): void;
  stop(): void;
  /** Asks at once: a page is visible again. */
  check(): void;
}

/** A timer that is later than this was held up by a busy page, a throttled tab or a machine that slept. */
const LATE_MS = 1_000;

/**
 * Notices a server that hangs: its connection stays open, and nothing arrives. Engine.IO notices after 45 seconds. A timer that
 * ends late proves nothing about the server, so it is asked again.
 */
export function createLiveness({ quietMs, answerMs, ask, isWatched, onChange }: LivenessOptions): Liveness {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let hasHeard = false;
  let isAsked = false;
  let isSilent = false;

  const setSilent = (next: boolean) => {
    if (isSilent === next) return;
    isSilent = next;
    onChange();
  };
  const wait = (ms: number) => {
    clearTimeout(timer);
    const due = Date.now() + ms;
    timer = setTimeout(() => decide(Date.now() - due > LATE_MS), ms);
  };
  const askNow = () => {
    isAsked = isWatched() && ask();
    wait(isAsked ? answerMs : quietMs);
  };
  const decide = (isLate: boolean) => {
    if (!hasHeard && isAsked && !isLate && isWatched()) {
      timer = undefined;
      return setSilent(true);
    }
    const wasQuiet = !hasHeard;
    hasHeard = false;
    isAsked = false;
    if (wasQuiet) askNow();
    else wait(quietMs);
  };

  return {
    isSilent: () => isSilent,
    heard() {
      hasHeard = true;
      if (!isSilent) return;
      isAsked = false;
      wait(quietMs);
      setSilent(false);
    },
    start() {
      hasHeard = false;
      isAsked = false;
      wait(quietMs);
    },
    stop() {
      clearTimeout(timer);
      timer = undefined;
      setSilent(false);
    },
    check() {
      if (timer === undefined) return;
      hasHeard = false;
      askNow();
    },
  };
}

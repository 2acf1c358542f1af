import type { FileChangeType } from "../../protocol/events/files.ts";

/** More changes than this within `WINDOW_MS` become one `rescan`. */
export const MAX_CHANGES = 200;
const WINDOW_MS = 100;
/** Interval of `rescan` during a flood. */
const RESCAN_MS = 300;

export interface FloodGate {
  change(type: FileChangeType, name: string): void;
  close(): void;
}

/**
 * Passes single changes on at once. A flood of changes becomes a `rescan` at its start, at intervals and after its end, so
 * that a listing read after the last one equals the disk. `onSettled` gets the number of changes in the flood.
 */
export function createFloodGate(
  onChange: (type: FileChangeType, name: string) => void,
  onSettled: (changes: number) => void,
  maxChanges = MAX_CHANGES,
): FloodGate {
  let recent = 0;
  let window: NodeJS.Timeout | undefined;
  let flood: NodeJS.Timeout | undefined;
  let held = 0;
  let total = 0;

  const endWindow = () => {
    window = undefined;
    recent = 0;
  };

  const startFlood = () => {
    onChange("rescan", "");
    total = recent;
    flood = setInterval(() => {
      if (held > 0) {
        total += held;
        held = 0;
        onChange("rescan", "");
        return;
      }
      clearInterval(flood);
      flood = undefined;
      onSettled(total);
    }, RESCAN_MS);
  };

  return {
    change(type, name) {
      if (name === "" && type !== "rescan") {
        onChange(type, name); // the folder itself was removed or created: always passed on
      } else if (flood) {
        held++;
      } else {
        window ??= setTimeout(endWindow, WINDOW_MS);
        if (++recent > maxChanges) startFlood();
        else onChange(type, name);
      }
    },
    close() {
      clearTimeout(window);
      clearInterval(flood);
    },
  };
}

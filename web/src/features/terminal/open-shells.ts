import { createSignal } from "solid-js";
import type { Shell } from "../../../../shared/protocol/shell.ts";
import type { ShellEnd } from "../../../../shared/protocol/shell-limits.ts";

export interface OpenShell {
  shell: Shell;
  /** Counts the shells of this visit, from 1. */
  number: number;
  attached: boolean;
  /** How it ended; undefined while it runs. */
  end?: { code: ShellEnd; exitCode: number | undefined };
  error?: string;
}

/** The shells that a page shows, in the order they were opened, and the one in front. */
export function createOpenShells() {
  const [shells, setShells] = createSignal<readonly OpenShell[]>([]);
  const [active, setActive] = createSignal<string>();
  let count = 0;
  const find = (id: string) => shells().find(({ shell }) => shell.id === id);
  return {
    all: shells,
    ids: () => shells().map(({ shell }) => shell.id),
    find,
    /** Id of the shell in front; undefined if none is open. */
    active,
    activate: (id: string): void => void setActive(id),
    /** Adds a shell in front of the others; does nothing if it is open already. */
    add(shell: Shell): void {
      if (find(shell.id)) return;
      setActive(shell.id); // first: a screen that is created hidden has no size, and receives no keys
      setShells((old) => [...old, { shell, number: ++count, attached: false }]);
    },
    update(id: string, change: Partial<Omit<OpenShell, "shell" | "number">>): void {
      setShells((old) => old.map((open) => (open.shell.id === id ? { ...open, ...change } : open)));
    },
    /** Removes a shell; if it was in front, the newest of the others takes its place. */
    remove(id: string): void {
      setShells((old) => old.filter(({ shell }) => shell.id !== id));
      if (active() === id) setActive(shells().at(-1)?.shell.id);
    },
    clear: (): void => void setShells([]),
  };
}

export type OpenShells = ReturnType<typeof createOpenShells>;

import { createSignal } from "solid-js";

/**
 * Which rows are on the screen, up to `limit`: each one shown costs a live subscription, and the server grants
 * a viewer only so many.
 */
export function createVisibleRows(limit: number) {
  const [visible, setVisible] = createSignal<readonly string[]>([]);
  const observer = new IntersectionObserver((entries) => {
    setVisible((old) => {
      const next = new Set(old);
      for (const entry of entries) {
        const id = (entry.target as HTMLElement).dataset.row;
        if (!id) continue;
        if (entry.isIntersecting) next.add(id);
        else next.delete(id);
      }
      return [...next];
    });
  });
  return {
    /** Whether the row is one of the first `limit` on the screen. */
    has: (id: string) => {
      const at = visible().indexOf(id);
      return at !== -1 && at < limit;
    },
    /** Watches a row's element, which carries its id as `data-row`; returns the clean-up. */
    watch(element: HTMLElement) {
      observer.observe(element);
      return () => {
        observer.unobserve(element);
        setVisible((old) => old.filter((id) => id !== element.dataset.row));
      };
    },
    dispose: () => observer.disconnect(),
  };
}

export type VisibleRows = ReturnType<typeof createVisibleRows>;

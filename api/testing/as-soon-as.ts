import { HANG_MS } from "../../shared/testing/eventually.ts";

/**
 * Resolves as soon as `check` holds, which it asks without a pause: for a state that soon passes. Throws after
 * {@link HANG_MS}. `eventually` asks less often the longer it waits.
 */
export async function asSoonAs(check: () => Promise<boolean>): Promise<void> {
  const start = performance.now();
  while (!(await check())) {
    if (performance.now() - start >= HANG_MS) throw new Error(`the condition did not hold within ${HANG_MS} ms`);
  }
}

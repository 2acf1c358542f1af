/** Numbers of log lines after which the heap of the page is measured. */
export const measuredAt = (quick: boolean): [number, number] => (quick ? [100_000, 500_000] : [1_000_000, 10_000_000]);

import { formatCount } from "../../lib/format.ts";

/** Texts of the jobs button. Apart from the others: the frame loads them with every page. */
export const trayMessages = {
  label: (running: number, failed: number) =>
    ["Jobs", running > 0 && `${running} running`, failed > 0 && `${failed} failed`].filter(Boolean).join(", "),
} as const;

/** Texts of the list of jobs and of one job's progress. */
export const jobMessages = {
  title: "Jobs",
  empty: "No jobs in the last hour.",
  working: "In progress.",
  cancel: "Cancel",
  all: "All activity",
  open: "Open in Activity",
  output: "Output",
  linesDropped: (count: number) =>
    `${formatCount(count)} earlier ${count === 1 ? "line is" : "lines are"} not shown here.`,
} as const;

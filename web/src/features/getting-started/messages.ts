import type { Step, StepId } from "../../../../shared/protocol/getting-started.ts";

/** Texts of the first steps. */
export const messages = {
  title: "Getting started",
  note: "What was found on this server, and what is missing. Every line is checked while this page is open; the panel runs none of the commands.",
  progress: (done: number, all: number) => `${done} of ${all} done`,
  checkAgain: "Check again",
  dismiss: "Dismiss",
  dismissed: "Dismissed. The menu of your account opens this list again.",
  dismissedNote: "This list is dismissed: Watch does not show it.",
  showAgain: "Show on Watch",
  shownAgain: "Watch shows this list again",
  asRoot: "Run as root:",
  copy: (step: string) => `Copy the command for ${step}`,
  open: "Continue",
  states: {
    done: "Ready",
    todo: "To do",
    optional: "Optional",
    unknown: "Unknown",
  } satisfies Record<Step["state"], string>,
  steps: {
    docker: "Docker",
    compose: "Docker Compose",
    pm2: "PM2",
    nginx: "nginx",
    "second-factor": "Second factor",
    alerts: "Where alerts go",
    files: "Files",
    mcp: "Programs for MCP servers",
  } satisfies Record<StepId, string>,
  links: {
    docker: "Containers",
    compose: "Stacks",
    pm2: "Processes",
    "second-factor": "Your account",
    alerts: "Channels",
    files: "Open Files",
    mcp: "Settings",
  } as Partial<Record<StepId, string>>,
} as const;

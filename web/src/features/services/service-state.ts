import type { Service, ServiceAction } from "../../../../shared/protocol/service.ts";
import type { Tone } from "../../ui/index.ts";

export interface Look {
  tone: Tone;
  pulse: boolean;
  text: string;
}

/** How a container's state and health look together. */
export function lookOf({ state, health }: Pick<Service, "state" | "health">): Look {
  switch (state) {
    case "running":
      if (health === "unhealthy") return { tone: "bad", pulse: false, text: "Unhealthy" };
      if (health === "starting") return { tone: "info", pulse: true, text: "Starting" };
      return { tone: "ok", pulse: false, text: health === "healthy" ? "Healthy" : "Running" };
    case "restarting":
      return { tone: "warn", pulse: true, text: "Restarting" };
    case "removing":
      return { tone: "warn", pulse: true, text: "Removing" };
    case "paused":
      return { tone: "warn", pulse: false, text: "Paused" };
    case "dead":
      return { tone: "bad", pulse: false, text: "Dead" };
    case "created":
      return { tone: "neutral", pulse: false, text: "Created" };
    case "exited":
      return { tone: "neutral", pulse: false, text: "Stopped" };
  }
}

export type ServiceDeed = ServiceAction | "remove" | "pause" | "unpause" | "kill" | "rename" | "update" | "recreate";

/** The words while it happens and once it has happened. */
export const deedWords: Record<ServiceDeed, { doing: string; done: string; verb: string }> = {
  start: { verb: "Start", doing: "Starting", done: "started" },
  stop: { verb: "Stop", doing: "Stopping", done: "stopped" },
  restart: { verb: "Restart", doing: "Restarting", done: "restarted" },
  remove: { verb: "Remove", doing: "Removing", done: "removed" },
  pause: { verb: "Pause", doing: "Pausing", done: "paused" },
  unpause: { verb: "Go on", doing: "Going on", done: "goes on" },
  kill: { verb: "Send a signal", doing: "Signalling", done: "was sent the signal" },
  rename: { verb: "Rename", doing: "Renaming", done: "renamed" },
  update: { verb: "Change limits", doing: "Changing", done: "has its new limits" },
  recreate: { verb: "Recreate", doing: "Recreating", done: "recreated" },
};

export const isUp = (state: Service["state"]): boolean =>
  state === "running" || state === "paused" || state === "restarting";

import { gettingStartedBody } from "../../shared/protocol/getting-started.ts";
import { action } from "../actions/action.ts";
import { hostTarget } from "../actions/host-target.ts";

const changeGettingStarted = action({
  name: "getting-started:change",
  method: "PUT",
  path: "/getting-started",
  title: "Put the first steps away, or show them again, for every administrator",
  tag: "Operation",
  permission: "access:manage",
  hostScope: true,
  body: gettingStartedBody,
  mode: "respond",
  target: hostTarget(() => "getting started"),
  detail: ({ body }) => (body.dismissed ? "dismissed" : "shown again"),
  apply: async ({ body }, { deps }) => {
    deps.gettingStarted.setDismissed(body.dismissed);
    return {};
  },
});

export const gettingStartedActions = [changeGettingStarted] as const;

import { Show } from "solid-js";
import { StepUpHost } from "./features/access/account/StepUp.tsx";
import { Bell } from "./features/alerts/bell/Bell.tsx";
import { JobsTray } from "./features/jobs/JobsTray.tsx";
import { lazy } from "./lib/load-part.ts";
import { useSession } from "./lib/session.ts";
import { routes } from "./routes.tsx";
import { Desk, type DeskDeps } from "./shell/Desk.tsx";

const Palette = lazy(() => import("./Palette.tsx"));

/** The only place where features meet the frame: pages, tools of the header, commands of the palette, dialogs. */
export function SignedInApp(props: { deps: DeskDeps }) {
  return (
    <Desk deps={props.deps} routes={routes} parts={{ HeaderTools, Palette }}>
      <StepUpHost />
    </Desk>
  );
}

function HeaderTools(props: { onNavigate: (href: string) => void }) {
  const session = useSession();
  return (
    <>
      <Show when={session.may("services:control")}>
        <JobsTray />
      </Show>
      <Show when={session.may("alerts:view")}>
        <Bell onNavigate={props.onNavigate} />
      </Show>
    </>
  );
}

import ListChecks from "lucide-solid/icons/list-checks";
import { onCleanup, Show } from "solid-js";
import { useJobs } from "../../lib/jobs/jobs.ts";
import { lazy, loadPart } from "../../lib/load-part.ts";
import { PanelButton } from "../../ui/PanelButton.tsx";
import { toast } from "../../ui/toast.tsx";
import { trayMessages } from "./messages.ts";

const JobsPanel = lazy(() => import("./JobsPanel.tsx"));

/** The jobs button of the header: counts running and failed jobs, and opens their list. */
export function JobsTray() {
  const jobs = useJobs();
  onCleanup(jobs.start());
  onCleanup(
    jobs.whenEnded((job, mine) => {
      if (!mine) return;
      void loadPart(() => import("./job-labels.ts")).then(({ jobEnd }) => {
        if (job.state === "failed") toast.error(jobEnd(job), job.error?.detail);
        else if (job.state === "cancelled") toast.info(jobEnd(job));
        else toast.success(jobEnd(job));
      });
    }),
  );
  const running = () => jobs.running().length;
  const failed = () => jobs.unseen().size;
  return (
    <PanelButton
      class={running() === 0 ? "button-icon jobs-button" : "jobs-button"}
      label={trayMessages.label(running(), failed())}
      panel={(anchor, onClose) => <JobsPanel anchor={anchor} onClose={onClose} />}
    >
      <Show when={running() > 0} fallback={<ListChecks size={16} />}>
        <span class="spinner" />
        <span class="num">{running()}</span>
      </Show>
      <Show when={failed() > 0}>
        <span class="nav-alert" />
      </Show>
    </PanelButton>
  );
}

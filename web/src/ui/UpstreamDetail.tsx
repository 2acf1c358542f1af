import { Show } from "solid-js";

/** The own words of what stands behind a refusal (Docker, a registry, PM2), below our sentence. */
export function UpstreamDetail(props: { text: string | null | undefined }) {
  return (
    <Show when={props.text}>
      <code class="upstream-detail">{props.text}</code>
    </Show>
  );
}

import { Show } from "solid-js";

/** The error of Docker, a registry, PM2 or an MCP server, below the sentence of the panel. */
export function UpstreamDetail(props: { text: string | null | undefined }) {
  return (
    <Show when={props.text}>
      <code class="upstream-detail">{props.text}</code>
    </Show>
  );
}

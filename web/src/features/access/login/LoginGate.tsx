import type { JSX } from "solid-js";
import { publicFile } from "../../../lib/urls.ts";
import "./login-gate.css";

/** Frame of the pages before sign-in. */
export function LoginGate(props: { title: string; note: JSX.Element; foot?: JSX.Element; children: JSX.Element }) {
  return (
    <div class="gate-page">
      <main class="gate-box">
        <header class="gate-head">
          <img src={publicFile("icon.svg")} alt="" width="34" height="34" />
          <h1>{props.title}</h1>
          <p class="muted">{props.note}</p>
        </header>
        {props.children}
      </main>
      <footer class="gate-note">{props.foot}</footer>
    </div>
  );
}

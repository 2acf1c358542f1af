import type { JSX } from "solid-js";
import { BrandMark } from "../../../ui/BrandMark.tsx";
import "./login-gate.css";

/** Frame of the pages before sign-in. */
export function LoginGate(props: { title: string; note: JSX.Element; foot?: JSX.Element; children: JSX.Element }) {
  return (
    <div class="gate-page">
      <main class="gate-box">
        <header class="gate-head">
          <BrandMark size={34} />
          <h1>{props.title}</h1>
          <p class="muted">{props.note}</p>
        </header>
        {props.children}
      </main>
      <footer class="gate-note">{props.foot}</footer>
    </div>
  );
}

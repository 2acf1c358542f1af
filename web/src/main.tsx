import { render } from "solid-js/web";
import "@fontsource-variable/geist/wght.css";
import "@fontsource-variable/geist-mono/wght.css";
import "./ui/fonts/latin.css";
import "./ui/styles/index.css";
import { App } from "./App.tsx";
import { api } from "./lib/api.ts";
import { lazy } from "./lib/load-part.ts";
import { createSession } from "./lib/session.ts";

const root = document.getElementById("root");
const session = createSession(api);
const SignedIn = lazy(() => import("./SignedInPage.tsx"));
if (root) render(() => <App session={session} SignedIn={SignedIn} />, root);

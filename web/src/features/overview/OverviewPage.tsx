import { useNavigate } from "@solidjs/router";
import { Overview } from "./Overview.tsx";

export default function OverviewPage() {
  const navigate = useNavigate();
  return <Overview onNavigate={navigate} />;
}

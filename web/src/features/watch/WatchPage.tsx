import { useNavigate } from "@solidjs/router";
import { Watch } from "./Watch.tsx";

export default function WatchPage() {
  const navigate = useNavigate();
  return <Watch onNavigate={navigate} />;
}

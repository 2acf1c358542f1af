import { useNavigate, useParams } from "@solidjs/router";
import { isSectionName, SettingsView } from "./SettingsView.tsx";

export default function SettingsPage() {
  const params = useParams<{ section?: string }>();
  const navigate = useNavigate();
  const section = () => (isSectionName(params.section) ? params.section : "storage");
  return <SettingsView section={section()} onSection={(name) => navigate(`/settings/${name}`)} />;
}

import type { AuditActor, AuditOutcome } from "../../shared/protocol/account.ts";

export interface AuditEvent {
  action: string;
  outcome: AuditOutcome;
  status?: number;
  actor: AuditActor;
  target: string;
  requestId: string;
  address: string;
  detail?: string;
}

/** Sentences of refusals about containers. */
export const messages = {
  hidden: "You are not allowed to see this container.",
  nameTaken: "This name is already taken.",
  otherCpuLimit: "The processors of this container are limited by quota and period, which this action cannot change.",
  noRestartPolicy: "A container that is removed when it stops cannot have a restart policy.",
  tooManyCpus: "The host has fewer processors than this.",
  limitsRefused: "The Docker Engine does not accept these limits for this container.",
} as const;

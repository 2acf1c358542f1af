/** Sentences of the health routes. */
export const messages = {
  notReady: "A dependency that the API requires does not respond.",
  redisSilent: "Redis does not respond at REDIS_URL.",
} as const;

import { expect, test } from "vitest";
import { bearerParameters } from "./bearer-challenge.ts";

test.for([
  [null, {}],
  ["", {}],
  ["Bearer", {}],
  [`Bearer resource_metadata="https://a/b", scope="r w"`, { resource_metadata: "https://a/b", scope: "r w" }],
  [`bearer realm = "x" , scope= 'r w'`, { realm: "x", scope: "r w" }],
  ["Bearer error=invalid_token, scope=read", { error: "invalid_token", scope: "read" }],
  [`Basic realm="scope=evil", Bearer scope="read"`, { scope: "read" }],
  [`Bearer scope="read", Basic realm="x", scope="other"`, { scope: "read" }],
  [
    `Bearer error_description="wants scope=\\"all\\", resource_metadata=x", scope="read"`,
    {
      error_description: `wants scope="all", resource_metadata=x`,
      scope: "read",
    },
  ],
  [`Digest realm="x"`, {}],
  [`Bearer SCOPE="a", scope="b"`, { scope: "a" }],
  [`Bearer __proto__="x"`, JSON.parse(`{"__proto__":"x"}`)],
] as const)("reads %s", ([header, parameters]) => {
  expect({ ...bearerParameters(header) }).toEqual({ ...parameters });
});

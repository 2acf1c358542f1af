import { expect, test } from "vitest";
import { growth } from "../testing/growth.ts";
import { maskArguments, maskLabels } from "./masking.ts";

test("masks values of labels whose key names a secret, and passwords inside URLs", () => {
  expect(
    maskLabels({
      "com.example.db_password": "abc123",
      API_KEY: "abc123",
      "auth.Token": "abc123",
      url: "postgres://ada:abc123@db/main",
      "com.docker.compose.project": "shop",
      "traefik.http.middlewares.login.basicauth.users": "ada:$apr1$x",
      "org.opencontainers.image.authors": "Ada",
      hook: "https://example.com/hook?token=abc123&room=1",
    }),
  ).toEqual({
    "com.example.db_password": "********",
    API_KEY: "********",
    "auth.Token": "********",
    url: "postgres://ada:********@db/main",
    "com.docker.compose.project": "shop",
    "traefik.http.middlewares.login.basicauth.users": "********",
    "org.opencontainers.image.authors": "Ada",
    hook: "https://example.com/hook?token=********&room=1",
  });
});

test.each([
  [
    ["server", "--password", "abc123", "--port", "80"],
    ["server", "--password", "********", "--port", "80"],
  ],
  [
    ["server", "--api-key=abc123"],
    ["server", "--api-key=********"],
  ],
  [
    ["sh", "-c", "DB_PASSWORD=abc123 PORT=80 run"],
    ["sh", "-c", "DB_PASSWORD=******** PORT=80 run"],
  ],
  [
    ["curl", "-d", '{"user": "ada", "password": "abc \\" 123", "api-key":"abc123", "tokens": 5}'],
    ["curl", "-d", '{"user": "ada", "password": "********", "api-key":"********", "tokens": 5}'],
  ],
  [
    ["redis-server", "--requirepass", "abc123", "--appendonly", "yes"],
    ["redis-server", "--requirepass", "********", "--appendonly", "yes"],
  ],
  [
    ["sh", "-c", "exec redis-server --requirepass 'abc 123' --port 6379"],
    ["sh", "-c", "exec redis-server --requirepass ******** --port 6379"],
  ],
  [
    ["sh", "-c", 'DB_PASSWORD="abc 123" run'],
    ["sh", "-c", "DB_PASSWORD=******** run"],
  ],
  [
    ["git-sync", "https://ghp_0123456789abcdef0123@github.com/a/b", "https://ada@example.com/c"],
    ["git-sync", "https://********@github.com/a/b", "https://ada@example.com/c"],
  ],
  [
    ["git-sync", "https://x-access-token:abc123@github.com/a/b"],
    ["git-sync", "https://x-access-token:********@github.com/a/b"],
  ],
  [
    ["worker", "redis://ada:a@b:c@cache/0", "http://h:80/a@b", "http://h:80?to=a@b"],
    ["worker", "redis://ada:********@cache/0", "http://h:80/a@b", "http://h:80?to=a@b"],
  ],
  [
    ["curl", "-H", "Authorization: Bearer abc.123", "-H", "X-Api-Key: abc123", "-H", "Accept: */*"],
    ["curl", "-H", "Authorization: Bearer ********", "-H", "X-Api-Key: ********", "-H", "Accept: */*"],
  ],
  [
    ["server", '{"Authorization": "Basic abc123", "author": "Ada"}', '"{\\"password\\":\\"abc123\\",\\"port\\":80}"'],
    ["server", '{"Authorization": "********", "author": "Ada"}', '"{\\"password\\":\\"********\\",\\"port\\":80}"'],
  ],
  [
    ["docker-credential-pass: not found", "unexpected token: }", "authority: none"],
    ["docker-credential-pass: not found", "unexpected token: }", "authority: none"],
  ],
  [
    ["worker", "redis://:abc123@cache"],
    ["worker", "redis://:********@cache"],
  ],
  [
    ["server", "--password", "--verbose"],
    ["server", "--password", "--verbose"],
  ],
  [
    ["nginx", "-g", "daemon off;"],
    ["nginx", "-g", "daemon off;"],
  ],
])("masks what %j gives away", (args, shown) => {
  expect(maskArguments(args)).toEqual(shown);
});

test.each(["a", "a=", "a-", " -a", "a://", "a:/", 'a="', "--a ", "a@", ":", "a-key", '\\"a\\":', "a://a:"])(
  "is not slowed down by %j again and again, as a hostile image may write it",
  async (piece) => {
    expect(await growth((size) => maskArguments([piece.repeat(size)]), 25_000)).toBeLessThan(24);
  },
);

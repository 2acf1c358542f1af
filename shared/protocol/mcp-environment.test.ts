import { expect, test } from "vitest";
import { mayBeSet } from "./mcp-environment.ts";

test("refuses variables by which a listed program would run something else, whole families of them", () => {
  const refused = [
    "PYTHONPYCACHEPREFIX",
    "pythonpath",
    "NODE_COMPILE_CACHE",
    "NODE_V8_COVERAGE",
    "NODE_REDIRECT_WARNINGS",
    "XDG_CACHE_HOME",
    "XDG_DATA_HOME",
    "DOCKER_HOST",
    "DOCKER_CONFIG",
    "KUBECONFIG",
    "AWS_CONFIG_FILE",
    "GOFLAGS",
    "BUNDLE_GEMFILE",
    "JAVA_OPTS",
    "LD_PRELOAD",
    "Path",
    "npm_config_registry",
    "PERL5LIB",
  ];
  expect(refused.filter(mayBeSet)).toEqual([]);
});

test("takes variables that say how a program prints, and those of its own", () => {
  const taken = ["API_TOKEN", "NODE_ENV", "PYTHONUNBUFFERED", "AWS_ACCESS_KEY_ID", "GITHUB_TOKEN", "DEBUG", "PORT"];
  expect(taken.filter((name) => !mayBeSet(name))).toEqual([]);
});

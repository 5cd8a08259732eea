import { Presence } from "#server/realtime/presence.ts";
import { ManualClock } from "#server/lib/manual-clock.ts";
import type { CallWatchers } from "#shared/contract/sockets.ts";
import { expect, test } from "vitest";

const DANA = { accountId: "acc_dana", name: "Dana" };
const BEA = { accountId: "acc_bea", name: "Bea" };

/** Two servers that hear each other. */
function twoServers() {
  const clock = new ManualClock();
  const shown: Record<string, CallWatchers[]> = { one: [], two: [] };
  const one = new Presence({ server: "one", clock });
  const two = new Presence({ server: "two", clock });
  const link = { isUp: true };
  one.attach(
    (message) => shown["one"]?.push(message),
    (local) => link.isUp && two.heard(local),
  );
  two.attach(
    (message) => shown["two"]?.push(message),
    (local) => one.heard(local),
  );
  const seen = (server: "one" | "two") =>
    shown[server]?.at(-1)?.watchers.map(({ name, listening }) => `${name}${listening ? " hears" : ""}`);
  return { clock, one, two, shown, seen, link };
}

test("[CL346] everybody who watches a call is told who else does, whichever server they are on", () => {
  const { clock, one, two, seen } = twoServers();
  one.joined("call_1", "socket a", DANA);
  two.joined("call_1", "socket b", BEA);
  clock.advance(1000);
  expect([seen("one"), seen("two")]).toEqual([
    ["Bea", "Dana"],
    ["Bea", "Dana"],
  ]);
  two.listening("call_1", "socket b", true);
  clock.advance(1000);
  expect(seen("one")).toEqual(["Bea hears", "Dana"]);
  two.gone("socket b");
  clock.advance(1000);
  expect([seen("one"), seen("two")]).toEqual([["Dana"], ["Dana"]]);
});

test("[CL346] a person with two pages is one watcher until the last page is closed; a burst is shown once", () => {
  const { clock, one, shown, seen } = twoServers();
  one.joined("call_1", "socket a", DANA);
  one.joined("call_1", "socket b", DANA);
  one.joined("call_1", "socket b", DANA);
  clock.advance(1000);
  expect(shown["one"]).toHaveLength(1);
  expect(seen("one")).toEqual(["Dana"]);
  one.left("call_1", "socket a");
  clock.advance(1000);
  expect(seen("one")).toEqual(["Dana"]);
  one.left("call_1", "socket b");
  clock.advance(1000);
  expect(seen("one")).toEqual([]);
});

test("[CL346] whoever was on a server that died is forgotten within half a minute", () => {
  const { clock, one, two, seen, link } = twoServers();
  one.joined("call_1", "socket a", DANA);
  two.joined("call_1", "socket b", BEA);
  clock.advance(20_000);
  expect(seen("two")).toEqual(["Bea", "Dana"]);
  link.isUp = false;
  clock.advance(40_000);
  expect(seen("two")).toEqual(["Bea"]);
});

test("[CL346] at most fifty names are told", () => {
  const { clock, one, shown } = twoServers();
  for (let index = 0; index < 80; index++)
    one.joined("call_1", `socket ${index}`, { accountId: `acc_${index}`, name: `Person ${index}` });
  clock.advance(1000);
  expect(shown["one"]?.at(-1)?.watchers).toHaveLength(50);
});

import type { Clock, Timer } from "#server/lib/clock.ts";
import type { CallWatchers } from "#shared/contract/sockets.ts";

/** People come and go in bursts; what is shown is gathered for this long. */
const GATHER_MS = 500;
/** What other servers said is believed for so long; each repeats itself more often. */
const REPEAT_MS = 10_000;
const BELIEVED_MS = 25_000;
/** More names than anybody reads. */
const MAX_NAMES = 50;

export type Present = { accountId: string; name: string; listening: boolean };
/** Who of the staff watches a call on one server. */
export type LocalPresence = { server: string; callId: string; people: Present[] };

type Deps = {
  /** This server's name among the others. */
  server: string;
  clock: Clock;
};

type Told = { people: Present[]; untilMs: number };

/**
 * Which members of the staff have a call's page open, on all servers. Each server counts its own sockets and tells the others; what a server said is
 * forgotten when it does not say it again, so a dead one leaves nobody behind.
 */
export class Presence {
  readonly #deps: Deps;
  /** callId → socket → who. */
  readonly #here = new Map<string, Map<string, Present>>();
  /** callId → server → who. */
  readonly #elsewhere = new Map<string, Map<string, Told>>();
  readonly #changed = new Set<string>();
  readonly #tellSoon = new Set<string>();
  readonly #repeating: Timer;
  #show: (message: CallWatchers) => void = () => undefined;
  #tell: (local: LocalPresence) => void = () => undefined;
  #gathering: Timer | null = null;

  constructor(deps: Deps) {
    this.#deps = deps;
    this.#repeating = deps.clock.every(REPEAT_MS, () => this.#repeat());
  }

  /** `show`: to watchers here; `tell`: to the other servers. */
  attach(show: (message: CallWatchers) => void, tell: (local: LocalPresence) => void) {
    this.#show = show;
    this.#tell = tell;
  }

  stop() {
    this.#repeating.cancel();
    this.#gathering?.cancel();
  }

  /** Again by the same socket changes nothing, but it is shown the list. */
  joined(callId: string, socketId: string, { accountId, name }: Pick<Present, "accountId" | "name">) {
    const sockets = this.#here.get(callId) ?? new Map<string, Present>();
    this.#here.set(callId, sockets);
    const listening = sockets.get(socketId)?.listening ?? false;
    sockets.set(socketId, { accountId, name, listening });
    this.#change(callId);
  }

  left(callId: string, socketId: string) {
    const sockets = this.#here.get(callId);
    if (sockets?.delete(socketId) !== true) return;
    if (sockets.size === 0) this.#here.delete(callId);
    this.#change(callId);
  }

  /** The socket is closed. */
  gone(socketId: string) {
    for (const callId of this.#here.keys()) this.left(callId, socketId);
  }

  /** Whether somebody who watches the call hears it as well. */
  listening(callId: string, socketId: string, listening: boolean) {
    const sockets = this.#here.get(callId);
    const one = sockets?.get(socketId);
    if (sockets === undefined || one === undefined || one.listening === listening) return;
    sockets.set(socketId, { ...one, listening });
    this.#change(callId);
  }

  /** Another server says who watches there. */
  heard({ server, callId, people }: LocalPresence) {
    const servers = this.#elsewhere.get(callId) ?? new Map<string, Told>();
    const before = servers.get(server)?.people ?? [];
    if (people.length === 0) servers.delete(server);
    else servers.set(server, { people, untilMs: this.#deps.clock.monotonicMs() + BELIEVED_MS });
    if (servers.size === 0) this.#elsewhere.delete(callId);
    else this.#elsewhere.set(callId, servers);
    if (JSON.stringify(before) !== JSON.stringify(people)) this.#showSoon(callId);
  }

  #change(callId: string) {
    this.#tellSoon.add(callId);
    this.#showSoon(callId);
  }

  #showSoon(callId: string) {
    this.#changed.add(callId);
    this.#gathering ??= this.#deps.clock.after(GATHER_MS, () => this.#gathered());
  }

  #gathered() {
    this.#gathering = null;
    for (const callId of this.#tellSoon) this.#tellOthers(callId);
    this.#tellSoon.clear();
    for (const callId of this.#changed) this.#show({ callId, watchers: this.#watchersOf(callId) });
    this.#changed.clear();
  }

  #tellOthers(callId: string) {
    this.#tell({ server: this.#deps.server, callId, people: this.#peopleHere(callId) });
  }

  #repeat() {
    for (const callId of this.#here.keys()) this.#tellOthers(callId);
    const nowMs = this.#deps.clock.monotonicMs();
    for (const [callId, servers] of this.#elsewhere) {
      for (const [server, { untilMs }] of servers) {
        if (untilMs <= nowMs) this.heard({ server, callId, people: [] });
      }
    }
  }

  /** One row for each person, however many pages they have open. */
  #peopleHere(callId: string): Present[] {
    return onceEach([...(this.#here.get(callId)?.values() ?? [])]);
  }

  #watchersOf(callId: string): CallWatchers["watchers"] {
    const elsewhere = [...(this.#elsewhere.get(callId)?.values() ?? [])].flatMap(({ people }) => people);
    return onceEach([...this.#peopleHere(callId), ...elsewhere]).map(({ name, listening }) => ({
      name,
      listening,
    }));
  }
}

function onceEach(people: readonly Present[]): Present[] {
  const byAccount = new Map<string, Present>();
  for (const one of people) {
    const listening = one.listening || byAccount.get(one.accountId)?.listening === true;
    byAccount.set(one.accountId, { ...one, listening });
  }
  return [...byAccount.values()]
    .toSorted((a, b) => a.name.localeCompare(b.name) || a.accountId.localeCompare(b.accountId))
    .slice(0, MAX_NAMES);
}

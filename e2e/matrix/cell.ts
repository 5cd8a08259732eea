import type { Act, Callee } from "#e2e/matrix/callees.ts";
import { checkCall } from "#e2e/matrix/check-call.ts";
import { type Fault, finalsOf, type Target } from "#e2e/matrix/faults.ts";
import { Seeded } from "#e2e/matrix/seeded.ts";
import { type Api, journalOf } from "#e2e/support/api.ts";
import { isUnderWay, type TestSandbox } from "#e2e/support/sandbox.ts";
import { until } from "#e2e/support/wait.ts";
import { callCase, type World } from "#e2e/support/world.ts";
import { loadOrMakeKeys } from "#server/lib/stored-keys.ts";
import { createSeals } from "#server/lib/sealed.ts";
import type { CallView } from "#shared/call/view.ts";
import { type CallStatus, canCancel, canHangUp, isFinal } from "#shared/call/status.ts";

/** One call: this callee, under this fault. */
export type Cell = { readonly callee: Callee; readonly fault: Fault };

export type CellResult = {
  readonly cell: Cell;
  readonly callId: string | null;
  readonly status: CallStatus | null;
  readonly reason: string | null;
  /** What is not as it must be; empty is good. */
  readonly problems: string[];
  /** Its journal without anything that people said. */
  readonly trace: string[];
  readonly tookMs: number;
};

/** Three attempts that ring out, or a talk that is taken up three times. */
const ENDS_WITHIN_MS = 150_000;
const LOOK_EVERY_MS = 400;

export const nameOf = ({ callee, fault }: Cell): string => `${callee.name}/${fault.name}`;

/** The name under which the voice model knows this person: the blind index of their number. */
function personOf(world: World, number: string): string {
  const { fieldKeys, indexKey } = loadOrMakeKeys(world.ringside.dataDir);
  return createSeals(fieldKeys, indexKey).blindIndex(number);
}

/** The first moment at which the act is due, or null when the call is over before. */
async function momentFor(api: Api, callId: string, { at }: Act): Promise<CallStatus | null> {
  const found = await until(
    `the call is ${at}`,
    async () => {
      const view = await api.call.get({ callId });
      const isThere = at === "opening heard" ? view.openingHeard : at === "requested" || view.status === at;
      return isThere || isFinal(view.status) ? view.status : null;
    },
    ENDS_WITHIN_MS,
    LOOK_EVERY_MS / 4,
  );
  return isFinal(found) ? null : found;
}

async function perform(act: Act, { sandbox, number }: Target, api: Api, callId: string): Promise<void> {
  const status = await momentFor(api, callId, act);
  if (status === null) return;
  if (act.what === "cancel" && canCancel(status)) await api.call.cancel({ callId });
  if (act.what === "hang up" && canHangUp(status)) await api.call.hangUp({ callId });
  if (act.what === "press 9") {
    const live = (await sandbox.calls(number)).find(isUnderWay);
    if (live !== undefined) await sandbox.press(live.sid, "9");
  }
}

/** The phone call of this person whose media stream is open; null when the call is over before there is one. */
async function streaming(
  sandbox: TestSandbox,
  number: string,
  isOver: () => boolean,
): Promise<string | null> {
  const found = await until(
    "a media stream",
    async () => {
      const live = (await sandbox.calls(number)).find(({ streams }) =>
        streams.some(({ state }) => state === "open"),
      );
      return live?.sid ?? (isOver() ? "over" : null);
    },
    ENDS_WITHIN_MS,
    LOOK_EVERY_MS,
  );
  return found === "over" ? null : found;
}

/** The view at the end; or as it is when the end does not come. */
async function lastView(api: Api, callId: string): Promise<CallView> {
  const look = () => api.call.get({ callId });
  const isOver = async () => {
    const view = await look();
    return isFinal(view.status) && view;
  };
  return until("the call is over", isOver, ENDS_WITHIN_MS, LOOK_EVERY_MS).catch(look);
}

async function play(world: World, cell: Cell, seed: number): Promise<Omit<CellResult, "cell" | "tookMs">> {
  const { callee, fault } = cell;
  const about = `errand ${seed}-${nameOf(cell)}`;
  const objective = `Find out what is broken (${about}).`;
  const { consumer, business, request } = await callCase(world, callee.script, undefined, {
    objective,
  });
  const { number } = consumer;
  const random = new Seeded(seed, nameOf(cell));
  const target = { sandbox: world.sandbox, number, person: personOf(world, number), about, random };
  await fault.arm?.(target);
  const callId = await request();
  const { api } = business;
  let isOver = false;
  const strike =
    fault.strike &&
    (async () => {
      const sid = await streaming(world.sandbox, number, () => isOver);
      if (sid !== null) await fault.strike?.(target, sid);
    });
  const doings = Promise.allSettled([
    callee.act === undefined ? null : perform(callee.act, target, api, callId),
    strike?.(),
  ]);
  const view = await lastView(api, callId);
  isOver = true;
  const failed = (await doings).flatMap((doing) =>
    doing.status === "rejected" ? [String(doing.reason)] : [],
  );
  const phone = await world.sandbox.calls(number);
  const events = await journalOf(api, callId);
  const evidence = { view, phone, events, finals: finalsOf(callee, fault) };
  const problems = isFinal(view.status) ? checkCall(evidence) : ["it does not end"];
  return {
    callId,
    status: view.status,
    reason: view.endReason,
    problems: [...problems, ...failed],
    trace: events.map(({ seq, at, type }) => `${seq} ${at} ${type}`),
  };
}

/** Plays one call from sign-up to its end and judges it. Never throws: what can't be judged is a problem. */
export async function runCell(world: World, cell: Cell, seed: number): Promise<CellResult> {
  const startedMs = performance.now();
  const took = () => Math.round(performance.now() - startedMs);
  try {
    return { cell, ...(await play(world, cell, seed)), tookMs: took() };
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? ` (${error.cause.message})` : "";
    const problems = [`${error instanceof Error ? error.message : String(error)}${cause}`];
    return { cell, callId: null, status: null, reason: null, problems, trace: [], tookMs: took() };
  }
}

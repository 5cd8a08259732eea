import { AnsweringMachine } from "#server/sandbox/callees/answering-machine.ts";
import * as characters from "#server/sandbox/callees/characters.ts";
import * as difficult from "#server/sandbox/callees/difficult-people.ts";
import { FaxMachine } from "#server/sandbox/callees/fax-machine.ts";
import * as machines from "#server/sandbox/callees/machines.ts";
import type { Speak } from "#server/sandbox/callees/mouth.ts";
import * as people from "#server/sandbox/callees/people.ts";
import { type Recital, Reciter } from "#server/sandbox/callees/reciter.ts";
import { Relay } from "#server/sandbox/callees/relay.ts";
import type { CalleeScript } from "#server/sandbox/callees/script.ts";
import { Talker } from "#server/sandbox/callees/talker.ts";
import type { CalleePlan, Verdict } from "#server/sandbox/phone/callee.ts";

type Role = (speak: Speak) => CalleePlan;

const MACHINE_AFTER_RING_MS = 4000;
/** Until the person who was fetched is at the phone. */
const FETCHED_AFTER_MS = 2500;

/** A person by script; machine detection takes them for one unless told otherwise. */
export const played =
  (script: CalleeScript, verdict: Verdict = "human"): Role =>
  (speak) => ({
    kind: "answers",
    afterRingMs: script.afterRingMs,
    verdict,
    pickUp: () => new Talker(script, speak),
  });

const fetched =
  (first: CalleeScript, second: CalleeScript, verdict: Verdict): Role =>
  (speak) => ({
    kind: "answers",
    afterRingMs: first.afterRingMs,
    verdict,
    pickUp: () => new Relay(new Talker(first, speak), FETCHED_AFTER_MS, new Talker(second, speak)),
  });

const recited =
  (recital: Recital, verdict: Verdict): Role =>
  (speak) => ({
    kind: "answers",
    afterRingMs: MACHINE_AFTER_RING_MS,
    verdict,
    pickUp: () => new Reciter(recital, speak),
  });

const PERSON_BEHIND_SCREENER: CalleeScript = {
  ...people.PLEASANT,
  hello: "Hello, I am here. I saw that it is about my request.",
};

/** Everybody who can be chosen by name. What machine detection can't be sure of has the verdict "unknown", as with the real one. */
export const CAST: ReadonlyMap<string, Role> = new Map<string, Role>([
  ["pleasant", played(people.PLEASANT)],
  ["pleasant-boiler", played(people.PLEASANT_BOILER)],
  ["pleasant-fuses", played(people.PLEASANT_FUSES)],
  ["interrupts", played(characters.INTERRUPTS)],
  ["hurried", played(characters.HURRIED)],
  ["hangs-up", played(characters.HANGS_UP)],
  ["hangs-up-at-once", played(characters.HANGS_UP_AT_ONCE)],
  ["stop-calling", played(characters.STOP_CALLING)],
  ["silent", played(characters.SILENT)],
  ["hard-of-hearing", played(difficult.HARD_OF_HEARING)],
  ["hostile", played(difficult.HOSTILE)],
  ["child", played(difficult.CHILD)],
  ["child-fetches-parent", fetched(difficult.CHILD_WHO_FETCHES, difficult.FETCHED_PARENT, "human")],
  ["asks-robot", played(difficult.ASKS_ROBOT)],
  ["wrong-person", played(difficult.WRONG_PERSON)],
  ["wants-person", played(difficult.WANTS_PERSON)],
  ["later", played(difficult.LATER)],
  ["opts-out-politely", played(difficult.OPTS_OUT_POLITELY)],
  ["opts-out-by-key", played(difficult.OPTS_OUT_BY_KEY)],
  ["endless", recited(machines.ENDLESS, "human")],
  ["screening", fetched(machines.SCREENER_WHO_FETCHES, PERSON_BEHIND_SCREENER, "unknown")],
  ["screening-refuses", played(machines.SCREENER_WHO_REFUSES, "unknown")],
  ["menu", recited(machines.MENU, "unknown")],
  ["mailbox-full", recited(machines.FULL_MAILBOX, "unknown")],
  ["fax", () => answering("fax", () => new FaxMachine())],
  ["voicemail", (speak) => answering("machine", () => new AnsweringMachine(speak))],
  ["no-answer", () => ({ kind: "no-answer" })],
  ["busy", () => ({ kind: "busy" })],
  ["unreachable", () => ({ kind: "unreachable" })],
  ["declines", () => ({ kind: "declines", afterRingMs: 2000 })],
]);

function answering(verdict: Verdict, pickUp: () => AnsweringMachine | FaxMachine): CalleePlan {
  return { kind: "answers", afterRingMs: MACHINE_AFTER_RING_MS, verdict, pickUp };
}

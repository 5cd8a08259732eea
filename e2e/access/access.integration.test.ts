import { apiWith, type SignedIn, signUp } from "#e2e/support/api.ts";
import { freshNumber, startWorld, type World } from "#e2e/support/world.ts";
import {
  expected,
  type Ids,
  PEOPLE,
  type Person,
  type ProcedureName,
  type Row,
  ROWS,
  SOCKET_ROWS,
} from "#e2e/access/rows.ts";
import { createCallLinks } from "#server/calls/call-links.ts";
import { systemClock } from "#server/lib/clock.ts";
import { contract } from "#shared/contract/contract.ts";
import type { ClientToServer, ServerToClient } from "#shared/contract/sockets.ts";
import { io, type Socket } from "socket.io-client";
import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const SESSION_SECRET = randomBytes(32).toString("hex");
const BOSS = "sam@access.test";
/** What only the two sides of the call and supervisors may read. */
const CANARIES = [
  "Canaria Finch",
  "canary under the kitchen sink",
  "sing like a canary",
  "finch@access.test",
];
const OTHERS: readonly Person[] = ["anonymous", "otherConsumer", "otherBusiness"];
const WAITS_MS = 30_000;

let world: World;
let tokens: Record<Person, string | null>;
let ids: Ids;
let unknown: Ids;

async function proven(person: SignedIn): Promise<string> {
  const phoneNumber = freshNumber();
  await person.api.account.sendPhoneCode({ phoneNumber });
  const [code = ""] = /\d{6}/.exec(await world.sandbox.textTo(phoneNumber)) ?? [];
  await person.api.account.verifyPhone({ phoneNumber, code });
  return phoneNumber;
}

async function plumber(name: string, area: string): Promise<SignedIn> {
  const business = await signUp(world.baseUrl, "business", name);
  await business.api.business.updateProfile({ name, categories: ["plumbing"], postalCodes: [area] });
  return business;
}

beforeAll(async () => {
  world = await startWorld({ SUPERVISOR_EMAILS: BOSS, SESSION_SECRET });
  const [consumer, otherConsumer, business, otherBusiness, supervisor] = await Promise.all([
    signUp(world.baseUrl, "consumer", "Canaria Finch", "finch@access.test"),
    signUp(world.baseUrl, "consumer", "Otto Other"),
    plumber("Clearwater", "80301"),
    plumber("Elsewhere Pipes", "99501"),
    signUp(world.baseUrl, "consumer", "Sam Boss", BOSS),
  ]);
  await proven(consumer);
  await proven(otherConsumer);
  const { leadId } = await consumer.api.lead.submit({
    description: "There is a canary under the kitchen sink.",
    category: "plumbing",
    postalCode: "80301",
    timeZone: "America/Denver",
  });
  const { businessId } = await business.api.business.profile();
  await business.api.business.respondToMatch({ leadId, response: "interested" });
  await consumer.api.lead.grantConsent({
    leadId,
    businessIds: [businessId],
    aiCalls: true,
    recording: false,
  });
  const tomorrow = new Date(Math.ceil(Date.now() / 3_600_000) * 3_600_000 + 24 * 3_600_000).toISOString();
  const { call_id: callId } = await business.api.business.requestAICall({
    leadId,
    objective: "Ask whether they sing like a canary.",
    scheduledTime: tomorrow,
  });
  ids = { leadId, businessId, callId, holdId: "hold_0000000000000000", tomorrow };
  unknown = {
    ...ids,
    leadId: "lead_0000000000000000",
    businessId: "biz_0000000000000000",
    callId: "call_0000000000000000",
  };
  const links = createCallLinks({ sessionSecret: SESSION_SECRET, clock: systemClock });
  tokens = {
    anonymous: null,
    link: links.tokenFor(callId, Date.now() + 48 * 3_600_000),
    consumer: consumer.token,
    otherConsumer: otherConsumer.token,
    business: business.token,
    otherBusiness: otherBusiness.token,
    supervisor: supervisor.token,
  };
}, 180_000);
afterAll(() => world?.stop());

type Answer = { status: number; body: string };

/** Over REST, by the contract's own route. */
async function ask(name: ProcedureName, row: Row, person: Person, about: Ids): Promise<Answer> {
  const [area = "", verb = ""] = name.split(".");
  const procedures: Record<string, Record<string, unknown>> = contract;
  const procedure = procedures[area]?.[verb] as { "~orpc": { route: { method: string; path: string } } };
  const { method, path } = procedure["~orpc"].route;
  const rest = { ...row.input?.(about) };
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, key: string) => {
    const value = String(rest[key]);
    delete rest[key];
    return encodeURIComponent(value);
  });
  const url = new URL(`${world.baseUrl}/api${filled}`);
  const token = tokens[person];
  const headers = {
    "content-type": "application/json",
    ...(token !== null && { authorization: `Bearer ${token}` }),
  };
  if (method === "GET") {
    for (const [key, value] of Object.entries(rest)) url.searchParams.set(key, String(value));
  }
  const body = method === "GET" ? null : JSON.stringify(rest);
  const response = await fetch(url, { method, headers, body });
  return { status: response.status, body: await response.text() };
}

function hidesCanaries(body: string, person: Person) {
  if (OTHERS.includes(person)) for (const canary of CANARIES) expect(body).not.toContain(canary);
}

const REFUSED = [401, 403, 404];
const rows: [ProcedureName, Row][] = Object.entries(ROWS) as [ProcedureName, Row][];

describe("[AX1] every procedure asked by everybody", () => {
  test("every procedure of the contract has its row", () => {
    const all = Object.entries(contract).flatMap(([area, procedures]) =>
      Object.keys(procedures).map((verb) => `${area}.${verb}`),
    );
    expect(Object.keys(ROWS).toSorted()).toEqual(all.toSorted());
  });

  // Strangers come first: nothing they do may change what the owners then find.
  const strangersFirst = PEOPLE.toSorted((a, b) => rank(a) - rank(b));
  for (const person of strangersFirst) {
    test(`as ${person}`, async () => {
      for (const [name, row] of rows) {
        const answer = await ask(name, row, person, ids);
        const wanted = expected(row, person);
        const got = wanted === "answered" && answer.status < 500 && !REFUSED.includes(answer.status);
        expect([name, got ? "answered" : answer.status, answer.body].slice(0, got ? 2 : 3)).toEqual(
          wanted === "answered" ? [name, "answered"] : [name, wanted, answer.body],
        );
        hidesCanaries(answer.body, person);
        if (wanted !== 404) continue;
        // What is foreign looks like what was never there.
        expect([name, await ask(name, row, person, unknown)]).toEqual([name, answer]);
      }
    }, 120_000);
  }
});

/** The owners last, because they end the call; among them who sees it first. */
function rank(person: Person): number {
  return OTHERS.includes(person) ? 0 : ["supervisor", "business", "link", "consumer"].indexOf(person) + 1;
}

type AppSocket = Socket<ServerToClient, ClientToServer>;
type Heard = { socket: AppSocket; heard: string[] };

async function connected(person: Person): Promise<Heard | null> {
  const socket: AppSocket = io(world.baseUrl, {
    transports: ["websocket"],
    forceNew: true,
    reconnection: false,
    auth: { token: tokens[person] ?? "" },
  });
  const heard: string[] = [];
  socket.onAny((...message) => heard.push(JSON.stringify(message)));
  const isIn = await new Promise<boolean>((resolve) => {
    socket.once("connect", () => resolve(true));
    socket.once("connect_error", () => resolve(false));
  });
  if (!isIn) socket.close();
  return isIn ? { socket, heard } : null;
}

const CODE_STATUS: Record<string, number> = { FORBIDDEN: 403, NOT_FOUND: 404 };

describe("[AX2] every socket event sent by everybody", () => {
  for (const person of PEOPLE) {
    test(`as ${person}`, async () => {
      const link = await connected(person);
      expect(link === null).toBe(person === "anonymous");
      if (link === null) return;
      for (const [name, row] of Object.entries(SOCKET_ROWS) as [keyof ClientToServer, Row][]) {
        const input = row.input?.(ids);
        const sent: unknown[] = input === undefined ? [] : Array.isArray(input) ? input : [input];
        const untyped: {
          timeout(ms: number): { emitWithAck(name: string, ...sent: unknown[]): Promise<unknown> };
        } = link.socket as never;
        const reply = (await untyped.timeout(WAITS_MS).emitWithAck(name, ...sent)) as {
          ok: boolean;
          code?: string;
        };
        const wanted = expected(row, person);
        const got = reply.ok ? "answered" : (CODE_STATUS[reply.code ?? ""] ?? reply.code);
        expect([name, got]).toEqual([name, wanted]);
        hidesCanaries(JSON.stringify(reply), person);
      }
      const owner = apiWith(world.baseUrl, tokens.consumer ?? "");
      await owner.lead.submit({
        description: "Another canary under the kitchen sink.",
        category: "plumbing",
        postalCode: "80301",
        timeZone: "America/Denver",
      });
      hidesCanaries(link.heard.join("\n"), person);
      if (OTHERS.includes(person)) expect(link.heard).toEqual([]);
      link.socket.close();
    }, 60_000);
  }
});

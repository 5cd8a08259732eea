import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";

/** An account at some Twilio. `base` is the origin that stands for `https://api.twilio.com`. */
export type Account = {
  readonly base: string;
  readonly accountSid: string;
  readonly authToken: string;
};

type Started = { readonly account: Account; stop(): Promise<void> };

const rfc2822 = z.string().regex(/^\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d \+0000$/);
const nullable = z.string().nullable();

/** A Call on the wire: the 26 names of Twilio's specification and nothing else. */
const callSchema = z.strictObject({
  sid: z.string().regex(/^CA[0-9a-f]{32}$/),
  date_created: rfc2822.nullable(),
  date_updated: rfc2822.nullable(),
  parent_call_sid: nullable,
  account_sid: z.string(),
  to: z.string(),
  to_formatted: z.string(),
  from: z.string(),
  from_formatted: z.string(),
  phone_number_sid: nullable,
  status: z.enum([
    "queued",
    "ringing",
    "in-progress",
    "completed",
    "busy",
    "failed",
    "no-answer",
    "canceled",
  ]),
  start_time: rfc2822.nullable(),
  end_time: rfc2822.nullable(),
  duration: z.string().regex(/^\d+$/).nullable(),
  price: z
    .string()
    .regex(/^-?\d+\.\d+$/)
    .nullable(),
  price_unit: nullable,
  direction: z.string(),
  answered_by: nullable,
  api_version: z.literal("2010-04-01"),
  forwarded_from: nullable,
  group_sid: nullable,
  caller_name: nullable,
  queue_time: nullable,
  trunk_sid: nullable,
  uri: z.string(),
  subresource_uris: z.record(z.string(), z.string()),
});

const path = z.string().startsWith("/2010-04-01/");
const pageSchema = z.looseObject({
  page: z.number(),
  page_size: z.number(),
  start: z.number(),
  end: z.number(),
  uri: path,
  first_page_uri: path,
  next_page_uri: path.nullable(),
  previous_page_uri: path.nullable(),
});

/** The Twilio side of the wire, read as bytes: the SDK would hide what is missing. */
function wire({ base, accountSid, authToken }: Account) {
  return async (
    method: "GET" | "POST",
    resource: string,
    form?: Record<string, string>,
    token = authToken,
  ) => {
    const reply = await fetch(`${base}/2010-04-01/Accounts/${accountSid}/${resource}`, {
      method,
      headers: { authorization: `Basic ${Buffer.from(`${accountSid}:${token}`).toString("base64")}` },
      ...(form && { body: new URLSearchParams(form) }),
    });
    return { status: reply.status, body: await reply.json() };
  };
}

const refusal = (status: number, code: number) => ({
  status,
  body: {
    code,
    status,
    message: expect.any(String),
    more_info: `https://www.twilio.com/docs/errors/${code}`,
  },
});

function given(start: () => Promise<Started>) {
  let started: Started | null = null;
  beforeAll(async () => {
    started = await start();
  });
  afterAll(() => started?.stop());
  return (...asked: Parameters<ReturnType<typeof wire>>) => {
    if (!started) throw new Error("The account is not there yet.");
    return wire(started.account)(...asked);
  };
}

/** Reads only: nothing is created, nobody's phone rings. For an account with its own credentials. */
export function restReadSuite(name: string, start: () => Promise<Started>): void {
  describe(`Twilio's REST, reading: ${name}`, () => {
    const ask = given(start);

    test("[SB12] a wrong secret", async () => {
      expect(await ask("GET", "Calls.json", undefined, "0".repeat(32))).toMatchObject(refusal(401, 20_003));
    });

    test.each(["GET", "POST"] as const)("[SB12] %s of a call that does not exist", async (method) => {
      const form = method === "POST" ? { Status: "completed" } : undefined;
      const reply = await ask(method, `Calls/CA${"0".repeat(32)}.json`, form);
      expect(reply).toMatchObject(refusal(404, 20_404));
      expect(reply.body.message).toMatch(/^The requested resource .* was not found$/);
    });

    test("[SB10][SB14] a page of calls, each with Twilio's names and types", async () => {
      const { status, body } = await ask("GET", "Calls.json?PageSize=2");
      expect(status).toBe(200);
      const page = pageSchema.extend({ calls: z.array(callSchema).max(2) }).parse(body);
      expect(page.page_size).toBe(2);
      for (const { sid } of page.calls) {
        const one = await ask("GET", `Calls/${sid}.json`);
        expect(callSchema.parse(one.body).sid).toBe(sid);
      }
    });

    test("[SB14] a filter that fits nothing", async () => {
      const { body } = await ask("GET", "Calls.json?To=%2B15005550000&PageSize=1");
      expect(pageSchema.extend({ calls: z.array(z.never()) }).parse(body).next_page_uri).toBeNull();
    });

    test.each(["Messages", "Recordings"])("[SB14] a page of %s", async (resource) => {
      const { status, body } = await ask("GET", `${resource}.json?PageSize=1`);
      expect(status).toBe(200);
      expect(pageSchema.parse(body)).toHaveProperty(resource.toLowerCase());
    });
  });
}

const VALID = { To: "+14155550123", From: "+15005550006", Url: "https://example.com/voice" };

function without(name: keyof typeof VALID): Record<string, string> {
  return Object.fromEntries(Object.entries(VALID).filter(([key]) => key !== name));
}

/** Creates and refusals. For test credentials, whose calls reach nobody, or a network where nobody is real. */
export function restCreateSuite(name: string, start: () => Promise<Started>): void {
  describe(`Twilio's REST, creating: ${name}`, () => {
    const ask = given(start);

    test("[SB10] an accepted call is 201 and queued, without a price", async () => {
      const { status, body } = await ask("POST", "Calls.json", VALID);
      expect(status).toBe(201);
      expect(callSchema.parse(body)).toMatchObject({
        status: "queued",
        price: null,
        direction: "outbound-api",
      });
    });

    test.each<[string, Record<string, string>, number]>([
      ["no To", without("To"), 21_201],
      ["no From", without("From"), 21_213],
      ["no document", without("Url"), 21_205],
      ["a To that is no number", { ...VALID, To: "nonsense" }, 21_211],
      ["a From that is not ours", { ...VALID, From: "+14155550199" }, 21_210],
      ["the invalid From", { ...VALID, From: "+15005550001" }, 21_212],
      ["the invalid To", { ...VALID, To: "+15005550001" }, 21_217],
      ["the unreachable To", { ...VALID, To: "+15005550002" }, 21_214],
      ["the foreign To", { ...VALID, To: "+15005550003" }, 21_215],
      ["the blocked To", { ...VALID, To: "+15005550004" }, 21_216],
    ])("[SB11] refused: %s", async (_, form, code) => {
      expect(await ask("POST", "Calls.json", form)).toMatchObject(refusal(400, code));
    });
  });
}

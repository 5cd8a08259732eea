import type { Analyst } from "#server/analyst/analyst.ts";
import { Audit } from "#server/audit/audit.ts";
import { createAppointments } from "#server/booking/appointments.ts";
import type { Caller } from "#server/accounts/caller.ts";
import { CallbackSlots, type CallbackSlotsParts } from "#server/booking/callback-slots.ts";
import { CallQueries } from "#server/calls/call-queries.ts";
import { Calls, type CallsDeps } from "#server/calls/calls.ts";
import { DialSwitch } from "#server/calls/dialing/dial-switch.ts";
import type { CallDocument } from "#server/calls/call-document.ts";
import type { ConsentDecision } from "#server/compliance/consents.ts";
import type { RecordingFiles } from "#server/calls/recording/recording-files.ts";
import { memoryFiles } from "#server/calls/testing/scripted-recordings.ts";
import { createSuppressions } from "#server/compliance/suppressions.ts";
import type { Alarms } from "#server/jobs/alarms.ts";
import type { Database } from "#server/database/connection.ts";
import { createLimits } from "#server/database/limits.ts";
import { silentLogger } from "#server/lib/logger.ts";
import { ManualClock } from "#server/lib/manual-clock.ts";
import type { PeerHealth } from "#server/lib/peer-health.ts";
import { createSignedTokens } from "#server/lib/signed-token.ts";
import { createSeals } from "#server/lib/sealed.ts";
import { createMetrics } from "#server/observability/metrics.ts";
import type {
  AnswerInstruction,
  DialOutcome,
  DialRequest,
  EndOutcome,
  FetchOutcome,
  Telephony,
} from "#server/telephony/telephony.ts";
import type { VoiceModel } from "#server/voice/voice.ts";
import type { VoicemailPolicy } from "#shared/business.ts";
import { randomBytes } from "node:crypto";
import { expect } from "vitest";

const seals = createSeals([{ keyId: "k1", key: randomBytes(32) }], randomBytes(32));
const placed = (request: DialRequest): DialOutcome => ({
  kind: "placed",
  carrierCallId: `CA-${request.attemptId}`,
  status: "queued",
});

/** A carrier that does what the test says, and remembers what it was asked. */
function scriptedTelephony() {
  const dials: DialRequest[] = [];
  const script = {
    dial: placed as (request: DialRequest) => DialOutcome,
    end: (): EndOutcome => ({ kind: "accepted", status: "cancelled" }),
    fetch: (): FetchOutcome => ({ kind: "unreachable", reason: "" }),
    find: (): FetchOutcome => ({ kind: "absent" }),
    check: (): PeerHealth => ({ ok: false, reason: "Twilio refused the credentials.", why: "refused" }),
    checks: 0,
    ended: [] as string[],
    instruct: (): EndOutcome => ({ kind: "accepted", status: "in_progress" }),
    instructed: [] as AnswerInstruction[],
  };
  const telephony: Telephony = {
    fromNumbers: ["+16505550100"],
    async dial(request) {
      dials.push(request);
      return script.dial(request);
    },
    async end(carrierCallId) {
      script.ended.push(carrierCallId);
      return script.end();
    },
    async instruct(_carrierCallId, _attemptId, instruction) {
      script.instructed.push(instruction);
      return script.instruct();
    },
    fetch: async () => script.fetch(),
    find: async () => script.find(),
    sendSms: async () => ({ kind: "sent" }),
    async check() {
      script.checks += 1;
      return script.check();
    },
  };
  return { telephony, dials, script };
}

const silentVoice: VoiceModel = {
  model: "silent",
  check: async () => ({ ok: true, reason: "" }),
  priceTable: "silent",
  price: ({ transcriptionSeconds, ...tokens }) => ({ ...tokens, transcription: transcriptionSeconds }),
  open: () => ({
    appendAudio() {},
    say() {},
    respond() {},
    openFloor() {},
    closeFloor() {},
    expiresAt: null,
    recall() {},
    note() {},
    cancelAnswer() {},
    discard() {},
    truncate() {},
    returnTool() {},
    close() {},
  }),
};

const silentAnalyst: Analyst = {
  model: "silent",
  analyseCall: async () => ({ kind: "unusable", reason: "none here", usage: null }),
  classifyLead: async () => ({ kind: "unusable", reason: "none here", usage: null }),
  costCents: () => 0,
  priceTable: "silent",
  check: async () => ({ ok: true, reason: "" }),
};

/** Alarms that never ring; the test sees what was set. */
const alarmsInto = (alarms: Map<string, Date>): Alarms => ({
  define() {},
  set: async (name, key, at) => void alarms.set(`${name} ${key}`, at),
  clear: async () => undefined,
  start: async () => undefined,
  stop: async () => undefined,
  health: () => ({ ok: true, reason: "" }),
});

let businesses = 0;
/** Each business has its own ten requests an hour. */
const newBusiness = (): Caller => ({
  accountId: "acc_business",
  name: "Bea",
  email: "bea@people.test",
  role: "business",
  businessId: `biz_${String(++businesses).padStart(8, "0")}`,
});

const newsInto = (news: string[]): CallsDeps["news"] => ({
  callPlanned: (callId) => void news.push(`planned ${callId}`),
  callEnded: (callId) => void news.push(`ended ${callId}`),
});

const BENCH_CONFIG: CallsDeps["config"] = {
  callsPerSecond: 50,
  maxLiveCalls: 100,
  ringTimeoutSeconds: 25,
  callTimeLimitSeconds: 900,
  retryBackoffSeconds: 60,
  quietHours: "off",
  dailySpendCapCents: null,
  businessDailySpendCapCents: null,
  publicUrl: "http://127.0.0.1:3000",
  nodePublicUrl: "http://127.0.0.1:3000",
};

type BenchOptions = {
  voicemail?: VoicemailPolicy;
  clock?: ManualClock;
  config?: Partial<CallsDeps["config"]>;
  recordingConsent?: boolean;
  recordingFiles?: RecordingFiles;
  parties?: Partial<CallsDeps["parties"]>;
  /** The real ones; otherwise everybody has consented. */
  consents?: CallsDeps["consents"];
};

/** The calls feature on a real database with a scripted carrier; several benches on one database are several servers. */
export function callsBench(database: Database, options: BenchOptions = {}) {
  const clock = options.clock ?? new ManualClock();
  const { connection } = database;
  const carrier = scriptedTelephony();
  const alarms = new Map<string, Date>();
  const suppressions = createSuppressions({ db: connection, clock });
  const receipts: ConsentDecision[] = [];
  const news: string[] = [];
  const parties = {
    ...partiesOf((phoneKey) => suppressions.isSuppressed(phoneKey), options.voicemail),
    ...options.parties,
  };
  const quietHours = options.config?.quietHours ?? "off";
  const diary = diaryOf(connection, { clock, quietHours, businessById: parties.businessById });
  const calls = new Calls({
    connection,
    config: { ...BENCH_CONFIG, ...options.config },
    instance: "srv_1",
    dialSwitch: new DialSwitch(connection, clock),
    audit: new Audit({ connection, clock }),
    feed: { event() {}, draft() {}, boardChanged() {} },
    soundFeed: { audio() {}, levels() {} },
    telephony: carrier.telephony,
    voice: silentVoice,
    analyst: silentAnalyst,
    alarms: alarmsInto(alarms),
    limits: createLimits({ db: connection, clock }),
    suppressions,
    ...diary,
    consents: options.consents ?? {
      consentFor: async () => ({ aiCalls: true, recording: options.recordingConsent ?? false }),
      record: async (given) => void receipts.push(...given),
    },
    news: newsInto(news),
    recordingTokens: createSignedTokens({ secret: "a secret of the bench", purpose: "recordings", clock }),
    recordingFiles: options.recordingFiles ?? memoryFiles().files,
    parties,
    seals,
    clock,
    logger: silentLogger,
    metrics: createMetrics({ processMetrics: false }),
  });
  return {
    ...carrier,
    calls,
    clock,
    alarms,
    suppressions,
    receipts,
    news,
    documents: connection.collection<CallDocument>("calls"),
    slots: diary.slots,
    business: newBusiness(),
  };
}

type DiaryParts = Pick<CallbackSlotsParts, "clock" | "quietHours" | "businessById">;

/** What the businesses have promised; everybody lives in New York. */
function diaryOf(db: Database["connection"], parts: DiaryParts) {
  const appointments = createAppointments({ db, ...parts });
  const queries = new CallQueries(db);
  const slots = new CallbackSlots({
    db,
    ...parts,
    appointments,
    bookedCalls: (businessId, from, until) => queries.booked(businessId, from, until),
    placesOf: async () => [{ timeZone: "America/New_York", state: "NY" }],
  });
  return { appointments, slots };
}

/** Leads are named after their consumer: `lead_maria001` is Maria's, and her number is hers alone. */
function partiesOf(
  isSuppressed: (phoneKey: string) => Promise<boolean>,
  voicemail: VoicemailPolicy = { kind: "hang_up" },
): CallsDeps["parties"] {
  return {
    businessById: async (businessId) => ({
      businessId,
      name: "Acme",
      legalName: "Acme LLC",
      categories: ["roofing"],
      postalCodes: [],
      timeZone: "America/New_York",
      typicalPriceCents: null,
      hours: { opens: "09:00", closes: "17:00" },
      voice: "marin",
      voicemail,
      complete: true,
    }),
    leadForCall: async (leadId) => ({
      consumerId: leadId,
      consumerName: "Maria",
      category: "roofing",
      description: "A leaking roof",
      timeZone: "America/New_York",
      postalCode: "10001",
    }),
    matchFor: async () => ({ status: "interested" }),
    phoneOf: async (accountId) => ({
      e164: "+12125550123",
      phoneKey: `key of ${accountId}`,
      masked: "•••• 0123",
    }),
    consentFor: async () => ({ aiCalls: true, recording: false }),
    isSuppressed,
  };
}

/** Waits until the document satisfies `expected`; the database answers when it answers. */
export async function becomes(
  documents: ReturnType<typeof callsBench>["documents"],
  callId: string,
  expected: Record<string, unknown>,
): Promise<void> {
  await expect.poll(() => documents.findOne({ _id: callId }), { timeout: 20_000 }).toMatchObject(expected);
}

/** The same while time goes on, second by second. */
export async function becomesInTime(
  { documents, clock }: ReturnType<typeof callsBench>,
  callId: string,
  expected: Record<string, unknown>,
): Promise<void> {
  await expect
    .poll(
      () => {
        clock.advance(1000);
        return documents.findOne({ _id: callId });
      },
      { timeout: 20_000 },
    )
    .toMatchObject(expected);
}

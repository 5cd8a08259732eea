import { type SignedIn, signUp } from "#e2e/support/api.ts";
import { type Environment, type Ringside, startRingside } from "#e2e/support/ringside.ts";
import { TestSandbox } from "#e2e/support/sandbox.ts";

/** The name of every business that a journey makes; demo calls have other ones. */
export const WORLD_BUSINESS = "Acme Plumbing";

/** A server, and around it an outside world that the test controls. */
export type World = { ringside: Ringside; sandbox: TestSandbox; baseUrl: string; stop(): Promise<void> };

/** Fast where the product lets it be configured: many calls at once, a retry after a second. */
export const BRISK: Environment = {
  CALLS_PER_SECOND: "10",
  RETRY_BACKOFF_SECONDS: "1",
  RING_TIMEOUT_SECONDS: "5",
  QUIET_HOURS: "off",
};

export async function startWorld(env: Environment = {}): Promise<World> {
  const sandbox = await TestSandbox.start();
  try {
    const ringside = await startRingside({ env: { ...BRISK, ...sandbox.env, ...env } });
    const stop = async () => {
      await ringside.stop();
      await sandbox.stop();
    };
    return { ringside, sandbox, baseUrl: ringside.baseUrl, stop };
  } catch (error) {
    await sandbox.stop();
    throw error;
  }
}

export type Consumer = SignedIn & { readonly number: string };

/** Reserved for fiction, a hundred in each area; none of them belongs to a demo person. */
const AREA_CODES = [612, 313, 216, 412, 305, 702, 801, 816, 919, 615];
let numbers = 0;

/** A number nobody has, not used before by this process. */
export function freshNumber(): string {
  const [area, last] = [AREA_CODES[Math.floor(numbers / 100)] ?? 612, String(numbers % 100).padStart(2, "0")];
  numbers += 1;
  return `+1${area}55501${last}`;
}

let places = 0;

/** A postal code where nobody else works or asks: not in the demo world, and not used before by this process. */
export function freshPlace(): string {
  places += 1;
  return String(59_100 + places);
}

/** Somebody with a proven number. */
export async function newConsumer(
  world: Pick<World, "baseUrl" | "sandbox">,
  name = "Maria Lopez",
): Promise<Consumer> {
  const number = freshNumber();
  const person = await signUp(world.baseUrl, "consumer", name);
  await person.api.account.sendPhoneCode({ phoneNumber: number });
  const [code] = /\d{6}/.exec(await world.sandbox.textTo(number)) ?? [];
  await person.api.account.verifyPhone({ phoneNumber: number, code: code ?? "" });
  return { ...person, number };
}

/** A business with a saved profile; it serves everywhere, or in these places only. */
export async function newBusiness(
  world: Pick<World, "baseUrl">,
  postalCodes: string[] = [],
): Promise<SignedIn> {
  const business = await signUp(world.baseUrl, "business", WORLD_BUSINESS);
  const profile = { name: WORLD_BUSINESS, categories: ["plumbing" as const], postalCodes };
  await business.api.business.updateProfile(profile);
  return business;
}

/** The consumer asks for help, the business is interested, and the consumer lets it call: a call may be requested. */
async function interestedLead(
  consumer: Consumer,
  business: SignedIn,
  { recording = false, postalCode, description = LEAK }: CaseOptions & { postalCode: string },
): Promise<string> {
  const { leadId } = await consumer.api.lead.submit({
    description,
    category: "plumbing",
    postalCode,
    timeZone: "America/Los_Angeles",
  });
  const { businessId } = await business.api.business.profile();
  await business.api.business.respondToMatch({ leadId, response: "interested" });
  await consumer.api.lead.grantConsent({
    leadId,
    businessIds: [businessId],
    aiCalls: true,
    recording,
  });
  return leadId;
}

export type CallCase = {
  consumer: Consumer;
  business: SignedIn;
  leadId: string;
  /** Asks for the call now; returns its id. */
  request(): Promise<string>;
};

export type CalleeOf = Parameters<TestSandbox["callee"]>[1];

type CaseOptions = {
  /** The consumer lets this business record. */
  recording?: boolean;
  /**
   * Where the lead is. Left out, it is a place of this case alone, unless the caller was there before: a lead goes to twenty businesses, and an inbox
   * shows every lead of its places, so that cases in one place would meet each other.
   */
  postalCode?: string;
  objective?: string;
  /** How the consumer is called, and what they wrote. */
  consumerName?: string;
  description?: string;
};

/** Served by a business that serves everywhere. */
const ANYWHERE = "94110";
const LEAK = "The pipe under my kitchen sink is leaking.";
const OBJECTIVE = "Find out what is broken and when somebody may come by.";

/** Everybody and everything one call needs, with a callee of this kind; nothing is requested yet. `caller`: a business that is there already. */
export async function callCase(
  world: World,
  callee: CalleeOf,
  caller?: SignedIn,
  options: CaseOptions = {},
): Promise<CallCase> {
  const { objective = OBJECTIVE, consumerName } = options;
  const { postalCode = caller === undefined ? freshPlace() : ANYWHERE } = options;
  const [consumer, business] = await Promise.all([
    newConsumer(world, consumerName),
    caller ?? newBusiness(world, [postalCode]),
  ]);
  await world.sandbox.callee(consumer.number, callee);
  const leadId = await interestedLead(consumer, business, { ...options, postalCode });
  const request = async () => {
    const { call_id: callId } = await business.api.business.requestAICall({ leadId, objective });
    return callId;
  };
  return { consumer, business, leadId, request };
}

import { apiWith, type SignedIn, signUp } from "#e2e/support/api.ts";
import { type Environment, startRingside } from "#e2e/support/ringside.ts";
import { TestSandbox } from "#e2e/support/sandbox.ts";
import { newConsumer } from "#e2e/support/world.ts";
import { startEmbeddedDatabase } from "#server/database/embedded/embedded-database.ts";
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";

/** Within a business's limit of requests per hour. */
const CALLS_PER_BUSINESS = 10;
const BUSINESSES_AT_ONCE = 40;
const SUPERVISOR = "supervisor@load.test";

const worldSchema = z.object({
  /** Keys that the stored people depend on. */
  env: z.record(z.string(), z.string()),
  supervisorToken: z.string(),
  businesses: z.array(z.object({ token: z.string(), leadIds: z.array(z.string()) })),
});
/** People who are stored in a folder's database: each lead may be called once, recording included. */
export type LoadWorld = z.infer<typeof worldSchema> & { folder: string };

/** The people in `folder`; makes them, through the API, when there are not enough. */
export async function loadWorld(folder: string, calls: number): Promise<LoadWorld> {
  const known = knownWorld(folder);
  if (known !== null && known.businesses.flatMap(({ leadIds }) => leadIds).length >= calls) return known;
  if (known !== null) throw new Error(`The world in ${folder} has too few people; name another folder.`);
  const world = await makeWorld(folder, calls);
  writeFileSync(join(folder, "world.json"), JSON.stringify(world, null, 2));
  return { ...world, folder };
}

function knownWorld(folder: string): LoadWorld | null {
  const file = join(folder, "world.json");
  if (!existsSync(file)) return null;
  return { ...worldSchema.parse(JSON.parse(readFileSync(file, "utf8"))), folder };
}

async function makeWorld(folder: string, calls: number): Promise<z.infer<typeof worldSchema>> {
  mkdirSync(folder, { recursive: true });
  const secret = (bytes: number) => randomBytes(bytes).toString("base64");
  const env = { SESSION_SECRET: secret(32), FIELD_KEYS: `k1:${secret(32)}`, INDEX_KEY: secret(32) };
  const sandbox = await TestSandbox.start();
  const database = await startEmbeddedDatabase({ dataDir: join(folder, "database") });
  const brisk = { DEMO: "off", SUPERVISOR_EMAILS: SUPERVISOR, MONGODB_URI: database.uri };
  const ringside = await startRingside({ env: { ...env, ...sandbox.env, ...brisk } });
  try {
    const supervisorToken = await signUpSupervisor(ringside.baseUrl);
    const sizes = Array.from({ length: Math.ceil(calls / CALLS_PER_BUSINESS) }, (_, index) =>
      Math.min(CALLS_PER_BUSINESS, calls - index * CALLS_PER_BUSINESS),
    );
    const businesses: { token: string; leadIds: string[] }[] = [];
    const maker = async () => {
      for (let size = sizes.pop(); size !== undefined; size = sizes.pop()) {
        const { baseUrl } = ringside;
        businesses.push(await makeBusiness({ baseUrl, sandbox }, String(90_000 + sizes.length), size));
      }
    };
    await Promise.all(Array.from({ length: BUSINESSES_AT_ONCE }, maker));
    return { env, supervisorToken, businesses };
  } finally {
    await ringside.stop();
    await database.stop();
    await sandbox.stop();
  }
}

async function signUpSupervisor(baseUrl: string): Promise<string> {
  const response = await fetch(`${baseUrl}/api/auth/sign-up/email`, {
    method: "POST",
    headers: { "content-type": "application/json", origin: baseUrl },
    body: JSON.stringify({
      name: "Load",
      email: SUPERVISOR,
      password: randomBytes(16).toString("hex"),
      accountType: "business",
    }),
  });
  const token = response.headers.get("set-auth-token");
  if (token === null) throw new Error(`The supervisor could not sign up: ${response.status}.`);
  return token;
}

type Place = { baseUrl: string; sandbox: TestSandbox };

/** A business that alone serves its postal code, and its consumers. */
async function makeBusiness(place: Place, postalCode: string, consumers: number) {
  const business = await signUp(place.baseUrl, "business", "Acme Plumbing");
  await business.api.business.updateProfile({
    name: "Acme Plumbing",
    categories: ["plumbing"],
    postalCodes: [postalCode],
  });
  const leadIds: string[] = [];
  for (let index = 0; index < consumers; index++) leadIds.push(await makeLead(place, business, postalCode));
  return { token: business.token, leadIds };
}

async function makeLead(place: Place, business: SignedIn, postalCode: string): Promise<string> {
  const { api } = await newConsumer(place);
  const { leadId } = await api.lead.submit({
    description: "The pipe under my kitchen sink is leaking.",
    category: "plumbing",
    postalCode,
    timeZone: "America/Los_Angeles",
  });
  const { businessId } = await business.api.business.profile();
  await business.api.business.respondToMatch({ leadId, response: "interested" });
  await api.lead.grantConsent({ leadId, businessIds: [businessId], aiCalls: true, recording: true });
  return leadId;
}

/** Asks for `calls` calls through the API, each business for its own; returns the calls of each business. */
export async function requestCalls(
  baseUrl: string,
  world: LoadWorld,
  calls: number,
): Promise<{ token: string; callIds: string[] }[]> {
  let left = calls;
  const wanted = world.businesses.map(({ token, leadIds }) => {
    const taken = leadIds.slice(0, left);
    left -= taken.length;
    return { token, leadIds: taken };
  });
  return Promise.all(
    wanted
      .filter(({ leadIds }) => leadIds.length > 0)
      .map(async ({ token, leadIds }) => {
        const { business } = apiWith(baseUrl, token);
        const callIds: string[] = [];
        for (const leadId of leadIds) {
          const objective = "Find out what is broken and when somebody may come by.";
          callIds.push((await business.requestAICall({ leadId, objective })).call_id);
        }
        return { token, callIds };
      }),
  );
}

/** How many calls have which status. */
export async function statusesOf(
  baseUrl: string,
  asked: { token: string; callIds: string[] }[],
): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { token } of asked) {
    for (const { status } of (await apiWith(baseUrl, token).call.list({ limit: 50 })).calls) {
      counts[status] = (counts[status] ?? 0) + 1;
    }
  }
  return counts;
}

/** What a server of this world needs from its environment, besides its peers. */
export function serverEnv(world: LoadWorld, databaseUri: string, calls: number): Environment {
  return {
    ...world.env,
    MONGODB_URI: databaseUri,
    SUPERVISOR_EMAILS: SUPERVISOR,
    DEMO: "off",
    CALLS_PER_SECOND: "20",
    MAX_LIVE_CALLS: String(Math.max(1, calls) + 10),
    QUIET_HOURS: "off",
  };
}

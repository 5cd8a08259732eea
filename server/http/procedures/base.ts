import type { Caller } from "#server/accounts/caller.ts";
import { Failure } from "#server/lib/failure.ts";
import { contract } from "#shared/contract/contract.ts";
import { ERRORS } from "#shared/contract/errors.ts";
import type { Role } from "#shared/contract/account.ts";
import { implement, ORPCError } from "@orpc/server";

/** What a request carries into a procedure. `caller` is null when nobody is signed in. */
export type RequestContext = {
  caller: Caller | null;
  /** The address it came from, for consent receipts. */
  ip?: string;
  /** The `Idempotency-Key` header. */
  idempotencyKey?: string;
  /** Told the procedure's name once it is known (`business.requestAICall`), for logs and metrics. */
  onOperation?: (name: string) => void;
};

export const base = implement(contract).$context<RequestContext>();

/** Turns a use case's `Failure` into the error that the contract promises. */
const failures = base.middleware(async ({ next }) => {
  try {
    return await next();
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const { status, message } = ERRORS[error.code];
    throw new ORPCError(error.code, { status, message, data: error.data, defined: true });
  }
});

/** All that the bearer of a signed link may ask for; each looks its call up as that caller, and so finds the link's own call or none. */
const WITH_A_LINK: ReadonlySet<string> = new Set([
  "call.get",
  "call.events",
  "call.place",
  "call.cancel",
  "call.reschedule",
  "call.callNow",
  "call.hangUp",
  "call.recording",
  "call.waveform",
  "call.correctSummary",
  "call.deleteSummary",
]);

/** Guards: `asRole("business")` refuses everybody else, `asAnybody` only asks for a session. The handler finds `context.caller` filled. */
const requireCaller = (roles: readonly Role[] | null) =>
  base.middleware(({ context, next, path }) => {
    const { caller } = context;
    if (caller === null) throw new Failure("UNAUTHENTICATED");
    const beyondLink = caller.onlyCallId !== undefined && !WITH_A_LINK.has(path.join("."));
    if (beyondLink) throw new Failure("FORBIDDEN");
    if (roles !== null && !roles.includes(caller.role)) throw new Failure("FORBIDDEN");
    return next({ context: { caller } });
  });

/** oRPC reads the input after these guards, so a stranger learns nothing about what a procedure expects. */
export const forAnybody = base.use(failures).use(requireCaller(null));
export const forConsumers = base.use(failures).use(requireCaller(["consumer"]));
export const forBusinesses = base.use(failures).use(requireCaller(["business"]));
/** Those who work with calls: their business, and supervisors. */
export const forStaff = base.use(failures).use(requireCaller(["business", "supervisor"]));
export const forSupervisors = base.use(failures).use(requireCaller(["supervisor"]));

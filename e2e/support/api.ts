import { until } from "#e2e/support/wait.ts";
import { contract } from "#shared/contract/contract.ts";
import type { CallEvent } from "#shared/call/events.ts";
import { type CallStatus, isFinal } from "#shared/call/status.ts";
import type { CallView } from "#shared/call/view.ts";
import { createORPCClient, ORPCError } from "@orpc/client";
import type { ContractRouterClient } from "@orpc/contract";
import type { JsonifiedClient } from "@orpc/openapi-client";
import { OpenAPILink } from "@orpc/openapi-client/fetch";
import { z } from "zod";

/** Every procedure over REST, as an integrator would call it. */
export type Api = JsonifiedClient<ContractRouterClient<typeof contract>>;

/** Somebody signed in. */
export type SignedIn = { readonly api: Api; readonly token: string; readonly email: string };

export const PASSWORD = "a long enough password";

const refusalSchema = z.object({ code: z.string(), message: z.string(), data: z.unknown().optional() });

/** Refusals as the public interface sends them: `{code, message, data?}`. */
function refusalOf(body: unknown, { status }: { status: number }): ORPCError<string, unknown> | null {
  const { data: refusal } = refusalSchema.safeParse(body);
  if (refusal === undefined) return null;
  return new ORPCError(refusal.code, { status, message: refusal.message, data: refusal.data });
}

export function apiWith(baseUrl: string, token: string): Api {
  const link = new OpenAPILink(contract, {
    url: `${baseUrl}/api`,
    headers: { authorization: `Bearer ${token}` },
    customErrorResponseBodyDecoder: refusalOf,
  });
  return createORPCClient(link);
}

async function enter(baseUrl: string, path: string, body: Record<string, string>): Promise<string> {
  const response = await fetch(`${baseUrl}/api/auth/${path}`, {
    method: "POST",
    headers: { "content-type": "application/json", origin: baseUrl },
    body: JSON.stringify(body),
  });
  const token = response.headers.get("set-auth-token");
  if (token === null) throw new Error(`${path} answered ${response.status}: ${await response.text()}`);
  return token;
}

export async function signIn(baseUrl: string, email: string, password: string): Promise<SignedIn> {
  const token = await enter(baseUrl, "sign-in/email", { email, password });
  return { api: apiWith(baseUrl, token), token, email };
}

let people = 0;

export async function signUp(
  baseUrl: string,
  accountType: "consumer" | "business",
  name: string,
  email = `${accountType}-${process.pid}-${(people += 1)}@e2e.test`,
): Promise<SignedIn> {
  const token = await enter(baseUrl, "sign-up/email", { name, email, password: PASSWORD, accountType });
  return { api: apiWith(baseUrl, token), token, email };
}

/** Waits until the call has one of these statuses. */
export function callReaches(api: Api, callId: string, statuses: CallStatus[]): Promise<CallView> {
  return until(`call is ${statuses.join(" or ")}`, async () => {
    const view = await api.call.get({ callId });
    if (isFinal(view.status) && !statuses.includes(view.status)) {
      throw new Error(`It ended ${view.status}, reason ${view.endReason}.`);
    }
    return statuses.includes(view.status) && view;
  });
}

/** Waits until the call is over; a whole conversation fits. */
export function callEnds(api: Api, callId: string, withinMs = 240_000): Promise<CallView> {
  return until(
    "the call is over",
    async () => {
      const view = await api.call.get({ callId });
      return isFinal(view.status) && view;
    },
    withinMs,
  );
}

/** The recording becomes known a moment after the end. */
export function recordingReady(api: Api, callId: string): Promise<CallView> {
  return until("the recording is ready", async () => {
    const view = await api.call.get({ callId });
    return view.recording?.state === "ready" && view;
  });
}

export async function journalOf(api: Api, callId: string): Promise<CallEvent[]> {
  return (await api.call.events({ callId })).events;
}

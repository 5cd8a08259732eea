import { problemCode } from "#client/wire/errors.ts";
import { client } from "#client/wire/rpc.ts";
import type { Me, Role } from "#shared/contract/account.ts";
import { queryOptions, useSuspenseQuery } from "@tanstack/react-query";
import { z } from "zod";

export const meKey = ["session", "me"] as const;

/** Who is signed in; null when nobody is. */
export const meQuery = queryOptions({
  queryKey: meKey,
  queryFn: async (): Promise<Me | null> => {
    try {
      return await client.account.me();
    } catch (error) {
      if (problemCode(error) === "UNAUTHENTICATED") return null;
      throw error;
    }
  },
  staleTime: 60_000,
});

export function useMe(): Me | null {
  return useSuspenseQuery(meQuery).data;
}

/** Where each role starts. */
export const HOME = { consumer: "/help", business: "/inbox", supervisor: "/wall" } as const satisfies Record<
  Role,
  string
>;

export type SignUp = { name: string; email: string; password: string; accountType: "consumer" | "business" };

export type AuthAnswer = { ok: true } | { ok: false; sentence: string };

const failureSchema = z.object({ code: z.string().optional() });

const SENTENCES: Record<string, string> = {
  INVALID_EMAIL_OR_PASSWORD: "The e-mail address or the password is not right.",
  USER_ALREADY_EXISTS: "There is an account with this e-mail address already. Sign in instead.",
  USER_ALREADY_EXISTS_USE_ANOTHER_EMAIL:
    "There is an account with this e-mail address already. Sign in instead.",
  PASSWORD_TOO_SHORT: "The password is too short. Use at least 8 characters.",
  PASSWORD_TOO_LONG: "The password is too long.",
  INVALID_EMAIL: "This does not look like an e-mail address.",
  EMAIL_NOT_VERIFIED: "Please confirm your e-mail address first, with the link we sent you.",
};

async function authPost(path: string, body: object): Promise<AuthAnswer> {
  let response: Response;
  try {
    response = await fetch(`/api/auth/${path}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
  } catch {
    return { ok: false, sentence: "The server can't be reached right now. Please try again." };
  }
  if (response.ok) return { ok: true };
  if (response.status === 429) {
    return { ok: false, sentence: "That was too many tries. Please wait a minute and try again." };
  }
  const failure = failureSchema.safeParse(await response.json().catch(() => null));
  const sentence = failure.success ? SENTENCES[failure.data.code ?? ""] : undefined;
  return { ok: false, sentence: sentence ?? "That did not work. Please check what you typed and try again." };
}

export const signIn = (email: string, password: string) => authPost("sign-in/email", { email, password });
export const signUp = (input: SignUp) => authPost("sign-up/email", input);
export const signOut = () => authPost("sign-out", {});

const publicInfoSchema = z.object({ demo: z.boolean(), version: z.string() });

/** What anybody may know about this installation: whether demo people exist. */
export const publicInfoQuery = queryOptions({
  queryKey: ["public-info"],
  queryFn: async () => {
    const response = await fetch("/api/public-info");
    return publicInfoSchema.parse(await response.json());
  },
  staleTime: Infinity,
  retry: false,
});

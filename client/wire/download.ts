import { linkToken } from "#client/wire/call-link.ts";
import { ORPCError } from "@orpc/client";
import { z } from "zod";

const refusalSchema = z.object({ code: z.string(), message: z.string() });

const KEPT_MS = 60_000;

/** Asks for a file and hands it to the browser under the name the server gave it. @throws ORPCError with the server's refusal */
export async function download(path: `/api/exports/${string}`, body: object): Promise<void> {
  const token = linkToken();
  const reply = await fetch(path, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      ...(token !== null && { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify(body),
  });
  if (!reply.ok) {
    const refusal = refusalSchema.safeParse(await reply.json().catch(() => null));
    throw new ORPCError(refusal.data?.code ?? "INTERNAL", { message: refusal.data?.message ?? "" });
  }
  const [, name = "export"] = /filename="([^"]+)"/.exec(reply.headers.get("content-disposition") ?? "") ?? [];
  const url = URL.createObjectURL(await reply.blob());
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  // Some browsers take hold of it only after a question where to put it.
  setTimeout(() => URL.revokeObjectURL(url), KEPT_MS);
}

import type { Caller } from "#server/accounts/caller.ts";
import { forAnybody } from "#server/http/procedures/base.ts";
import { contract } from "#shared/contract/contract.ts";
import { type AnyProcedure, call } from "@orpc/server";
import { expect, test } from "vitest";

const bearer: Caller = {
  accountId: "acc_maria",
  name: "Maria",
  email: "",
  role: "consumer",
  businessId: null,
  onlyCallId: "call_one",
};
const allowed = new Set(
  [
    "get",
    "events",
    "place",
    "cancel",
    "reschedule",
    "callNow",
    "hangUp",
    "recording",
    "waveform",
    "correctSummary",
    "deleteSummary",
  ].map((name) => `call.${name}`),
);
const paths = Object.entries(contract).flatMap(([group, procedures]) =>
  Object.keys(procedures).map((name) => [group, name]),
);

type Builder = { handler(work: () => unknown): AnyProcedure };

test.each(paths)(
  "[CL223] a signed link at %s.%s: what is not named is refused before its input is read",
  async (group, name) => {
    const builders = forAnybody as unknown as Record<string, Record<string, Builder>>;
    const procedure = builders[group ?? ""]?.[name ?? ""]?.handler(() => "reached");
    if (procedure === undefined) throw new Error("The contract has no such procedure.");
    const path = [group ?? "", name ?? ""];
    const answer = call(procedure, {}, { context: { caller: bearer }, path });
    const code = await answer.then(() => "reached").catch((error: { code: string }) => error.code);
    if (allowed.has(path.join("."))) expect(code).not.toBe("FORBIDDEN");
    else expect(code).toBe("FORBIDDEN");
  },
);

import { test } from "vitest";
import {
  type Account,
  restCreateSuite,
  restReadSuite,
} from "#server/sandbox/phone/conformance/rest.suite.ts";
import { ACCOUNT, startRig, TOKEN } from "#server/sandbox/phone/testing/rig.ts";

/**
 * The same assertions against the sandbox and against Twilio itself. Reading needs an account, creating needs its test
 * credentials (console, "Test credentials"); with neither does a phone ring. What rings is in
 * telephony/twilio/sandbox.integration.test.ts.
 */
async function sandbox() {
  const rig = await startRig();
  await rig.dial("<Hangup/>", {}, "no-answer");
  const account = { base: rig.base, accountSid: ACCOUNT, authToken: TOKEN };
  return { account, stop: () => rig.stop() };
}

function real(prefix: string): Account | null {
  const [accountSid, authToken] = ["ACCOUNT_SID", "AUTH_TOKEN"].map(
    (name) => process.env[`${prefix}_${name}`],
  );
  return accountSid && authToken ? { base: "https://api.twilio.com", accountSid, authToken } : null;
}

function withReal(suite: typeof restReadSuite, prefix: "TWILIO_TEST" | "TWILIO_MAGIC", whose: string): void {
  suite("the sandbox", sandbox);
  const account = real(prefix);
  if (account) suite(whose, async () => ({ account, stop: async () => undefined }));
  else test.skip(`${whose}: set ${prefix}_ACCOUNT_SID and ${prefix}_AUTH_TOKEN`, () => undefined);
}

withReal(restReadSuite, "TWILIO_TEST", "a real account");
withReal(restCreateSuite, "TWILIO_MAGIC", "real test credentials");

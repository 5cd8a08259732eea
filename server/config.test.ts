import { readConfig } from "#server/config.ts";
import { StartProblem } from "#server/lib/failure.ts";
import { describe, expect, test } from "vitest";

function problemOf(environment: NodeJS.ProcessEnv): string {
  try {
    readConfig(environment);
  } catch (error) {
    if (error instanceof StartProblem) return error.message;
    throw error;
  }
  throw new Error("The configuration was accepted.");
}

describe("the environment", () => {
  test("nothing is needed; empty variables count as unset", () => {
    const config = readConfig({ PORT: "", TWILIO_AUTH_TOKEN: "" });
    expect(config).toMatchObject({
      port: 3000,
      publicUrl: "http://127.0.0.1:3000",
      demo: true,
      twilio: null,
    });
  });

  test("a wrong variable hid the unfinished sets beside it", () => {
    const problem = problemOf({
      PORT: "abc",
      TWILIO_ACCOUNT_SID: "nonsense",
      ANTHROPIC_BASE_URL: "https://a.test",
    });
    expect(problem).toContain("PORT must be a whole number");
    expect(problem).toContain("TWILIO_ACCOUNT_SID must be AC and 32 hexadecimal digits");
    expect(problem).toContain("TWILIO_AUTH_TOKEN is missing");
    expect(problem).toContain("TWILIO_FROM_NUMBERS is missing");
    expect(problem).toContain("ANTHROPIC_API_KEY is missing");
  });

  test("a list of numbers without a number", () => {
    const twilio = {
      TWILIO_ACCOUNT_SID: `AC${"0".repeat(32)}`,
      TWILIO_AUTH_TOKEN: "t",
      TWILIO_FROM_NUMBERS: ",",
    };
    expect(problemOf(twilio)).toContain("TWILIO_FROM_NUMBERS names no number");
  });

  test("mails are sent by the named sender, by the user of the mail server, or by our own host", () => {
    const sender = (url: string) => readConfig({ SMTP_URL: url, PUBLIC_URL: "https://a.test" }).smtp?.from;
    expect(sender("smtp://u:p@mail.test?from=Calls%20%3Cc%40b.test%3E")).toBe("Calls <c@b.test>");
    expect(sender("smtps://me%40b.test:p@mail.test")).toBe("me@b.test");
    expect(sender("smtp://mail.test")).toBe("ringside@a.test");
    expect(readConfig({}).smtp).toBeNull();
    expect(problemOf({ SMTP_URL: "mail.test:25" })).toContain("SMTP_URL must be like smtp://");
  });

  test("the values are never in the message", () => {
    expect(problemOf({ OPENAI_BASE_URL: "sk-secret", SESSION_SECRET: "short-secret" })).not.toContain(
      "secret ",
    );
    expect(problemOf({ OPENAI_BASE_URL: "sk-secret", SESSION_SECRET: "short-secret" })).not.toContain(
      "short-",
    );
  });

  test("a server that shares its database brings its keys", () => {
    const problem = problemOf({ MONGODB_URI: "mongodb://127.0.0.1/x" });
    for (const name of ["SESSION_SECRET", "FIELD_KEYS", "INDEX_KEY"])
      expect(problem).toContain(`${name} is missing`);
  });
});

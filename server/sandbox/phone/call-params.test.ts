import { expect, test } from "vitest";
import { parseCreate, Refusal } from "#server/sandbox/phone/call-params.ts";

const OWN = ["+14155550100"];
const good = { To: "+14155550123", From: "+14155550100", Url: "https://h.test/voice" };

function create(fields: Record<string, string>, more: [string, string][] = []) {
  return parseCreate(new URLSearchParams([...Object.entries(fields), ...more]), OWN);
}

function codeOf(fields: Record<string, string>): number | null {
  try {
    create(fields);
    return null;
  } catch (error) {
    if (error instanceof Refusal) return error.code;
    throw error;
  }
}

test("[SB11] defaults: POST, 60 s of ringing, 4 h of talk, only the end is reported, no machine detection", () => {
  expect(create(good)).toEqual({
    to: good.To,
    from: good.From,
    source: { kind: "link", link: { url: good.Url, method: "POST" }, fallback: null },
    statusCallback: null,
    statusEvents: new Set(["completed"]),
    timeoutMs: 60_000,
    timeLimitMs: 14_400_000,
    machineDetection: null,
    record: null,
  });
});

test("[SB11] one field per event; a joined one names nothing", () => {
  const events = (...values: string[]) =>
    create(
      good,
      values.map((value) => ["StatusCallbackEvent", value]),
    ).statusEvents;
  expect(events("initiated", "answered")).toEqual(new Set(["initiated", "answered"]));
  expect(events("initiated ringing")).toEqual(new Set());
});

test("[SB11] Url wins over Twiml; asynchronous detection needs the word true; SendDigits turns it off", () => {
  expect(create({ ...good, Twiml: "<Response/>" }).source.kind).toBe("link");
  const detect = { ...good, MachineDetection: "Enable", AsyncAmdStatusCallback: "https://h.test/amd" };
  expect(create(detect).machineDetection).toEqual({ mode: "Enable", callback: null });
  expect(create({ ...detect, AsyncAmd: "true" }).machineDetection).toEqual({
    mode: "Enable",
    callback: { url: "https://h.test/amd", method: "POST" },
  });
  expect(create({ ...good, MachineDetection: "Enable", AsyncAmd: "true" }).machineDetection).toEqual({
    mode: "Enable",
    callback: "nowhere",
  });
  expect(create({ ...detect, SendDigits: "1" }).machineDetection).toBeNull();
});

test.each([
  ["no To", { ...good, To: "" }, 21_201],
  ["no From", { ...good, From: "" }, 21_213],
  ["a bad To", { ...good, To: "4155550123" }, 21_211],
  ["To is From", { ...good, To: good.From }, 21_211],
  ["a bad From", { ...good, From: "me" }, 21_212],
  ["a foreign From", { ...good, From: "+14155550199" }, 21_210],
  ["no document", { To: good.To, From: good.From }, 21_205],
  ["a bad Url", { ...good, Url: "h.test/voice" }, 21_205],
  ["an underscore in the host", { ...good, StatusCallback: "https://my_host.test/s" }, 21_609],
  ["a bad method", { ...good, Method: "PUT" }, 21_209],
  ["a bad timeout", { ...good, Timeout: "601" }, 21_208],
  ["bad digits", { ...good, SendDigits: "12x" }, 21_206],
  ["too much TwiML", { To: good.To, From: good.From, Twiml: "x".repeat(4001) }, 20_001],
  ["the magic invalid To", { ...good, To: "+15005550001" }, 21_217],
  ["the magic unreachable To", { ...good, To: "+15005550002" }, 21_214],
  ["the magic foreign To", { ...good, To: "+15005550003" }, 21_215],
  ["the magic blocked To", { ...good, To: "+15005550004" }, 21_216],
  ["the magic invalid From", { ...good, From: "+15005550001" }, 21_212],
  ["the magic valid From", { ...good, From: "+15005550006" }, null],
])("[SB11] %s", (_, fields, code) => {
  expect(codeOf(fields)).toBe(code);
});
